"""What tests of uploads share."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import Any, Callable

from s3auth import S3Auth, UploadedFile

from .proxies import FailingProxy, Passed
from .servers import Server

BehindProxy = Callable[..., "tuple[Server, FailingProxy]"]
"""Starts a server whose clients reach the store through a proxy."""


def make(folder: Path, **files: int) -> Path:
    """Makes files of random bytes: their sizes by their names, in which `__` stands for `/`."""
    for name, size in files.items():
        path = folder / (name.replace("__", "/") + ".bin")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(size))
    return folder


def md5(content: bytes) -> str:
    """Returns the MD5 in hex."""
    return hashlib.md5(content).hexdigest()


def paths(files: list[UploadedFile]) -> list[str]:
    """Returns the paths of results in order."""
    return sorted(file.path for file in files)


def spent(client: S3Auth, call: Callable[[], Any]) -> int:
    """Returns how many grants a call costs."""
    client.request("list-my-files", limit=1)
    before = client.quota
    call()
    client.request("list-my-files", limit=1)
    assert before is not None and client.quota is not None
    return before.grants_left - client.quota.grants_left - 1


def is_probe(request: Passed) -> bool:
    """Returns whether the server sent this request to check the store.

    The server and the s3auth tool send no User-Agent; the Python package does. The server uses forms, and keys of its own. The tool uses
    forms only at stores without safe PUT URLs, so this cannot tell its forms from the server's there.
    """
    return "user-agent" not in request.headers and (request.method == "POST" or ".s3auth-" in request.target)


def takes_parts(server: Server) -> Server:
    """Waits until a server has found out that its store has multipart uploads. It has none at Swift, whose parts are not safe."""
    deadline = time.monotonic() + 60
    while server.store != "swift" and not server.get("/structure-info")["supports_multipart_uploads"]:
        assert time.monotonic() < deadline, "The server says that its store has no multipart uploads."
        time.sleep(0.2)
    return server
