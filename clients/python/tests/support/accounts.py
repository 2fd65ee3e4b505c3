"""Accounts, and an independent signer: schnorrkel in Node."""

from __future__ import annotations

import fcntl
import json
import secrets
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from .processes import Guard
from .repository import CACHE, ROOT, find_program

_PACKAGES = ROOT / "tests" / "EndToEnd.Tests" / "Clients" / "node"


class SignerMissing(Exception):
    """Node or its packages are missing. The message says what to install."""


class Signer:
    """A Node process that signs. A signature takes less than a millisecond. Several threads may use it."""

    def __init__(self, guard: Guard) -> None:
        node = find_program("node")
        if not node or not find_program("npm"):
            raise SignerMissing("There is no Node to sign with; install nodejs and npm.")
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [node, str(_install())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        guard.watch(self._process.pid)

    def new_keypair(self) -> Keypair:
        """Returns a keypair with a random seed."""
        return Keypair(self, secrets.token_hex(32))

    def ask(self, question: dict[str, str]) -> dict[str, str]:
        """Sends one line to the process. Returns its answer."""
        assert self._process.stdin and self._process.stdout
        with self._lock:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The signer ended.")
        answer: dict[str, str] = json.loads(line)
        return answer

    def stop(self) -> None:
        """Ends the process."""
        self._process.terminate()
        self._process.wait()


class Keypair:
    """A keypair as the S3Auth clients take it: `ss58_address` and `sign`."""

    def __init__(self, signer: Signer, seed: str) -> None:
        answer = signer.ask({"seed": seed})
        self._signer = signer
        self.seed = seed
        """In hexadecimal."""
        self.ss58_address = answer["address"]
        self.public_key = bytes.fromhex(answer["public_key"])

    def sign(self, data: bytes) -> bytes:
        """Returns the 64 bytes of a signature over the data."""
        return bytes.fromhex(self._signer.ask({"seed": self.seed, "data": bytes(data).hex()})["signature"])

    def __repr__(self) -> str:
        return self.ss58_address


@dataclass(frozen=True)
class Account:
    """A neuron of the subnet: the hotkey that signs, and the coldkey that owns it."""

    hotkey: Keypair
    coldkey: Keypair


class Subnet:
    """One validator, and enough miners for each test to have new ones. All servers of the tests know these."""

    NETUID = 46

    def __init__(self, signer: Signer, miners: int = 300) -> None:
        self.validator = Account(signer.new_keypair(), signer.new_keypair())
        self.other_validator = Account(signer.new_keypair(), signer.new_keypair())
        self.miners = [Account(signer.new_keypair(), signer.new_keypair()) for _ in range(miners)]
        # Registered nowhere.
        self.stranger = Account(signer.new_keypair(), signer.new_keypair())

    def write(self, path: Path) -> None:
        """Writes it as a metagraph file of the server."""

        def neuron(uid: int, account: Account, stake: Optional[float] = None) -> dict[str, Any]:
            return {
                "uid": uid,
                "hotkey": account.hotkey.ss58_address,
                "coldkey": account.coldkey.ss58_address,
                "validator_permit": stake is not None,
                "alpha_stake": stake or 1.25,
            }

        neurons = [neuron(0, self.validator, 30_000.5), neuron(1, self.other_validator, 50_000)]
        neurons += [neuron(100 + number, miner) for number, miner in enumerate(self.miners)]
        path.write_text(json.dumps({"netuid": self.NETUID, "block": 1, "neurons": neurons}), "utf-8")


def _install() -> Path:
    """Installs the packages of the signer once. Returns the path of its program."""
    folder = CACHE / "node"
    folder.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "node.lock", "a", encoding="utf-8") as lock:
        # Two test runs must not install at the same time.
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (_PACKAGES / "package-lock.json").read_text("utf-8")
        stamp = folder / "node_modules" / ".installed-for"
        if not stamp.exists() or stamp.read_text("utf-8") != wanted:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(_PACKAGES / name, folder)
            install = subprocess.run(
                [find_program("npm") or "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
                cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            )
            if install.returncode != 0:
                raise SignerMissing(f"npm could not install the signer: {install.stderr.strip()}")
            stamp.write_text(wanted, "utf-8")
        # Node looks for packages beside the program.
        program = folder / "signer.mjs"
        shutil.copy(Path(__file__).with_name("signer.mjs"), program)
    return program
