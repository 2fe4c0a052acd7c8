"""What the search of the site finds a name by, beside the name itself.

Belongs here: which entries are found by their sound. Does not belong here: how a name sounds (`pipeline.publish.pinyin`), which names there
are (`content`), and the order of what is found (assets/site.js).
"""

from __future__ import annotations

from pipeline.publish.explorer import words
from pipeline.publish.pinyin import sounds

_SPOKEN = ("department", "unit", "function", "place", "topic")


def with_sounds(entries: list[list[str]]) -> list[list[str]]:
    """The entries of the search (kind, name, …), those of bodies and functions with their sound behind."""
    # Projects and titles of documents are too many, and too long, to be asked for by sound.
    return [
        [*entry, " ".join((*sounds(entry[1]), *_english(entry)))] if entry[0] in _SPOKEN else entry for entry in entries
    ]


def _english(entry: list[str]) -> tuple[str, ...]:
    kind, name, more, *_ = entry
    if kind == "place":
        return (words.english_place(name),)
    if kind == "topic":
        return (words.english_topic(name), more)
    return (words.spoken_function(more, name)["en"],) if kind == "function" else ()
