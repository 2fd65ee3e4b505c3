"""Stands in for the package bittensor where it cannot be installed: its Wallet, as far as miners use it to sign.

It reads the files of a real wallet, and signs with the library that browser wallets use (@polkadot/keyring, in Node), so that nothing of
S3Auth's own code signs what S3Auth checks.
"""

import json
import os
import pathlib
import subprocess


class _Keypair:
    def __init__(self, file):
        content = json.loads(file.read_text())
        self.ss58_address = content["ss58Address"]
        self._seed = content.get("secretSeed")

    def sign(self, data):
        if self._seed is None:
            raise ValueError("No private key set to create signatures")
        text = data.decode() if isinstance(data, bytes) else data
        signer = subprocess.run(
            ["node", os.environ["S3AUTH_TEST_SIGNER"]], input=json.dumps([{"uri": self._seed, "text": text}]), capture_output=True, text=True, check=True)
        return bytes.fromhex(json.loads(signer.stdout)[0].removeprefix("0x"))


class Wallet:
    def __init__(self, name="default", hotkey="default", path="~/.bittensor/wallets/"):
        folder = pathlib.Path(path).expanduser() / name
        self.hotkey = _Keypair(folder / "hotkeys" / hotkey)
        self.coldkeypub = _Keypair(folder / "coldkeypub.txt")
