"""docs/reference/licences.md: the licences of what this project is built on, told by the packages themselves (`python -m docs.licences`).

Belongs here: reading the metadata of the installed packages that `requirements.txt` pins. Does not belong here: this project's own licence
(`LICENSE`).
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements.txt"
PAGE = ROOT / "docs" / "reference" / "licences.md"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)
_FAMILIES = {
    "osi approved :: mit license": "MIT", "mit license": "MIT", "the mit license": "MIT", "osi approved :: bsd license": "BSD", "bsd license": "BSD",
    "new bsd": "BSD-3-Clause", "3-clause bsd license": "BSD-3-Clause", "bsd 3-clause license": "BSD-3-Clause", "bsd-3": "BSD-3-Clause",
    "osi approved :: apache software license": "Apache-2.0", "apache 2.0": "Apache-2.0", "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0", "apache 2": "Apache-2.0", "apache software license": "Apache-2.0", "apache": "Apache-2.0",
    "osi approved :: python software foundation license": "PSF-2.0", "psf": "PSF-2.0", "osi approved :: isc license (iscl)": "ISC",
    "osi approved :: mozilla public license 2.0 (mpl 2.0)": "MPL-2.0", "osi approved :: artistic license": "Artistic-1.0",
    "osi approved :: gnu lesser general public license v2 or later (lgplv2+)": "LGPL-2.1-or-later", "lgpl-2.1+": "LGPL-2.1-or-later",
    "osi approved :: the unlicense (unlicense)": "Unlicense", "artistic license": "Artistic-1.0",
}  # fmt: skip
"""Names by which packages call common licences, and their identifiers (SPDX)."""
NOT_STATED = "not stated in its metadata"
CHOSEN = {"text-unidecode": "Artistic-1.0"}
"""The licence taken of those that a package offers to choose from, where one of them is the GPL."""


def pinned() -> dict[str, str]:
    """The version of every package of `requirements.txt`, by its name."""
    return dict(_PINNED.findall(REQUIREMENTS.read_text(encoding="utf-8")))


def licence_of(name: str) -> str:
    """What an installed package says of its licence: as an identifier where it gives or names a common one, else in its own words."""
    if name in CHOSEN:
        return CHOSEN[name]
    told = metadata.metadata(name)
    stated = (told.get("License-Expression") or "").strip()
    if stated:
        return stated
    classes = [
        one.removeprefix("License :: ") for one in told.get_all("Classifier") or [] if one.startswith("License :: ")
    ]
    words = (told.get("License") or "").strip()
    lines = [line.strip() for line in words.splitlines() if re.search(r"[A-Za-z]", line)]
    first = next((line for line in lines if len(line) < 25 or "icen" in line), "in its own words" if lines else "")
    names = [_FAMILIES.get(one.lower(), one.rpartition(" :: ")[2]) for one in classes if one != "OSI Approved"]
    if not names or (len(names) == 1 and names[0] == "BSD" and 0 < len(first) < 40):
        names = [_FAMILIES.get(first.lower(), first[:60])] if first else names
    return " or ".join(dict.fromkeys(names)) or NOT_STATED


def absent() -> list[str]:
    """Packages that are pinned and not installed as pinned: of those nothing can be told."""
    found = {_normal(one.metadata["Name"]): one.version for one in metadata.distributions()}
    return [name for name, version in pinned().items() if found.get(_normal(name)) != version]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def is_copyleft(licence: str) -> bool:
    """Whether a licence would bind those who build on this project: the GPL and the AGPL, not the LGPL of a library that stays one."""
    return re.search(r"(?<!L)(?:A?GPL|Affero|GNU General Public)", licence.replace("Lesser General", "")) is not None


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The page, one row per package."""
    rows = [
        f"| {name} | {version} | {licence_of(name).replace('|', '/')} |" for name, version in sorted(pinned().items())
    ]
    return "\n".join(
        [
            "# Licences",
            "",
            "Yusuan itself is under the [Apache License 2.0](../../LICENSE). This page is generated from the metadata of the packages that",
            "`requirements.txt` pins, those for development included; none of them is under the GPL or AGPL.",
            "",
            "| package | version | licence |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    main()
