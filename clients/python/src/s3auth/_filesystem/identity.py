"""The hotkey of a file system, which options may leave this process, and which file systems are the same."""

from __future__ import annotations

import importlib
import os
from typing import Any, Dict, Optional

from fsspec.config import apply_config
from fsspec.spec import AbstractFileSystem

from .._core.signing import address_of

NO_COPY = (
    "A file system with a {name} cannot be pickled or written as JSON, because it would contain your key. Pass the names of a wallet "
    "instead, which each process reads itself: wallet=\"NAME\", wallet_hotkey=\"NAME\", and wallet_path if the wallets are elsewhere."
)

# In the order of the s3auth tool: its own variables take precedence over Bittensor's.
_VARIABLES = {
    "wallet": ("S3AUTH_WALLET", "BT_WALLET_NAME"),
    "wallet_hotkey": ("S3AUTH_HOTKEY", "BT_WALLET_HOTKEY"),
    "wallet_path": ("S3AUTH_WALLET_PATH", "BT_WALLET_PATH"),
}


class Held:
    """A key pair or a client among the options of a file system.

    Its text identifies the object, because fsspec compares options by their text. It cannot be pickled.
    """

    def __init__(self, value: Any, name: str, identity: str) -> None:
        self.value = value
        self._name = name
        self._identity = identity

    def __repr__(self) -> str:
        return f"<{self._name} {self._identity}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Held) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __copy__(self) -> "Held":
        return self

    def __deepcopy__(self, _: Any) -> "Held":
        return self

    def __reduce__(self) -> Any:
        raise TypeError(NO_COPY.format(name=self._name))


class CachedByIdentity(type(AbstractFileSystem)):  # type: ignore[misc]
    """Makes the options unambiguous before fsspec uses their text as the key of its cache of file systems.

    The text of a key pair can be the same for two hotkeys, or contain a secret, so a holder with an own text replaces it. Options from the
    environment are added.
    """

    def __call__(cls, **options: Any) -> Any:
        options = _identify(apply_config(cls, options))
        # The order of the options is a part of their text.
        return super().__call__(**{name: options[name] for name in sorted(options)})


def _identify(options: Dict[str, Any]) -> Dict[str, Any]:
    # After a PermissionError, pandas opens the file again with anon=True. The second error must be the same, not an unknown option.
    options.pop("anon", None)
    options = {name: value for name, value in options.items() if value is not None or name == "listings_expiry_time"}
    if "client" in options:
        extra = {"url", "hotkey", "coldkey", "wallet", "wallet_hotkey", "wallet_path", "client_options"} & set(options)
        if extra:
            raise TypeError(f"Pass client without {', '.join(sorted(extra))}: the client has its own.")
        return {**options, "client": hold(options["client"], "client")}
    if "hotkey" in options:
        extra = {"wallet", "wallet_hotkey", "wallet_path"} & set(options)
        if extra:
            raise TypeError(f"Pass either hotkey, or the names of a wallet ({', '.join(sorted(extra))}).")
        options["hotkey"] = hold(options["hotkey"], "hotkey")
    options = read_environment(options)
    if "coldkey" in options:
        options["coldkey"] = address_of(options["coldkey"], "coldkey")
    return options


def hold(value: Any, name: str) -> Held:
    """Returns the holder of a hotkey or a client. Raises :class:`TypeError` if a hotkey cannot sign."""
    if isinstance(value, Held):
        return value
    if name == "hotkey":
        return Held(value, name, address_of(value, name, must_sign=True))
    # Two clients of one hotkey can differ in their options. The holder keeps the client, so no other object gets the number.
    return Held(value, name, f"{value!r} {id(value)}")


def read_environment(options: Dict[str, Any]) -> Dict[str, Any]:
    """Returns the options, with values from the environment for missing ones.

    Raises :class:`ValueError` if a server or a hotkey is missing.
    """
    options = dict(options)
    url = options.get("url") or os.environ.get("S3AUTH_SERVER")
    if not url:
        raise ValueError("The address of the server is missing. Pass url=\"https://…\", or set S3AUTH_SERVER.")
    options["url"] = url
    if "hotkey" in options:
        return options
    for name, variables in _VARIABLES.items():
        value = options.get(name) or next((os.environ[one] for one in variables if os.environ.get(one)), None)
        if value is not None and not isinstance(value, (str, os.PathLike)):
            raise TypeError(f"{name} must be a name. Pass wallet.hotkey as hotkey to use an open wallet.")
        if value is not None:
            options[name] = os.fspath(value)
    if "wallet" not in options:
        raise ValueError("The hotkey is missing. Pass hotkey=wallet.hotkey or wallet=\"NAME\", or set BT_WALLET_NAME.")
    options.setdefault("wallet_hotkey", "default")
    return options


def read_hotkey(wallet: Optional[str], hotkey: Optional[str], path: Optional[str]) -> Any:
    """Reads the hotkey of a Bittensor wallet. Raises :class:`ModuleNotFoundError` if neither library is installed."""
    options = {"name": wallet, "hotkey": hotkey, **({"path": os.path.expanduser(path)} if path else {})}
    for module in ("bittensor_wallet", "bittensor"):
        try:
            return importlib.import_module(module).Wallet(**options).hotkey
        except ModuleNotFoundError as absent:
            if absent.name != module:
                raise
    raise ModuleNotFoundError(
        "The names of a wallet need Bittensor's wallet library. Install it with: pip install bittensor-wallet. "
        "Or pass hotkey=wallet.hotkey.",
        name="bittensor_wallet",
    )
