"""Local names of hostile keys. The tests of the C# library read the same vectors."""

from __future__ import annotations

import itertools
import json
import os
import sys
import unicodedata
from pathlib import Path
from typing import Any, Callable, List

import pytest
from s3auth import UnwritableFileError
from s3auth._core.local_name import MAX_SEGMENT_BYTES, escape, local_name
from s3auth._core.local_paths import LocalPaths, NameFolding, probe_folding
from s3auth._core.raw_key import read_raw_key
from s3auth._core.unicode_table import MARKS, UNSAFE, Characters

VECTORS = json.loads(Path(__file__).with_name("vectors").joinpath("local_names.json").read_text("utf-8"))
NONE, CASE, FORMS, ALL = (NameFolding(case, forms) for case, forms in ((False, False), (True, False), (False, True), (True, True)))


def name_of(key: str) -> str:
    return local_name(key.encode("utf-8"))


@pytest.mark.parametrize("vector", VECTORS["names"], ids=lambda vector: ascii(vector["name"])[:40])
def test_keys_have_the_names_of_the_vectors(vector: Any) -> None:
    key = vector["key"].encode("utf-8") if "key" in vector else bytes.fromhex(vector["bytes"])
    name = local_name(key)
    assert name == vector["name"]
    assert os.path.normpath(f"/folder/{name}") == f"/folder/{name}"
    assert all(0 < len(segment.encode("utf-8")) <= MAX_SEGMENT_BYTES for segment in name.split("/"))


@pytest.mark.parametrize("vector", VECTORS["escapes"], ids=lambda vector: ascii(vector["name"])[:40])
def test_segments_have_the_escaped_names_of_the_vectors(vector: Any) -> None:
    assert escape(vector["segment"]) == vector["name"]


@pytest.mark.parametrize("vector", VECTORS["raw_keys"], ids=lambda vector: ascii(vector["url"]))
def test_urls_have_the_raw_keys_of_the_vectors(vector: Any) -> None:
    raw = read_raw_key(vector["key"], vector["url"])
    assert (None if raw is None else raw.hex()) == vector["bytes"]


def test_characters_have_the_classes_of_the_vectors() -> None:
    assert " ".join(UNSAFE.split()) == VECTORS["unsafe"]
    assert " ".join(MARKS.split()) == VECTORS["marks"]


def test_characters_that_python_knows_have_its_classes() -> None:
    unsafe, marks = Characters(UNSAFE), Characters(MARKS)
    for value in range(sys.maxunicode + 1):
        category = unicodedata.category(chr(value))
        # An older Python knows fewer characters.
        if category != "Cn":
            assert (chr(value) in unsafe) == (category in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")), hex(value)
            assert (chr(value) in marks) == (category in ("Mn", "Mc", "Me")), hex(value)


def test_no_two_keys_share_a_name() -> None:
    letters = ["a", ".", "/", "%", "2", "E", "~", "\\", ":", "\n", "\U0001f642"]
    keys = ["".join(one) for one in itertools.product(letters, repeat=4)]
    names = {name_of(key) for key in keys}
    assert len(names) == len(keys)


# File systems fold case, and accents as one character or as a combining mark.
def test_escaped_names_stay_distinct_on_folding_file_systems() -> None:
    letters = ["a", "A", "%41", "%61", "é", "e\u0301", "É", "E\u0301", "~", "%"]
    names = {name_of("".join(one)) for one in itertools.product(letters, repeat=3)}
    escaped = [escape(name) for name in names]
    assert len({unicodedata.normalize("NFC", name).upper() for name in escaped}) == len(names)


@pytest.fixture
def allocate(tmp_path: Path) -> Callable[..., str]:
    """Allocates a path as a new run does, writes the file, and returns the name that it got."""

    def allocate(name: str, folding: NameFolding) -> str:
        paths = LocalPaths(str(tmp_path), folding)
        path = paths.allocate(name)
        Path(path).write_text(name, "utf-8")
        paths.release(path)
        return Path(path).relative_to(tmp_path).as_posix()

    return allocate


@pytest.mark.parametrize("names, expected", [(["x", "x/y"], ["x", "x%/y"]), (["x/y", "x"], ["x/y", "x%"])])
def test_file_and_folder_of_one_name_get_two_paths(allocate: Callable[..., str], names: List[str], expected: List[str]) -> None:
    assert [allocate(name, NONE) for name in names] == expected
    assert [allocate(name, NONE) for name in names] == expected


@pytest.mark.parametrize(
    "first, first_name, second, second_name",
    [
        ("A.bin", "A.bin", "a.bin", "%61.bin"),
        ("a.bin", "a.bin", "A.bin", "%41.bin"),
        ("\u00e9", "\u00e9", "e\u0301", "e%CC%81"),
        ("e\u0301", "e%CC%81", "\u00e9", "\u00e9"),
        ("\u212b", "%E2%84%AB", "\u00c5", "\u00c5"),
        ("\uac00", "\uac00", "\u1100\u1161", "%E1%84%80%E1%85%A1"),
        ("\u00c9", "\u00c9", "\u00e9", "%C3%A9"),
        ("\u1f80", "%E1%BE%80", "\u1f88", "%E1%BE%88"),
        ("Data/x", "Data/x", "data/x", "%64ata/x"),
        ("stra\u00dfe", "stra\u00dfe", "STRASSE", "STRASSE"),
    ],
)
def test_folded_names_get_the_same_two_paths_in_every_run(
    allocate: Callable[..., str], first: str, first_name: str, second: str, second_name: str
) -> None:
    for name, expected in ((first, first_name), (second, second_name), (second, second_name), (first, first_name)):
        assert allocate(name, ALL) == expected


@pytest.mark.parametrize(
    "folding, expected", [(NONE, ["A", "a", "é", "e\u0301"]), (CASE, ["A", "%61", "é", "e\u0301"]), (FORMS, ["A", "a", "é", "e%CC%81"])]
)
def test_names_do_not_change_if_the_file_system_distinguishes_them(
    allocate: Callable[..., str], folding: NameFolding, expected: List[str]
) -> None:
    assert [allocate(name, folding) for name in ("A", "a", "é", "e\u0301")] == expected


def test_names_are_distinct_while_the_first_is_being_written(tmp_path: Path) -> None:
    paths = LocalPaths(str(tmp_path), CASE)
    assert [os.path.basename(paths.allocate(name)) for name in ("A", "a")] == ["A", "%61"]
    assert paths.allocate("A/y") == str(tmp_path / "A%" / "y")
    with pytest.raises(UnwritableFileError, match="twice"):
        paths.allocate("A")


@pytest.mark.skipif(sys.platform != "linux", reason="file systems of other systems fold names")
def test_probe_finds_no_folding_on_linux(tmp_path: Path) -> None:
    folding = probe_folding(str(tmp_path))
    assert (folding.case, folding.normalization) == (False, False)
    assert not list(tmp_path.iterdir())


def test_links_must_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    (folder / "inner").mkdir(parents=True)
    (folder / "out").symlink_to(outside)
    (folder / "in").symlink_to(folder / "inner")
    (tmp_path / "alias").symlink_to(folder)
    paths = LocalPaths(str(tmp_path / "alias"), NONE)
    for name in ("out/x", "out/new/x"):
        with pytest.raises(UnwritableFileError, match="leads out"):
            paths.allocate(name)
    assert not list(outside.iterdir())
    assert paths.allocate("in/x") == str(tmp_path / "alias" / "in" / "x")
