"""Temporary credentials, and boto3 with them."""

from __future__ import annotations

import datetime
from typing import Any, Callable

import pytest
from support.scripted import Scripted, ScriptedServer
from support.servers import Server

from s3auth import InvalidAnswerError, RefusedError, S3Auth

boto3 = pytest.importorskip("boto3", reason="Skipped because boto3 is missing; install python3-boto3 (Debian).")
botocore_exceptions = pytest.importorskip("botocore.exceptions")


def answer(lifetime: float = 3600, number: int = 1, **members: object) -> "dict[str, object]":
    expiration = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=lifetime)
    return {
        "access_key_id": f"key-{number}", "secret_access_key": "secret-1", "session_token": "token-1",
        "expiration": expiration.isoformat(timespec="seconds"), "endpoint": "http://127.0.0.1:1", "region": "us-east-2",
        "bucket": "bucket", "addressing": "path", "prefixes": ["data/x/"], "actions": ["s3:GetObject"], "not_enforced": [], **members,
    }


class NullKeypair:
    ss58_address = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"

    def sign(self, data: bytes) -> bytes:
        return bytes(64)


@pytest.mark.stores("ceph")
def test_boto3_session_reads_and_writes_the_own_folder_only(server: Server) -> None:
    miner, other = server.next_miner(), server.next_miner()
    with S3Auth(server.url, miner.hotkey) as client:
        credentials = client.session_credentials()
        s3: Any = client.boto3_session().client("s3")
        resource: Any = client.boto3_session().resource("s3")
    key = server.folder(miner) + "a.bin"
    assert server.folder(miner) in credentials.prefixes
    s3.put_object(Bucket=credentials.bucket, Key=key, Body=b"x" * 2000)
    assert s3.get_object(Bucket=credentials.bucket, Key=key)["Body"].read() == b"x" * 2000
    assert resource.Object(credentials.bucket, key).content_length == 2000
    with pytest.raises(botocore_exceptions.ClientError, match="AccessDenied"):
        s3.put_object(Bucket=credentials.bucket, Key=server.folder(other) + "a.bin", Body=b"x" * 2000)
    with pytest.raises(botocore_exceptions.ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=credentials.bucket, Key=key)


@pytest.mark.stores("ceph")
def test_validator_reads_all_folders(server: Server) -> None:
    miner = server.next_miner()
    key = server.folder(miner) + "b.bin"
    server.bucket.put(key, b"content")
    with S3Auth(server.url, server.validator.hotkey) as client:
        s3: Any = client.boto3_session(role="validator", duration_seconds=900).client("s3")
    assert s3.get_object(Bucket=server.bucket.name, Key=key)["Body"].read() == b"content"


@pytest.mark.stores("swift")
def test_deployment_without_sessions_says_what_to_call(server: Server) -> None:
    with S3Auth(server.url, server.next_miner().hotkey) as client:
        with pytest.raises(RefusedError, match="/get-file-upload-urls") as raised:
            client.boto3_session()
    assert raised.value.code == "session_credentials_unsupported"


def test_credentials_are_not_shown() -> None:
    with ScriptedServer(Scripted(body=answer())) as server, S3Auth(server.url, NullKeypair()) as client:
        credentials = client.session_credentials()
    assert (credentials.secret_access_key, credentials.session_token, credentials.not_enforced) == ("secret-1", "token-1", ())
    assert "secret-1" not in repr(credentials) and "token-1" not in repr(credentials)


@pytest.mark.parametrize("expiration", ["tomorrow", "", "2026-11-29T10:00:00"])
def test_credentials_without_an_expiry_are_refused(expiration: str) -> None:
    with ScriptedServer(Scripted(body=answer(expiration=expiration))) as server, S3Auth(server.url, NullKeypair()) as client:
        with pytest.raises(InvalidAnswerError, match="expiration"):
            client.session_credentials()


def test_expiry_may_end_with_z() -> None:
    with ScriptedServer(Scripted(body=answer(expiration="2026-11-29T10:00:00Z"))) as server, S3Auth(server.url, NullKeypair()) as client:
        assert client.session_credentials().expiration == datetime.datetime(2026, 11, 29, 10, tzinfo=datetime.timezone.utc)


@pytest.mark.parametrize("lifetime, requests", [(3600, 1), (900, 1), (60, 1), (-1, 3)], ids=str)
def test_credentials_are_renewed_only_when_they_expire(lifetime: float, requests: int) -> None:
    renewed: "Callable[[int], Scripted]" = lambda number: Scripted(body=answer(3600 if number == 3 else lifetime, number))
    with ScriptedServer(*(renewed(number) for number in (1, 2, 3))) as server, S3Auth(server.url, NullKeypair()) as client:
        credentials: Any = client.boto3_session().get_credentials()
        try:
            for _ in range(3):
                credentials.get_frozen_credentials()
        except RuntimeError:
            # botocore refuses credentials that are expired when they arrive. The next use requests them again.
            assert credentials.get_frozen_credentials().access_key == "key-3"
        assert len(server.received) == requests


def test_region_and_endpoint_of_the_caller_are_kept() -> None:
    with ScriptedServer(Scripted(body=answer(addressing="virtual"))) as server, S3Auth(server.url, NullKeypair()) as client:
        session: Any = client.boto3_session()
    config = pytest.importorskip("botocore.config").Config(connect_timeout=7)
    default, own = session.client("s3"), session.client("s3", endpoint_url="http://127.0.0.1:2", config=config)
    assert (default.meta.endpoint_url, default.meta.region_name) == ("http://127.0.0.1:1", "us-east-2")
    assert own.meta.endpoint_url == "http://127.0.0.1:2" and own.meta.config.connect_timeout == 7
    assert default.meta.config.s3["addressing_style"] == own.meta.config.s3["addressing_style"] == "virtual"
