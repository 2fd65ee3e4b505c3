"""ETags of files that were uploaded in parts."""

from __future__ import annotations

import hashlib
from typing import List, Optional, Sequence

from .store import md5_of

_MIB = 1024 * 1024

# What this project's servers choose for most files. Tried first, because each size costs a read of the file.
_USUAL_PART_SIZE = 16 * _MIB

# The part sizes of common tools. The ETag of a file contains the number of its parts, but not their size.
_COMMON_PART_SIZES = [size * _MIB for size in (5, 8, 10, 15, 16, 20, 25, 32, 50, 64, 100, 128, 256, 512, 1024)]


def etag_of_parts(etags: Sequence[str]) -> Optional[str]:
    """Returns the ETag that stores give to a file of several parts: the MD5 of the parts' MD5s, and their number.

    ``None`` if the ETag of a part is not an MD5.
    """
    md5s = [md5_of(etag) for etag in etags]
    if not all(md5s):
        return None
    digest = hashlib.new("md5", bytes.fromhex("".join(md5 or "" for md5 in md5s)), usedforsecurity=False)
    return f"{digest.hexdigest()}-{len(etags)}"


def part_sizes_of(etag: str, size: int) -> List[int]:
    """Returns the possible part sizes of a stored file, the most likely first; none if the ETag has no number of parts."""
    _, separator, digits = etag.partition("-")
    if not separator or not (digits.isascii() and digits.isdigit()) or not 1 <= len(digits) <= 5 or int(digits) < 1:
        return []
    count = int(digits)
    # The smallest whole number of MiB, as this project's servers choose it for larger files.
    smallest = -(-(-(-size // count)) // _MIB) * _MIB
    sizes = {part for part in [*_COMMON_PART_SIZES, smallest] if part > 0 and -(-size // part) == count}
    return sorted(sizes, key=lambda part: (part != _USUAL_PART_SIZE, part != smallest, part))
