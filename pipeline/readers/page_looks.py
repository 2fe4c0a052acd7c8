"""What of a web page is seen: told from its style sheets, its inline styles and its attributes.

Belongs here: the one answer to whether and how the text of an element is seen. Does not belong here: tables and lines (`html`), style
sheets outside of the page, which are not fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cssselect2
import tinycss2

MOST_RULES = 5_000
_PROPERTIES = frozenset(
    [
        "display",
        "visibility",
        "opacity",
        "position",
        "clip",
        "clip-path",
        "left",
        "top",
        "right",
        "text-indent",
        "width",
        "height",
        "overflow",
        "font-size",
        "vertical-align",
        "text-decoration",
        "text-decoration-line",
        "color",
        "background",
        "background-color",
        "content",
        "direction",
        "unicode-bidi",
        "order",
        "float",
        "flex-direction",
        "transform",
    ]
)
_FAR = re.compile(r"-\s*\d{4,}(?:\.\d+)?(?:px|em|pt)?")
_NO_OPACITY = re.compile(r"0(?:\.0*)?%?|\.0+")
_NOTHING = re.compile(r"[01](?:\.0*)?(?:px|pt)?")
_WHITE = re.compile(r"#fff(?:fff)?|white|rgba?\(255,255,255(?:,1)?\)")
_TRANSPARENT = re.compile(r"transparent|rgba\(\d+,\d+,\d+,0(?:\.0+)?\)")
_LONG_NUMBER = re.compile(r"\d{40,}")
_SEEN_MEDIA = re.compile(r"(?:only)?(?:all|screen)?(?:and)?(?:\(min-width:\d{1,4}(?:\.\d+)?px\))?")

_CONTENT = re.compile(r"\"(?P<one>[^\"]{0,60})\"|'(?P<two>[^']{0,60})'|attr\((?P<name>[\w-]{1,60})\)")
_OF_NUMBER = re.compile(r"[-\d,.()+%\u2212]{1,60}")
_TURNED = re.compile(r"scalex?\(-|rotate(?:z|y|3d)?\((?:-?180deg|0?\.5turn)|matrix\(-")

Declarations = dict[str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """How the text of an element is seen."""

    is_shown: bool = True
    """False where it takes no place: nothing inside of it is seen."""
    is_visible: bool = True
    """False where it takes its place but shows nothing; what is inside may be visible again."""
    is_struck: bool = False
    place: str = "baseline"
    """'super' or 'sub' where it is set small and raised or lowered."""
    is_moved: bool = False
    """Whether a style sheet may set it at another place of its line than the one where it stands in the file."""
    is_turned: bool = False
    """Whether its characters run from right to left, or stand upside down or mirrored."""


class Looks:
    """The looks of one page, told from its style sheets."""

    def __init__(self, root: Any) -> None:
        self._matcher = cssselect2.Matcher()
        self._generators = {"before": cssselect2.Matcher(), "after": cssselect2.Matcher()}
        self._kept: dict[Any, Declarations] = {}
        count = 0
        for sheet in root.iter("style"):
            for selectors, declarations in _rules(tinycss2.parse_stylesheet(_tame(sheet.text), True, True)):
                for selector in selectors:
                    if count >= MOST_RULES:
                        continue
                    if selector.pseudo_element is None:
                        self._matcher.add_selector(selector, declarations)
                    elif selector.pseudo_element in self._generators:
                        self._generators[selector.pseudo_element].add_selector(selector, declarations)
                    count += 1
        self._wrappers: dict[Any, Any] = {}
        if count:
            wrapper = cssselect2.ElementWrapper.from_html_root(root)
            self._wrappers = {one.etree_element: one for one in wrapper.iter_subtree()}

    def of(self, element: Any) -> Look:
        own = self._declared(element)
        is_shown = not (
            own.get("display") == "none"
            or _is_moved_away(own)
            or (element.get("hidden") is not None and "display" not in own)
        )
        if element.tag == "dialog" and element.get("open") is None:
            is_shown = False
        place = own.get("vertical-align", "").removesuffix("-script")
        if element.tag in ("sup", "sub"):
            place = {"sup": "super", "sub": "sub"}[element.tag]
        is_struck = element.tag in ("s", "strike", "del") or "line-through" in self._inherited(
            element, "text-decoration"
        )
        return Look(
            is_shown,
            self._is_visible(element, own),
            is_struck,
            place if place in ("super", "sub") else "baseline",
            _is_moved(own),
            self._is_turned(element, own),
        )

    def generated(self, element: Any, side: str) -> str:
        """The digits and signs of numbers that a style sheet sets before or after the text of an element."""
        wrapper = self._wrappers.get(element)
        found = self._generators[side].match(wrapper) if wrapper is not None else ()
        declared: Declarations = {}
        for _, _, pseudo, declarations in sorted(found, key=lambda one: one[:2]):
            declared |= {name: value for name, value, _ in declarations if pseudo == side}
        if declared.get("display") == "none":
            return ""
        text = ""
        for match in _CONTENT.finditer(declared.get("content", "")):
            text += match["one"] or match["two"] or (element.get(match["name"]) or "" if match["name"] else "")
        return text if _OF_NUMBER.fullmatch(text) else ""

    def _is_turned(self, element: Any, own: Declarations) -> bool:
        if _TURNED.search(own.get("transform", "")):
            return True
        is_right = self._inherited(element, "direction") == "rtl" or (element.get("dir") or "").lower() == "rtl"
        return is_right and (element.tag == "bdo" or own.get("unicode-bidi", "").endswith("override"))

    def _is_visible(self, element: Any, own: Declarations) -> bool:
        is_clear = _NO_OPACITY.fullmatch(own.get("opacity", "1")) is not None
        if is_clear or self._inherited(element, "visibility") in ("hidden", "collapse"):
            return False
        if re.fullmatch(r"0(?:px|pt|em)?", self._inherited(element, "font-size") or "9"):
            return False
        colour = self._inherited(element, "color")
        if _TRANSPARENT.fullmatch(colour):
            return False
        return not (_WHITE.fullmatch(colour) and not self._is_painted(element))

    def _is_painted(self, element: Any) -> bool:
        """Whether an element or one around it has a ground in another colour than white."""
        for one in (element, *element.iterancestors()):
            declared = self._declared(one)
            ground = (
                declared.get("background-color") or declared.get("background") or (one.get("bgcolor") or "").lower()
            )
            if ground and not _WHITE.fullmatch(ground) and not _TRANSPARENT.fullmatch(ground) and ground != "none":
                return True
        return False

    def _inherited(self, element: Any, name: str) -> str:
        for one in (element, *element.iterancestors()):
            value = self._declared(one).get(name)
            if value and value != "inherit":
                return value
        return ""

    def _declared(self, element: Any) -> Declarations:
        """What is declared for an element, by the order of the cascade."""
        if element in self._kept:
            return self._kept[element]
        found: list[tuple[bool, tuple[Any, ...], int, str, str]] = []
        wrapper = self._wrappers.get(element)
        matches = self._matcher.match(wrapper) if wrapper is not None else ()
        for specificity, order, _, declarations in matches:
            found += [(important, (0, *specificity), order, name, value) for name, value, important in declarations]
        if element.get("style"):
            found += [
                (important, (1,), 0, name, value)
                for name, value, important in _declarations(_tame(element.get("style")))
            ]
        if element.tag == "font" and element.get("color"):
            found.append((False, (0, 0, 0, 0), -1, "color", element.get("color").lower()))
        declared = {name: value for _, _, _, name, value in sorted(found, key=lambda one: one[:3])}
        if "text-decoration-line" in declared:
            declared["text-decoration"] = declared["text-decoration-line"]
        self._kept[element] = declared
        return declared


def _tame(source: str | None) -> str:
    """A style sheet without numbers that are too long for the library to read."""
    return _LONG_NUMBER.sub("9" * 30, source or "")


def _is_moved_away(own: Declarations) -> bool:
    """Whether text is laid where no one sees it, as pages do for programs that read aloud."""
    if _FAR.match(own.get("text-indent", "")):
        return True
    if own.get("position") in ("absolute", "fixed"):
        if any(_FAR.match(own.get(side, "")) for side in ("left", "top", "right")):
            return True
        if re.fullmatch(r"rect\((?:[01]?(?:px)?,?){4}\)", own.get("clip", "")) or "inset(50%)" in own.get(
            "clip-path", ""
        ):
            return True
    is_nothing = any(_NOTHING.fullmatch(own.get(side, "")) for side in ("width", "height"))
    return is_nothing and own.get("overflow") in ("hidden", "clip")


def _is_moved(own: Declarations) -> bool:
    """Whether a style sheet may set text at another place of its line than the one where it stands in the file."""
    if own.get("order", "0") != "0" or own.get("float") == "right" or own.get("flex-direction", "").endswith("reverse"):
        return True
    return own.get("position", "static") in ("relative", "absolute") and any(side in own for side in ("left", "right"))


def _rules(nodes: list[Any]) -> Iterator[tuple[list[Any], list[tuple[str, str, bool]]]]:
    """Selectors and declarations of the rules that hold on a screen and say anything of what is seen."""
    for node in nodes:
        if node.type == "at-rule" and node.at_keyword.lower() == "media" and node.content is not None:
            media = tinycss2.serialize(node.prelude).lower().replace(" ", "")
            if any(_SEEN_MEDIA.fullmatch(one) for one in media.split(",")):
                yield from _rules(tinycss2.parse_rule_list(node.content, True, True))
        elif node.type == "qualified-rule":
            declarations = list(_declarations(node.content))
            if not declarations:
                continue
            try:
                yield cssselect2.compile_selector_list(node.prelude), declarations
            except (cssselect2.SelectorError, ValueError, SyntaxError, RecursionError):
                continue  # a selector that the library does not know, or is made to break it, holds for nothing


def _declarations(source: Any) -> Iterator[tuple[str, str, bool]]:
    for one in tinycss2.parse_blocks_contents(source, True, True):
        if one.type == "declaration" and one.lower_name in _PROPERTIES:
            value = tinycss2.serialize(one.value).strip().lower()
            yield one.lower_name, re.sub(r"\s*([,()])\s*", r"\1", value), one.important
