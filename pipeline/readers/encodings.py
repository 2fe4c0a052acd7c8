"""Which encoding bytes of text are in: told from the bytes, and only then from what a page declares of itself.

Belongs here: declared encodings that can be believed, and their trial. Does not belong here: what the text is.
"""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(rb"<(?:meta|\?xml)[^<>]{0,1000}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_SUBSETS = frozenset(("gb2312", "gbk", "gb_2312-80", "x-gbk", "cp936", "gb18030"))
_NO_ENCODINGS_OF_PAGES = frozenset(("undefined", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf-7"))


def decode_page(data: bytes, *declared: str | None) -> str:
    """The text of a web page: by its byte order mark; as UTF-8, which no other encoding looks like by chance; as it was declared outside
    (`declared`) or declares itself; as GB 18030; and where it is in none of them, with marks for what cannot be decoded."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    meta = _META.search(data[:8192])
    names = [_known(name) for name in (*declared, meta[1].decode("ascii", "replace") if meta else None)]
    believed = [name for name in names if name is not None]
    for name in ("utf-8", *believed, "gb18030"):
        try:
            return data.decode(name)
        except UnicodeError:
            continue
    return data.decode(believed[0] if believed else "gb18030", errors="replace")


def _known(name: str | None) -> str | None:
    """The codec of a declared encoding; None for no encoding of pages. Pages that claim an older subset use characters of the full set."""
    name = (name or "").strip().lower()
    if name in _SUBSETS:
        return "gb18030"
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    is_text = getattr(codec, "_is_text_encoding", True)
    return codec.name if is_text and codec.name.replace("-", "_") not in _NO_ENCODINGS_OF_PAGES | {"utf_7"} else None
