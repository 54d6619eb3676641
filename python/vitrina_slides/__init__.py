"""The presentation, typeset from what was measured.

It reads what the glue and the scripts have recorded; nothing of
`vitrina_ops` knows of it.
"""
