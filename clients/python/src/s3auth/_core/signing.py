"""Proofs of requests: Tao v2 headers, signed by a hotkey."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any, Dict, Protocol, Union
from urllib.parse import urlsplit

SIGNATURE_BYTES = 64


class Keypair(Protocol):
    """A key pair that signs with sr25519, such as ``wallet.hotkey`` of Bittensor or a ``Keypair`` of substrate-interface."""

    @property
    def ss58_address(self) -> str:
        """The address of the account."""
        ...

    def sign(self, data: bytes) -> Union[bytes, str]:
        """Signs bytes. Returns 64 bytes, or their hex digits with or without ``0x``."""
        ...


def tao_headers(hotkey: Keypair, body: bytes, milliseconds: int) -> Dict[str, str]:
    """Returns the Tao v2 headers that prove a request with this body.

    The signature covers the SHA-256 of the body, a new UUID and the time (Unix milliseconds). A proof can be used once.
    """
    nonce = str(uuid.uuid4())
    text = f"{hashlib.sha256(body).hexdigest()}.{nonce}.{milliseconds}"
    return {
        "X-Tao-Version": "2",
        "X-Tao-Timestamp": str(milliseconds),
        "X-Tao-Nonce": nonce,
        "X-Tao-Signed-By": hotkey.ss58_address,
        "X-Tao-Signature": sign(hotkey, text.encode("ascii")).hex(),
    }


def sign(hotkey: Keypair, data: bytes) -> bytes:
    """Signs data. Returns the signature (64 bytes), which the key pair may return as bytes or as hex.

    Raises :class:`TypeError` if the key pair returns no sr25519 signature.
    """
    signature = hotkey.sign(data)
    try:
        raw = bytes.fromhex(signature[2:] if signature.startswith("0x") else signature) if isinstance(signature, str) else bytes(signature)
    except (ValueError, TypeError):
        raw = b""
    if len(raw) != SIGNATURE_BYTES:
        raise TypeError("The hotkey's sign() did not return a signature of 64 bytes. Pass an sr25519 key pair, such as wallet.hotkey.")
    return raw


def audience_of(url: str) -> str:
    """Returns the audience of requests: the server's host, with its port unless that is 443. No other server accepts the requests.

    It is read from the URL that the caller passed, never from an answer, because a hostile server could name another server.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode("ascii") if ":" not in (parts.hostname or "") else f"[{parts.hostname}]"
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return host if port == 443 else f"{host}:{port}"


def address_of(account: Any, name: str, must_sign: bool = False) -> str:
    """Returns the address of an account that a caller passed: the address itself, or anything with ``ss58_address``.

    Raises :class:`TypeError` if it is neither, or cannot sign where it must.
    """
    if hasattr(account, "hotkey"):
        raise TypeError(f"Pass wallet.{'hotkey' if must_sign else 'coldkeypub'} as {name}, not the wallet.")
    address = account if isinstance(account, str) and not must_sign else getattr(account, "ss58_address", None)
    if not isinstance(address, str) or not address or (must_sign and not callable(getattr(account, "sign", None))):
        if must_sign:
            raise TypeError(f"{name} must be a key pair with ss58_address and sign(bytes), such as wallet.hotkey.")
        raise TypeError(f"{name} must be an address, or an object with ss58_address, such as wallet.coldkeypub.")
    return address
