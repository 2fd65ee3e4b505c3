"""`s3auth`, the command line tool, as another client of the same server."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Optional

from .accounts import Account
from .processes import clean_environment
from .repository import built_program


class Tool:
    """Runs `s3auth` with its settings, state and wallets in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.command = built_program("S3AUTH_TEST_TOOL", "Cli", "s3auth.dll")

    def run(
        self, *arguments: str, server: str, account: Optional[Account] = None, is_expected_to_fail: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """Runs it as an account. Raises AssertionError with the output if the exit code is not the expected one."""
        words = [*self.command, *arguments, *(self._wallet_of(account) if account else [])]
        environment = clean_environment(
            {
                "S3AUTH_SERVER": server,
                "S3AUTH_CONFIG": str(self.folder / "config" / "config.toml"),
                "XDG_STATE_HOME": str(self.folder / "state"),
            }
        )
        result = subprocess.run(
            words, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300
        )
        assert (result.returncode != 0) == is_expected_to_fail, f"{words} ended with {result.returncode}\n{result.stdout}\n{result.stderr}"
        return result

    def run_json(self, *arguments: str, server: str, account: Optional[Account] = None) -> list[dict[str, Any]]:
        """Runs it with `--json`. Returns the objects that it prints."""
        output = self.run(*arguments, "--json", server=server, account=account).stdout
        return [json.loads(line) for line in output.splitlines() if line]

    def _wallet_of(self, account: Account) -> list[str]:
        name = account.hotkey.ss58_address[:12]
        hotkeys = self.folder / "wallets" / name / "hotkeys"
        if not hotkeys.exists():
            hotkeys.mkdir(parents=True)
            key = {"secretSeed": "0x" + account.hotkey.seed, "ss58Address": account.hotkey.ss58_address}
            file = os.open(hotkeys / "default", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(file, "w", encoding="utf-8") as stream:
                json.dump({"accountId": None, "publicKey": None, "secretPhrase": None, **key}, stream)
            coldkey = {"ss58Address": account.coldkey.ss58_address}
            (hotkeys.parent / "coldkeypub.txt").write_text(json.dumps(coldkey), "utf-8")
        return ["--wallet-path", str(self.folder / "wallets"), "--wallet", name]
