"""The requests of existing programs without this package, byte by byte: the server must accept them."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import urllib.parse
import uuid
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any, Dict, List, Optional

import pytest
import requests

from support.accounts import Account
from support.servers import Server

S3 = {"s3": "http://s3.amazonaws.com/doc/2006-03-01/"}
CONTENT = b"PAR1" + b"\0" * 2000 + b"PAR1"


@pytest.fixture(params=["coldkey", "hotkey"])
def deployment(request: pytest.FixtureRequest, server: Server, hotkey_server: Server) -> Server:
    """A server in each layout."""
    return server if request.param == "coldkey" else hotkey_server


def commitment(account: Account, text: str, prefix: str = "", **members: Any) -> Dict[str, Any]:
    """Returns a body with a commitment. `{timestamp}` in the text is the time."""
    timestamp = int(time.time())
    signature = account.hotkey.sign(text.replace("{timestamp}", str(timestamp)).encode()).hex()
    return {"hotkey": account.hotkey.ss58_address, "timestamp": timestamp, "signature": prefix + signature, **members}


def tao(account: Account, body: bytes) -> Dict[str, str]:
    """Returns Tao v2 headers with a signature in base64."""
    nonce, timestamp = str(uuid.uuid4()), str(int(round(time.time() * 1000)))
    text = f"{hashlib.sha256(body).hexdigest()}.{nonce}.{timestamp}"
    return {
        "X-Tao-Version": "2",
        "X-Tao-Timestamp": timestamp,
        "X-Tao-Nonce": nonce,
        "X-Tao-Signed-By": account.hotkey.ss58_address,
        "X-Tao-Signature": base64.b64encode(account.hotkey.sign(text.encode())).decode("ascii"),
    }


def post(url: str, body: Dict[str, Any]) -> Any:
    """Sends JSON. Returns the answer, which must be 200."""
    answer = requests.post(url, json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


def keys_of(page: bytes) -> List[str]:
    """Reads a listing as these programs do: with the namespace, and decoded with unquote."""
    root = ElementTree.fromstring(page.decode("utf-8"))
    return [urllib.parse.unquote(str(key.text)) for key in root.findall(".//s3:Contents/s3:Key", S3)]


@pytest.mark.stores("ceph")
@pytest.mark.parametrize(("prefix", "has_expiry"), [("", True), ("0x", False)])
def test_miner_with_a_commitment_uploads_by_form(deployment: Server, tmp_path: Path, prefix: str, has_expiry: bool) -> None:
    account = deployment.next_miner()
    coldkey, hotkey = account.coldkey.ss58_address, account.hotkey.ss58_address
    body = commitment(account, f"s3:data:access:{coldkey}:{hotkey}:{{timestamp}}", prefix, coldkey=coldkey)
    if has_expiry:
        body["expiry"] = body["timestamp"] + 86400
    creds = post(f"{deployment.url}/get-folder-access", body)
    assert creds["structure_info"]["folder_structure"]

    path = tmp_path / "data.parquet"
    path.write_bytes(CONTENT)
    for job in ("1", "2"):
        fields = dict(creds["fields"])
        fields["key"] = f"{creds['folder']}job_id={job}/data.parquet"
        with open(path, "rb") as file:
            answer = requests.post(creds["url"], data=fields, files={"file": file}, timeout=60)
        assert answer.status_code == 204, answer.text
    listed = requests.get(creds["list_url"], timeout=30)
    assert keys_of(listed.content) == [f"{deployment.folder(account)}job_id={job}/data.parquet" for job in ("1", "2")]


def test_miner_with_tao_headers_uploads_one_file(deployment: Server) -> None:
    account = deployment.next_miner()
    body = json.dumps({"job_id": "news-1", "filename": "data.parquet"}).encode()
    # httpx sends no Content-Type with bytes.
    answer = requests.post(f"{deployment.url}/get-file-upload-url", data=body, headers=tao(account, body), timeout=30)
    assert answer.status_code == 200, answer.text
    target = answer.json()
    assert target["s3_key"] == deployment.folder(account) + "job_id=news-1/data.parquet"
    if target["method"] == "PUT":
        stored = requests.put(target["url"], data=CONTENT, headers={"Content-Type": "application/octet-stream"}, timeout=60)
    else:
        stored = requests.post(target["url"], data=target["fields"], files={"file": CONTENT}, timeout=60)
    assert stored.status_code in (200, 204), stored.text
    assert deployment.bucket.get(target["s3_key"]) == CONTENT


@pytest.mark.parametrize("proof", ["commitment", "tao"])
def test_validator_pages_through_a_miner_and_reads_by_presigned_urls(deployment: Server, proof: str) -> None:
    account, validator = deployment.next_miner(), deployment.validator
    folder, miner = deployment.folder(account), account.hotkey.ss58_address
    expected = [f"{folder}job_id=1/{number:03d} naïve.parquet" for number in range(3)]
    for key in expected:
        deployment.bucket.put(key, key.encode())

    def request(path: str, text: str, **members: Any) -> Any:
        if proof == "commitment":
            return post(deployment.url + path, commitment(validator, text, miner_hotkey=miner, **members))
        body = json.dumps({"miner_hotkey": miner, **members}).encode()
        answer = requests.post(
            deployment.url + path, data=body, headers={**tao(validator, body), "Content-Type": "application/json"}, timeout=30
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    found: List[str] = []
    token: Optional[str] = None
    while True:
        members = {"continuation_token": token} if token else {}
        page = requests.get(request("/get-miner-list", f"s3:validator:miner:{miner}:{{timestamp}}", **members)["list_url"], timeout=30)
        assert page.status_code == 200, page.text
        found += keys_of(page.content)
        root = ElementTree.fromstring(page.text)
        for content in root.findall(".//s3:Contents", S3):
            assert int(content.findtext("s3:Size", "", S3)) > 0 and content.findtext("s3:LastModified", "", S3).endswith("Z")
        if root.findtext(".//s3:IsTruncated", "", S3).lower() != "true":
            break
        token = root.findtext(".//s3:NextContinuationToken", "", S3)
    assert found == expected

    text = f"s3:validator:files:{miner}:{validator.hotkey.ss58_address}:{{timestamp}}"
    urls = request("/get-file-presigned-urls", text, file_keys=expected, expiry_hours=1)["file_urls"]
    for key in expected:
        assert requests.get(urls[key]["presigned_url"], timeout=30).content == key.encode()


def test_validator_that_names_its_coldkey_and_an_expiry(deployment: Server) -> None:
    account, validator = deployment.next_miner(), deployment.validator
    folder, miner = deployment.folder(account), account.hotkey.ss58_address
    deployment.bucket.put(folder + "job_id=a-1/a.parquet", CONTENT)
    extra: Dict[str, Any] = {"coldkey": validator.coldkey.ss58_address, "expiry": int(time.time()) + 86400}

    access = post(f"{deployment.url}/get-validator-access", commitment(validator, "s3:validator:access:{timestamp}", **extra))
    assert access["expiry_seconds"] > 0 and requests.get(access["urls"]["global"]["list_all_data"], timeout=30).status_code == 200

    body = commitment(validator, f"s3:validator:miner:{miner}:{{timestamp}}", miner_hotkey=miner, **extra)
    one = post(f"{deployment.url}/get-miner-specific-access", body)
    assert keys_of(requests.get(one["miner_url"], timeout=30).content) == [folder + "job_id=a-1/a.parquet"]

    text = f"s3:validator:folders:{validator.hotkey.ss58_address}:{{timestamp}}"
    folders = post(f"{deployment.url}/get-folder-presigned-urls", commitment(validator, text, miner_hotkey=miner))["folder_urls"]
    # These programs look a miner up by its hotkey.
    if deployment.layout == "hotkey":
        jobs = folders.get(miner, {}).get("job_folders", [])
        assert [job["job_id"] for job in jobs] == ["a-1"]
        assert keys_of(requests.get(jobs[0]["presigned_url"], timeout=30).content) == [folder + "job_id=a-1/a.parquet"]


@pytest.mark.nightly
@pytest.mark.stores("ceph")
def test_validator_that_appends_start_after_pages_through_a_redirect(start_server: Any) -> None:
    server = start_server(FOLDER_LAYOUT="hotkey", LISTING_REDIRECT="true")
    account, validator = server.next_miner(), server.validator
    expected = [f"{server.folder(account)}job_id=1/{number:04d}.parquet" for number in range(1005)]
    for key in expected:
        server.bucket.put(key, b"x")
    access = post(f"{server.url}/get-validator-access", commitment(validator, "s3:validator:access:{timestamp}"))
    base = access["urls"]["global"]["list_all_data"]
    first = requests.get(base, timeout=60)
    found = keys_of(first.content)
    second = requests.get(f"{base}{'&' if '?' in base else '?'}start-after={urllib.parse.quote(found[-1], safe='')}", timeout=60)
    assert second.status_code == 200, second.text
    assert found + keys_of(second.content) == expected


@pytest.mark.stores("ceph")
def test_refusal_has_a_detail(deployment: Server) -> None:
    stranger = deployment.subnet.stranger
    coldkey, hotkey = stranger.coldkey.ss58_address, stranger.hotkey.ss58_address
    body = commitment(stranger, f"s3:data:access:{coldkey}:{hotkey}:{{timestamp}}", coldkey=coldkey)
    answer = requests.post(f"{deployment.url}/get-folder-access", json=body, timeout=30)
    assert answer.status_code == 403 and isinstance(answer.json()["detail"], str)
