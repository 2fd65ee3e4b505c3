"""Lists miners and files."""

from __future__ import annotations

from typing import AsyncIterator, List, Optional, Union

from ..files import Miner, RemoteFile
from .connection import Connection


class Listings:
    """Lists miners and files."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def miners(self) -> List[Miner]:
        raise NotImplementedError

    def list_files(
        self, miner: Union[Miner, str, int, None], source: Optional[str], prefix: str
    ) -> AsyncIterator[RemoteFile]:
        raise NotImplementedError
