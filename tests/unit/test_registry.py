"""The registry that people edit: what it says is found, and what is wrong with it is told by file and line."""

from pathlib import Path

import pytest

from pipeline.archive.registry import COLUMNS, Registry, RegistryError, read_registry

HASH = "ab" * 32


def _registry(folder: Path, *lines: str, header: str = "sha256,file_name,source_url,is_specimen,fiscal_year") -> Path:
    path = folder / "registry.csv"
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8-sig")
    return path


def test_an_entry_is_found_by_hash_before_name(tmp_path: Path) -> None:
    _registry(tmp_path, f"{HASH},a.pdf,https://example.org/a,true,2026", ",a.pdf,https://example.org/b,,")
    registry = Registry.of_folders([tmp_path])
    by_hash = registry.find(HASH, ["a.pdf"])
    assert by_hash is not None
    assert (by_hash.source_url, by_hash.is_specimen, by_hash.fiscal_year) == ("https://example.org/a", True, 2026)
    by_name = registry.find("cd" * 32, ["other.pdf", "a.pdf"])
    assert by_name is not None
    assert (by_name.source_url, by_name.is_specimen, by_name.fiscal_year) == ("https://example.org/b", False, None)
    assert registry.find("cd" * 32, ["other.pdf"]) is None


def test_the_first_folder_is_believed(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    _registry(first, f"{HASH},,https://example.org/first,,")
    _registry(second, f"{HASH},,https://example.org/second,,")
    entry = Registry.of_folders([first, second]).find(HASH, [])
    assert entry is not None
    assert entry.source_url == "https://example.org/first"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("xyz,a.pdf,,,", "sha256 is 'xyz'"),
        (",,https://example.org,,", "neither sha256 nor file_name"),
        (f"{HASH},a.pdf,,perhaps,", "is_specimen is 'perhaps'"),
        (f"{HASH},a.pdf,,,two thousand", "fiscal_year is 'two thousand'"),
        (f"{HASH},a.pdf,,", "not as many fields"),
        (f"{HASH},a.pdf,,,,,", "not as many fields"),
    ],
)
def test_a_wrong_line_is_told_by_file_and_line(tmp_path: Path, line: str, told: str) -> None:
    path = _registry(tmp_path, line)
    with pytest.raises(RegistryError, match=told) as error:
        list(read_registry(path))
    assert f"{path}, line 2" in str(error.value)


def test_an_unknown_column_is_an_error(tmp_path: Path) -> None:
    path = _registry(tmp_path, header="sha256,colour")
    with pytest.raises(RegistryError, match="colour"):
        list(read_registry(path))


def test_the_registry_of_the_project_can_be_read() -> None:
    path = Path(__file__).parents[2] / "raw" / "registry.csv"
    entries = list(read_registry(path))
    assert entries, "raw/registry.csv names no document"
    assert path.read_text(encoding="utf-8-sig").splitlines()[0] == ",".join(COLUMNS)
