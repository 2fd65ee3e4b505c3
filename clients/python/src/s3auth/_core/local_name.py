"""Maps a key to a relative path that is safe on this machine, byte for byte as the ``s3auth`` tool does.

Miners choose their keys freely. The path never leaves the folder, never names a device, and contains no characters that a file system or
terminal interprets. Two keys never map to the same path. Some file systems treat letters of different case, or different spellings of an
accent, as the same: use :func:`escape` there.

A segment that every common file system accepts does not change. In other segments, each unsafe byte, each ``%`` and each byte that is not
UTF-8 becomes ``%`` and two hex digits. A segment of more than 240 bytes is truncated and ends with a hash of the whole segment.
"""

from __future__ import annotations

import hashlib
import re
from typing import Callable, Iterator, Tuple

from .unicode_table import UNSAFE, Characters

MAX_SEGMENT_BYTES = 240
HASH_BYTES = 8

# Never part of another name, where hex digits or nothing follow a %.
TRUNCATION_MARK = "%~"

_UNSAFE_CHARACTERS = frozenset('%\\:*?"<>|\x7f')
_UNSAFE = Characters(UNSAFE)

_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "COM¹", "COM²", "COM³", "LPT¹", "LPT²", "LPT³"]
    + [f"{device}{number}" for device in ("COM", "LPT") for number in range(10)]
)

_HEX = frozenset("0123456789abcdefABCDEF")

# A segment without any unsafe character. Most are, and a miner can have a million files.
_INSIDE = "".join(map(chr, range(0x20, 0x7F))).translate({ord(one): None for one in [*_UNSAFE_CHARACTERS, "/"]})
_PLAIN = re.compile(f"(?![ .~-])[{re.escape(_INSIDE)}]*(?<![ .])".encode("ascii"))

# The longest prefixes of UTF-8 sequences that are not complete, as Unicode recommends it: each of them is one invalid unit.
_SEQUENCE = re.compile(
    rb"[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)


def local_name(key: bytes) -> str:
    """Returns the path of a key, relative to the folder, with ``/`` between segments."""
    return "/".join(_segment(segment) for segment in key.split(b"/"))


def escape(segment: str) -> str:
    """Returns another name for a segment of a path, for file systems that fold names.

    Also escapes upper-case letters and characters that are not ASCII, or the first character if there are none. A segment that consists of
    escapes only has one spelling, and does not change.

    :param segment: A segment that :func:`local_name` made.
    """
    name = _escape(segment, lambda place, character: "A" <= character <= "Z" or character > "\x7f")
    if name == segment:
        first = next((place for place, character in _outside_escapes(segment) if character != "%"), -1)
        name = _escape(segment, lambda place, character: place == first)
    return name if len(name.encode("utf-8")) <= MAX_SEGMENT_BYTES else _truncate(name, segment.encode("utf-8"))


def _segment(segment: bytes) -> str:
    # A key that begins or ends with a slash, or has two in a row, has an empty segment.
    if not segment:
        return "%"
    name = segment.decode("ascii") if _PLAIN.fullmatch(segment) else "".join(
        _hex(unit) if _is_escaped(unit, start == 0, start + len(unit) == len(segment)) else unit.decode("utf-8")
        for start, unit in _units(segment)
    )
    # Windows also treats NUL.txt as a device.
    if _upper(name.partition(".")[0].rstrip(" ")) in _DEVICES:
        name = f"%{ord(name[0]):02X}{name[1:]}"
    return name if len(name.encode("utf-8")) <= MAX_SEGMENT_BYTES else _truncate(name, segment)


# Yields characters, and single bytes that are not valid UTF-8.
def _units(segment: bytes) -> "Iterator[Tuple[int, bytes]]":
    place = 0
    while place < len(segment):
        match = _SEQUENCE.match(segment, place)
        unit = match.group() if match else segment[place:place + 1]
        yield place, unit
        place += len(unit)


def _is_escaped(unit: bytes, is_first: bool, is_last: bool) -> bool:
    if len(unit) == 1 and unit >= b"\x80":
        return True
    if (is_first and unit in b". -~") or (is_last and unit in b". "):
        return True
    character = unit.decode("utf-8")
    return character in _UNSAFE_CHARACTERS or character in _UNSAFE


# Existing escapes do not change.
def _escape(segment: str, is_escaped: "Callable[[int, str], bool]") -> str:
    name, end = [], 0
    for place, character in _outside_escapes(segment):
        name.append(segment[end:place])
        name.append(_hex(character.encode("utf-8")) if character != "%" and is_escaped(place, character) else character)
        end = place + 1
    return "".join(name) + segment[end:]


def _outside_escapes(segment: str) -> "Iterator[Tuple[int, str]]":
    place = 0
    while place < len(segment):
        if segment[place] == "%" and len(segment) > place + 2 and segment[place + 1] in _HEX and segment[place + 2] in _HEX:
            place += 3
            continue
        yield place, segment[place]
        place += 1


# Windows does not treat a dotless i as an I.
def _upper(text: str) -> str:
    return "".join(character.upper() if character <= "z" else character for character in text)


def _hex(data: bytes) -> str:
    return "".join(f"%{value:02X}" for value in data)


# Hashes UTF-16 if the segment is text, so that files keep the names that earlier versions gave them.
def _truncate(name: str, segment: bytes) -> str:
    try:
        hashed = segment.decode("utf-8").encode("utf-16-le")
    except UnicodeDecodeError:
        hashed = segment
    digest = hashlib.sha256(hashed).hexdigest()[: 2 * HASH_BYTES]
    kept = name.encode("utf-8")[: MAX_SEGMENT_BYTES - 2 * HASH_BYTES - len(TRUNCATION_MARK)].decode("utf-8", "ignore")
    return f"{kept}{TRUNCATION_MARK}{digest}"
