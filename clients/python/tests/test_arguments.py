"""Wrong arguments and wrong uses are errors that say what to do."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Callable

import pytest
from support.scripted import Scripted, ScriptedServer

from s3auth import AsyncS3Auth, ClientOptions, S3Auth
from s3auth.compat.miner import S3Auth as CompatS3Auth

URL = "http://127.0.0.1:1"


class NullKeypair:
    """Signs with zeros."""

    ss58_address = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"

    def sign(self, data: bytes) -> bytes:
        return bytes(64)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda client: client.upload_bytes("text", "a"), "Encode text"),
        # bytes(5000) would be 5,000 zeros.
        (lambda client: client.upload_bytes(5000, "a"), "data must be bytes"),
        (lambda client: client.upload(None), "path must be the path of a file"),
        (lambda client: client.upload("a", to=5), "to must be a str"),
        (lambda client: client.upload("a", source=5), "source must be a str"),
        (lambda client: client.upload_folder("a", job_id=5), "job_id must be a str"),
        (lambda client: list(client.list_files(1.0)), "miner must be a Miner"),
        (lambda client: client.read("data/x/a"), "file must be a RemoteFile"),
        (lambda client: client.download_file("data/x/a", "a"), "file must be a RemoteFile"),
    ],
)
def test_argument_of_another_type_is_named(call: Callable[[Any], object], message: str) -> None:
    with S3Auth(URL, NullKeypair()) as client, pytest.raises(TypeError, match=message):
        call(client)


def test_options_of_another_type_are_refused() -> None:
    options: Any = {"attempts": 3}
    for client in (S3Auth, AsyncS3Auth):
        with pytest.raises(TypeError, match="options must be ClientOptions"):
            client(URL, NullKeypair(), options=options)


def test_wrong_path_of_the_server_is_explained() -> None:
    problem = {"code": "not_found", "detail": "Use one of the paths that /openapi.json and /docs list."}
    with ScriptedServer(Scripted(404, problem)) as server, S3Auth(server.url + "/api", NullKeypair()) as client:
        with pytest.raises(Exception, match="server's address without a further path"):
            client.miners()


def test_asynchronous_client_names_a_wrong_use() -> None:
    with ScriptedServer(Scripted()) as server:
        options = ClientOptions(attempts=1)
        client = AsyncS3Auth(server.url, NullKeypair(), options=options)
        asyncio.run(client.request("list-files"))
        with pytest.raises(RuntimeError, match="in each event loop"):
            asyncio.run(client.request("list-files"))

        async def use_closed() -> None:
            async with AsyncS3Auth(server.url, NullKeypair(), options=options) as closed:
                pass
            await closed.request("list-files")

        with pytest.raises(RuntimeError, match="Open a new one"):
            asyncio.run(use_closed())


def test_drop_in_logs_what_to_pass(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "a"
    file.write_bytes(bytes(2000))
    uploads: Any = CompatS3Auth(URL)
    assert uploads.get_credentials(NullKeypair()) is None
    assert "A hotkey is not a wallet" in caplog.text
    assert not uploads.upload_file(str(file), None)
    assert "creds must be the result of get_credentials" in caplog.text
    assert not uploads.upload_file(None, {"folder": "data/x/a/"})
