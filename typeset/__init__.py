"""Specimens: documents that the project typesets from real figures, so that a clone has something to read.

Belongs here: the figures as printed (grids in CSV), the project's own sentences around them (YAML), and how both are set
as pages or as text. Does not belong here: reading anything (`pipeline`), and any document of a publisher.

`python -m typeset` writes the specimens into `raw/`; the same inputs give the same bytes.
"""
