"""Pictures of the owner's as files under their hash, without what they tell beside the picture.

Implements the writer's side of `specs/03-messages.md#images`. Nothing is decoded: the container's
parts are walked, those that make the picture are kept and the others left out. A picture still
shows what it shows, and the noise of the camera that took it.
"""
