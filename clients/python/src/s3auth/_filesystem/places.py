"""Paths of the file system: how they are parsed, and which of them can have files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Optional, Sequence

from fsspec.utils import stringify_path

from .._core.connection import ADDRESS
from .os_errors import missing

PROTOCOL = "s3auth"

_MINER = re.compile(f"{ADDRESS}|[0-9]{{1,5}}")


@dataclass(frozen=True)
class Place:
    """A parsed path: the root, a miner, a source of a miner, or a path in a miner's folder."""

    miner: str
    """The address or the uid, as the caller wrote it; empty for the root."""
    source: Optional[str]
    """``None`` for a miner in a deployment with sources, and in one without."""
    path: str
    """The path below the miner's folder; empty for the folder."""
    above: str
    """The part of the name before ``path``: the miner, and the source if there is one."""
    sources: Sequence[str]
    """All sources of the deployment; empty if it has none."""

    @property
    def name(self) -> str:
        """The whole name, without the protocol."""
        return self.name_of(self.path)

    def name_of(self, path: str) -> str:
        """Returns the name of a path below the miner's folder."""
        return f"{self.above}/{path}" if path else self.above

    @property
    def is_listed(self) -> bool:
        """Whether it is in a folder that the server lists: not the root, and not a miner with sources."""
        return bool(self.miner) and (self.source is not None or not self.sources)

    def check(self) -> None:
        """Raises :class:`FileNotFoundError` if its miner is no address and no uid, or if there is no such source."""
        if not _MINER.fullmatch(self.miner):
            raise missing(self.name)
        if self.source is not None and self.source not in self.sources:
            raise missing(self.name, f"No such source; the sources are {', '.join(self.sources)}")


def parse(path: Any, sources: Sequence[str]) -> Place:
    """Parses a path, with or without the protocol, in a deployment with these sources."""
    miner, _, rest = strip_protocol(path).partition("/")
    if not sources or not rest:
        return Place(miner, None, rest, miner, sources)
    source, _, rest = rest.partition("/")
    return Place(miner, source, rest, f"{miner}/{source}", sources)


def strip_protocol(path: Any) -> str:
    """Returns a path without the protocol, and without slashes at its start and end."""
    text = str(stringify_path(path))
    for start in (f"{PROTOCOL}://", f"{PROTOCOL}::"):
        if text.startswith(start):
            text = text[len(start):]
    return text.strip("/")


def inside(folder: str) -> str:
    """Returns what the paths in a folder begin with."""
    return f"{folder}/" if folder else ""


def listable(prefix: str) -> str:
    """Returns the longest beginning of a prefix that the server lists. It lists no prefix with the segments ``.`` and ``..``."""
    segments = prefix.split("/")
    for index, segment in enumerate(segments):
        if segment in (".", ".."):
            return "".join(f"{one}/" for one in segments[:index])
    return prefix
