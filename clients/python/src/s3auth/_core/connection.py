"""What all operations of one client share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional, Tuple

from .. import models
from ..options import ClientOptions
from .endpoints import Endpoints
from .retries import Retries
from .server import Server
from .store import Store
from .transport import Transport

_ADDRESS = "[1-9A-HJ-NP-Za-km-z]{40,60}"


@dataclass(frozen=True)
class FolderTemplate:
    """The deployment's layout, such as ``data/{source}/{coldkey}/``."""

    template: str
    sources: Tuple[str, ...]

    @property
    def is_by_hotkey(self) -> bool:
        """Whether a hotkey names a folder. Otherwise a coldkey does."""
        return "{hotkey}" in self.template

    def split(self, key: str) -> "Optional[Tuple[str, Optional[str], str]]":
        """Splits a key into owner, source and the path below the folder; ``None`` if it is in no miner's folder."""
        match = re.match(self._pattern(), key, re.DOTALL)
        if match is None:
            return None
        groups = match.groupdict()
        return groups["owner"], groups.get("source"), key[match.end():]

    def _pattern(self) -> str:
        pattern = re.escape(self.template).replace(r"\{", "{").replace(r"\}", "}")
        pattern = re.sub(r"\{(hotkey|coldkey)\}", lambda _: f"(?P<owner>{_ADDRESS})", pattern)
        sources = "|".join(re.escape(source) for source in self.sources) or "[a-z0-9][a-z0-9_-]*"
        return pattern.replace("{source}", f"(?P<source>{sources})").replace("{netuid}", "[0-9]+")


class Connection:
    """One server as one hotkey uses it: the endpoints, the transport, and what was learned about the deployment."""

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
        """The address of the coldkey; ``None`` if the caller did not name it. The server takes it from the chain."""
        self._lock = transport.lock()
        self._structure: Optional[models.Structure] = None

    async def structure(self) -> models.Structure:
        """Returns the layout and the abilities of the deployment. Requested once."""
        async with self._lock:
            if self._structure is None:
                self._structure = await self.endpoints.get_structure()
            return self._structure

    async def template(self) -> FolderTemplate:
        """Returns the layout of the folders."""
        structure = await self.structure()
        return FolderTemplate(structure["folder_structure"], tuple(structure.get("sources") or ()))
