"""The explorer: a static site over the published warehouse, where every number leads to the page on which it is printed.

Belongs here: what the pages say and how they look, the images of printed pages, and writing only what changed. Does not belong here:
any derivation of amounts; it belongs in a mart. The site asks no server and no other host for anything, and opens from the file
system. Words shown in two languages stand in `words.csv`, pages in `templates/`, style and behaviour in `assets/`.
"""

from pipeline.publish.explorer.building import Built, build_explorer
from pipeline.publish.explorer.site import MissingPart

__all__ = ["Built", "MissingPart", "build_explorer"]
