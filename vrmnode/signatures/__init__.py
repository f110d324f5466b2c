"""Many signatures checked at once, beside the event loop: by a process of its own, or threads.

`checker` is the node's side, `worker` the process. Nothing is imported here, so that the process
stays small.
"""
