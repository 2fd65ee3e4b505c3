"""Wallets as subnets' code has them."""

from __future__ import annotations

from .accounts import Account, Keypair


class Wallet:
    """A wallet with a hotkey that signs and the public half of a coldkey, as `bittensor.Wallet` has them."""

    def __init__(self, account: Account) -> None:
        self.hotkey = account.hotkey
        self._coldkey = account.coldkey

    def get_coldkeypub(self) -> Keypair:
        """Returns the coldkey."""
        return self._coldkey


class HotkeyOnly:
    """A wallet without a coldkey."""

    def __init__(self, account: Account) -> None:
        self.hotkey = account.hotkey


class Subtensor:
    """Stands where callers pass their connection to the chain, which the package does not use."""


class LostWallet:
    """A wallet whose files are missing."""

    @property
    def hotkey(self) -> Keypair:
        """Raises what no caller expects."""
        raise RuntimeError("The file of the hotkey is missing.")
