"""Which peers there are: remembered, heard of from others, found on the LAN, dialled again."""
