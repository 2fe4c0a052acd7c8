"""OFD (GB/T 33190), the layout format of Chinese offices: a package of XML with placed text and lines.

Belongs here: telling and naming the format. Does not belong here: reading it (`pipeline.readers.ofd`).
"""

from __future__ import annotations

from pipeline.readers.formats.format import Format, is_whole_package
from pipeline.readers.printed import PrintedDocument


def _read(data: bytes) -> PrintedDocument:
    from pipeline.readers import ofd

    return ofd.read(data)


FORMATS = (
    Format(
        "ofd",
        "an OFD document (GB/T 33190)",
        detects=lambda evidence: any(name.lower() == "ofd.xml" for name in evidence.names),
        read=_read,
        is_whole=is_whole_package,
    ),
)
