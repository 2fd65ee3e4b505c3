"""Processes, ports and folders that do not outlive the tests."""

from __future__ import annotations

import fcntl
import getpass
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, Callable, Mapping, Optional

from .repository import ROOT, find_program

_FIRST_PORT, _END_PORT = 20_000, 32_000


class Guard:
    """Stops all processes and deletes all folders of the tests, even if the tests are killed: a detached shell script waits for that."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ports: dict[int, IO[str]] = {}
        self._folders: list[Path] = []
        self._shell: Optional[subprocess.Popen[str]] = None
        setsid = find_program("setsid")
        if setsid:
            script = ROOT / "tests" / "EndToEnd.Tests" / "Servers" / "guard.sh"
            self._shell = subprocess.Popen([setsid, "sh", str(script)], stdin=subprocess.PIPE, text=True, cwd=tempfile.gettempdir())

    def watch(self, pid: int) -> None:
        """Stops the process at the end."""
        self._tell(f"process {pid}")

    def folder(self, name: str) -> Path:
        """Makes a folder with a short path. It is deleted at the end."""
        folder = Path(tempfile.mkdtemp(prefix=f"s3auth-{name}-"))
        self._folders.append(folder)
        self._tell(f"folder {folder}")
        return folder

    def free_ports(self, count: int = 1) -> int:
        """Reserves consecutive ports until the end of the tests, also against the end-to-end tests of the server. Returns the first."""
        locks = Path(tempfile.gettempdir()) / f"s3auth-ports-{getpass.getuser()}"
        locks.mkdir(exist_ok=True)
        with self._lock:
            for _ in range(1000):
                first = _FIRST_PORT + secrets.randbelow(_END_PORT - _FIRST_PORT - count)
                ports = range(first, first + count)
                if any(port in self._ports for port in ports):
                    continue
                reserved = {port: lock for port in ports for lock in [_reserve(locks / str(port), port)] if lock}
                if len(reserved) == count:
                    self._ports.update(reserved)
                    return first
                for lock in reserved.values():
                    lock.close()
        raise RuntimeError(f"There are no free ports between {_FIRST_PORT} and {_END_PORT}.")

    @property
    def ends_processes(self) -> bool:
        """Whether `close` kills the processes, which is faster than stopping them. If not, whoever started them stops them."""
        return self._shell is not None

    def close(self) -> None:
        """Kills the processes that still run, and deletes the folders."""
        if self._shell and self._shell.stdin:
            self._shell.stdin.close()
            self._shell.wait(60)
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)

    def _tell(self, line: str) -> None:
        if self._shell and self._shell.stdin:
            with self._lock:
                self._shell.stdin.write(line + "\n")
                self._shell.stdin.flush()


class ServerProcess:
    """A server that runs until it is stopped. Its output is in a file."""

    def __init__(
        self, guard: Guard, name: str, command: list[str], folder: Path, environment: Optional[Mapping[str, str]] = None
    ) -> None:
        self._name = name
        self.log = guard.folder("log") / "output"
        with open(self.log, "wb") as output:
            self._process = subprocess.Popen(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        guard.watch(self._process.pid)

    def wait_until(self, is_ready: Callable[[], bool], seconds: float) -> None:
        """Polls until the condition holds. Raises RuntimeError with the output if the process ends or the time is over."""
        end = time.monotonic() + seconds
        while not is_ready():
            if self._process.poll() is not None or time.monotonic() > end:
                problem = "did not answer in time" if self._process.poll() is None else "ended"
                output = "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-60:])
                raise RuntimeError(f"{self._name} {problem}.\n{output}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stops it with SIGTERM, and kills it if it does not stop in time."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def clean_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Returns an environment with these variables only, and those that programs need to start."""
    kept = ["PATH", "HOME", "LANG", "TMPDIR", "DOTNET_ROOT", "DOTNET_CLI_HOME"]
    # Processes that live longer would gain from profiling, and from the short delay that the server's build sets for its warm-up. 64 is
    # hexadecimal for the default, 100 ms.
    fixed = {"NO_PROXY": "*", "DOTNET_TieredPGO": "0", "DOTNET_TC_CallCountingDelayMs": "64"}
    return {**{name: os.environ[name] for name in kept if name in os.environ}, **fixed, **settings}


def answers(url: str, accepted: Callable[[int], bool] = lambda status: status == 200) -> bool:
    """Returns whether a GET of the URL is answered with an accepted status."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=10) as answer:
            return accepted(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return accepted(error.code)
    except OSError:
        return False


def _reserve(path: Path, port: int) -> Optional[IO[str]]:
    lock = open(path, "a", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("", port))
            listener.listen()
        return lock
    except OSError:
        lock.close()
        return None
