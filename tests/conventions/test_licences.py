"""The project has a licence, and so has everything that it is built on; none binds those who build on it."""

from __future__ import annotations

import tomllib

import pytest

from docs import licences


def test_the_project_states_its_licence() -> None:
    project = tomllib.loads((licences.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "Apache-2.0"
    assert "Apache License" in (licences.ROOT / "LICENSE").read_text(encoding="utf-8")[:200]


needs_all = pytest.mark.skipif(
    bool(licences.absent()),
    reason="packages of requirements.txt are not installed as pinned; `make setup` installs them",
)


@needs_all
def test_every_package_states_a_licence_that_binds_nobody_else() -> None:
    found = {name: licences.licence_of(name) for name in licences.pinned()}
    assert len(found) > 100
    assert {name for name, licence in found.items() if licences.is_copyleft(licence)} == set()
    assert {name for name, licence in found.items() if licence == licences.NOT_STATED} <= {"axe-playwright-python"}


@pytest.mark.parametrize(
    ("licence", "is_copyleft"),
    [("GPL-3.0-only", True), ("AGPL-3.0", True), ("GNU General Public License v2 (GPLv2)", True), ("LGPL-2.1-or-later", False),
     ("GNU Lesser General Public License v2 or later (LGPLv2+)", False), ("Apache-2.0", False), ("MIT", False)],
)  # fmt: skip
def test_what_binds_is_told(licence: str, is_copyleft: bool) -> None:
    assert licences.is_copyleft(licence) is is_copyleft


@needs_all
def test_the_page_is_up_to_date() -> None:
    assert licences.PAGE.read_text(encoding="utf-8") == licences.page(), "run `python -m docs.licences`"


def test_the_page_names_every_package() -> None:
    text = licences.PAGE.read_text(encoding="utf-8")
    assert [name for name, version in licences.pinned().items() if f"| {name} | {version} |" not in text] == []
