"""The parts of a wallet that the drop-ins use: ``hotkey``, and the address of the coldkey."""

from __future__ import annotations

from typing import Any, Optional

from ..client import S3Auth
from ..options import ClientOptions


def open_client(wallet: Any, url: str, options: Optional[ClientOptions]) -> S3Auth:
    """Returns a client that signs with the wallet's hotkey. Raises :class:`TypeError` if the wallet has none."""
    if not is_wallet(wallet):
        raise TypeError("Pass a wallet: an object with a hotkey. A hotkey is not a wallet.")
    return S3Auth(url, wallet.hotkey, coldkey_of(wallet), options=options)


def coldkey_of(wallet: Any) -> Optional[str]:
    """Returns the address of the wallet's coldkey; ``None`` if the wallet has none. The server then looks it up on the chain."""
    get_coldkeypub = getattr(wallet, "get_coldkeypub", None)
    coldkey = get_coldkeypub() if callable(get_coldkeypub) else getattr(wallet, "coldkeypub", None)
    address: Optional[str] = getattr(coldkey, "ss58_address", None)
    return address


def is_wallet(value: Any) -> bool:
    """Whether the value is a wallet: it has a hotkey with an address."""
    return isinstance(getattr(getattr(value, "hotkey", None), "ss58_address", None), str)


class AnonymousWallet:
    """A wallet for requests that need no signature."""

    @property
    def hotkey(self) -> "_NoHotkey":
        """A hotkey that cannot sign."""
        return _NoHotkey()


class _NoHotkey:
    ss58_address = "nobody"

    def sign(self, data: bytes) -> bytes:
        raise TypeError("This request needs a wallet.")
