"""What all operations of one client share."""

from __future__ import annotations

import functools
import re
import time
from dataclasses import dataclass
from typing import Any, Callable, Optional, Tuple

from .. import models
from ..errors import InvalidAnswerError, S3AuthError
from ..options import ClientOptions
from .endpoints import Endpoints
from .retries import Retries
from .server import Server
from .shapes import check
from .signing import Keypair, address_of
from .store import Store
from .transport import Transport

ADDRESS = "[1-9A-HJ-NP-Za-km-z]{40,60}"
"""The form of an SS58 address. The server checks the checksum."""


@dataclass(frozen=True)
class FolderTemplate:
    """The deployment's layout, such as ``data/{source}/{coldkey}/``."""

    template: str
    sources: Tuple[str, ...]

    @property
    def is_valid(self) -> bool:
        """Whether it is a layout as the server allows it: with one owner, each placeholder at most once, and ``/`` at the end."""
        placeholders = re.findall(r"\{(hotkey|coldkey|source|netuid)\}", self.template)
        has_one_owner = ("hotkey" in placeholders) != ("coldkey" in placeholders)
        return has_one_owner and len(set(placeholders)) == len(placeholders) and self.template.endswith("/")

    @property
    def is_by_hotkey(self) -> bool:
        """Whether a hotkey names a folder. Otherwise a coldkey does."""
        return "{hotkey}" in self.template

    @property
    def root(self) -> str:
        """The common prefix of all miners' keys: whole segments, or the literal text before the first variable part."""
        literal = re.split(r"\{(?:source|hotkey|coldkey)\}", self.template, maxsplit=1)[0]
        return literal[: literal.rfind("/") + 1] or literal

    @property
    def segments(self) -> int:
        """The number of segments of a folder. It is the same for every miner."""
        return self.template.rstrip("/").count("/") + 1

    def folder_of(self, owner: str, source: Optional[str]) -> str:
        """Returns the prefix of an owner's folder."""
        folder = re.sub(r"\{(?:hotkey|coldkey)\}", lambda _: owner, self.template)
        return folder.replace("{source}", source or "")

    def split(self, key: str) -> "Optional[Tuple[str, Optional[str], str]]":
        """Splits a key into owner, source and the path below the folder; ``None`` if it is in no miner's folder."""
        match = _pattern(self.template, self.sources).match(key)
        if match is None:
            return None
        groups = match.groupdict()
        return groups["owner"], groups.get("source"), key[match.end():]


@functools.lru_cache(maxsize=64)
def _pattern(template: str, sources: Tuple[str, ...]) -> "re.Pattern[str]":
    pattern = re.escape(template).replace(r"\{", "{").replace(r"\}", "}")
    pattern = re.sub(r"\{(hotkey|coldkey)\}", lambda _: f"(?P<owner>{ADDRESS})", pattern)
    names = "|".join(re.escape(source) for source in sources) or "[a-z0-9][a-z0-9_-]*"
    return re.compile(pattern.replace("{source}", f"(?P<source>{names})").replace("{netuid}", "[0-9]+"))


# The operator may change a setting, and a server that has just started may still be testing its store.
_STRUCTURE_SECONDS = 600.0

# What older servers do not say, because they do not have it.
_OLDER = {"supports_batch_uploads": False, "supports_multipart_uploads": False, "supports_session_credentials": False}


class Connection:
    """One server as one hotkey uses it: the endpoints, the transport, and the cached description of the deployment."""

    def __init__(self, server: Server, transport: Transport, options: ClientOptions, hotkey: str, coldkey: Optional[str]) -> None:
        self.server = server
        self.transport = transport
        self.options = options
        self.retries = Retries(transport, options)
        self.endpoints = Endpoints(server)
        self.store = Store(transport, options)
        self.hotkey = hotkey
        """The address of the hotkey."""
        self.coldkey = coldkey
        """The address of the coldkey; ``None`` if the caller did not pass it. The server then looks it up on the chain."""
        self._lock = transport.lock()
        self._structure: Optional[models.Structure] = None
        self._structure_until = 0.0
        self._clock: Callable[[], float] = time.monotonic

    @classmethod
    def open(cls, url: str, hotkey: Keypair, coldkey: Any, transport: Transport, options: ClientOptions) -> "Connection":
        """Returns a connection from what a caller passed to a client.

        Raises :class:`TypeError` for a wrong hotkey or coldkey, and :class:`ValueError` for a wrong URL.
        """
        address = address_of(hotkey, "hotkey", must_sign=True)
        server = Server(url, hotkey, transport, options)
        return cls(server, transport, options, address, address_of(coldkey, "coldkey") if coldkey is not None else None)

    async def structure(self, is_fresh: bool = False) -> models.Structure:
        """Returns the layout and the abilities of the deployment. Cached for ten minutes; ``is_fresh`` requests it again."""
        async with self._lock:
            if self._structure is None or is_fresh or self._clock() >= self._structure_until:
                try:
                    answer = await self.server.get("/structure-info")
                    self._structure = check(
                        {**_OLDER, **answer} if isinstance(answer, dict) else answer, models.Structure, "/structure-info"
                    )
                except S3AuthError:
                    # URLs and forms that were granted still work while the server is down.
                    if self._structure is None or is_fresh:
                        raise
                self._structure_until = self._clock() + _STRUCTURE_SECONDS
            return self._structure

    async def template(self, is_fresh: bool = False) -> FolderTemplate:
        """Returns the layout of the folders."""
        structure = await self.structure(is_fresh)
        template = FolderTemplate(structure["folder_structure"], tuple(structure.get("sources") or ()))
        if not template.is_valid:
            raise InvalidAnswerError("The server's answer is invalid: folder_structure is not a layout of folders.")
        return template
