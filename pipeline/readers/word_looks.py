"""What of a Word document is seen: hidden, struck through, raised, and white text told from runs, styles and rows.

Belongs here: the one answer to whether and how text of a run is seen. Does not belong here: the order of the document (`word`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from docx.oxml.ns import qn

from pipeline.readers.quantity import length

_WHITE = "FFFFFF"
_OFF = ("0", "false", "off")
_MOST_ANCESTORS = 20
_LEAST_RISE = 4
"""Half points by which text must be moved up, where it is also smaller, to be raised."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the text of a run is seen. None is what nothing says."""

    is_hidden: bool | None = None
    is_struck: bool | None = None
    place: str | None = None
    """'superscript', 'subscript' or 'baseline'."""
    colour: str | None = None
    is_painted: bool | None = None
    """Whether it has a ground of its own."""

    def over(self, under: Look) -> Look:
        """This look, and what it does not say from `under`."""
        own = {
            name: value
            for name in ("is_hidden", "is_struck", "place", "colour", "is_painted")
            if (value := getattr(self, name)) is not None
        }
        return replace(under, **own)


def is_on(parent: Any, tag: str) -> bool | None:
    """Whether an on/off property is set: True, False, or None where it is absent. An element without a value is on."""
    element = parent.find(qn(tag)) if parent is not None else None
    if element is None:
        return None
    return (element.get(qn("w:val")) or "1").lower() not in _OFF


class Looks:
    """The looks of one document: its styles, and how many texts with digits are not seen, by why."""

    def __init__(self, styles: Any) -> None:
        self._elements = {element.get(qn("w:styleId")): element for element in styles.iterchildren(qn("w:style"))}
        self._styles: dict[str, Look] = {}
        self._default = _look(styles.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}"))
        self.unseen: dict[str, int] = {}

    def seen(self, run: Any, text: str) -> str | None:
        """`text` of a run; None where it is not seen, which is counted."""
        look = self.of(run)
        why = "hidden" if look.is_hidden else "struck through" if look.is_struck else None
        if why is None and look.colour == _WHITE and not look.is_painted and not self._stands_on_ground(run):
            why = "white on white"
        if why is None:
            return text
        if any(character.isdigit() for character in text):
            self.unseen[why] = self.unseen.get(why, 0) + 1
        return None

    def of(self, run: Any) -> Look:
        """The look of a run: what it says itself, then its style, the style of its paragraph, and the document's defaults."""
        properties = run.find(qn("w:rPr"))
        look = _look(properties).over(self._style(_value(properties, "w:rStyle")))
        paragraph = next(run.iterancestors(qn("w:p")), None)
        own = paragraph.find(qn("w:pPr")) if paragraph is not None else None
        return look.over(self._style(_value(own, "w:pStyle"))).over(self._default)

    def _style(self, name: str | None) -> Look:
        """The look that a style gives, those included that it is based on."""
        if not name:
            return Look()
        if name not in self._styles:
            look, ancestor, steps = Look(), name, 0
            while ancestor in self._elements and steps < _MOST_ANCESTORS:
                element = self._elements[ancestor]
                look = look.over(_look(element.find(qn("w:rPr"))))
                ancestor, steps = _value(element, "w:basedOn") or "", steps + 1
            self._styles[name] = look
        return self._styles[name]

    def _stands_on_ground(self, run: Any) -> bool:
        """Whether a paragraph, a cell or the style of a table around a run may be painted in another colour than white."""
        for ancestor in run.iterancestors():
            if ancestor.tag == qn("w:p") and _is_painted(ancestor.find(qn("w:pPr"))):
                return True
            if ancestor.tag == qn("w:tc") and _is_painted(ancestor.find(qn("w:tcPr"))):
                return True
            if ancestor.tag == qn("w:tbl"):
                properties = ancestor.find(qn("w:tblPr"))
                style = self._elements.get(_value(properties, "w:tblStyle") or "")
                if _is_painted(properties) or (
                    style is not None and any(_is_shade(s) for s in style.iter(qn("w:shd")))
                ):
                    return True
            if ancestor.tag == qn("w:txbxContent"):
                return True  # a shape around it may be filled
        return False


def _look(properties: Any) -> Look:
    if properties is None:
        return Look()
    struck = [is_on(properties, tag) for tag in ("w:strike", "w:dstrike")]
    place = _value(properties, "w:vertAlign")
    if place is None and (length(_value(properties, "w:position")) or 0) >= _LEAST_RISE:
        place = "superscript"
    colour = _value(properties, "w:color")
    return Look(
        is_hidden=is_on(properties, "w:vanish"),
        is_struck=True if True in struck else False if False in struck else None,
        place=place,
        colour=colour.upper() if colour else None,
        is_painted=True if _is_painted(properties) or properties.find(qn("w:highlight")) is not None else None,
    )


def _value(parent: Any, tag: str) -> str | None:
    element = parent.find(qn(tag)) if parent is not None else None
    value: str | None = element.get(qn("w:val")) if element is not None else None
    return value


def _is_painted(properties: Any) -> bool:
    shade = properties.find(qn("w:shd")) if properties is not None else None
    return shade is not None and _is_shade(shade)


def _is_shade(shade: Any) -> bool:
    fill = (shade.get(qn("w:fill")) or "auto").upper()
    return fill not in ("AUTO", _WHITE) or (shade.get(qn("w:val")) or "clear") not in ("clear", "nil")
