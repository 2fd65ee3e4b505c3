"""A scripted S3Auth server with its store. Tests set the answers of both."""

from __future__ import annotations

import email.utils
import hashlib
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional
from urllib.parse import quote, unquote, urlsplit

from .scripted import Received, Scripted, ScriptedServer

OWNER = "5DRUZLgg59jWvH6nV1UCAUuYagfNyB9kpxzGykiA12TXr4nc"
OTHER_OWNER = "5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy"
HOTKEY = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"
MINER_HOTKEY = "5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y"


class NullKeypair:
    """Signs with zeros: what the signature is does not matter to a scripted server."""

    ss58_address = HOTKEY

    def sign(self, data: bytes) -> bytes:
        """Returns 64 bytes."""
        return bytes(64)


@dataclass
class Stored:
    """A file of the store."""

    content: bytes
    etag: Optional[str] = None
    """By default the MD5 of the content."""
    age: float = 3600.0
    """Seconds since it was stored."""
    headers: Dict[str, str] = field(default_factory=dict)
    """More headers of its answers."""

    def __post_init__(self) -> None:
        self.etag = self.etag if self.etag is not None else hashlib.md5(self.content).hexdigest()
        self.stored_at = int(time.time() - self.age)


class Service:
    """Serves `files` by their keys. Tests change its answers by the other members."""

    def __init__(self, template: str = "data/{source}/{coldkey}/", sources: "tuple[str, ...]" = ("x", "reddit")) -> None:
        self.files: Dict[str, Stored] = {}
        self.template = template
        self.sources = sources
        self.coldkeys = {HOTKEY: OTHER_OWNER, MINER_HOTKEY: OWNER}
        """The coldkeys of registered hotkeys."""
        self.uids: Dict[str, int] = {OWNER: 7}
        self.page_size = 1000
        self.lifetime = 3600
        """Seconds for which the URLs of a listing are valid."""
        self.version = "old"
        """The signature in new download URLs. The store accepts the signatures in `accepted`."""
        self.accepted = {"old", "new"}
        self.change_list: Callable[[Dict[str, Any], int], Dict[str, Any]] = lambda answer, number: answer
        """Called with each page of a listing and its number. Returns the page to send."""
        self.answer_server: Callable[[str, Dict[str, Any]], Optional[Scripted]] = lambda path, body: None
        """Called with the path and the body of each request to the server. Returns the answer to send; None for the usual one."""
        self.answer_store: Callable[[str, Received], Optional[Scripted]] = lambda key, request: None
        """Called with the key and each request to the store. Returns the answer to send; None for the usual one."""
        self._lists = 0
        self._server = ScriptedServer(choose=self._choose)

    def __enter__(self) -> "Service":
        self._server.__enter__()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.__exit__(*failure)

    @property
    def url(self) -> str:
        """The server's address."""
        return self._server.url

    @property
    def grants(self) -> List[str]:
        """The paths of the signed requests so far."""
        return [one.path for one in self._server.received if one.method == "POST"]

    @property
    def bodies(self) -> List[Dict[str, Any]]:
        """The bodies of the signed requests so far."""
        return [json.loads(one.body) for one in self._server.received if one.method == "POST"]

    @property
    def lookups(self) -> List[str]:
        """The paths of the requests without a signature to the server so far."""
        return [one.path for one in self._server.received if one.method == "GET" and not one.path.startswith("/store/")]

    @property
    def reads(self) -> List[Received]:
        """The requests to the store so far."""
        return [one for one in self._server.received if one.path.startswith("/store/")]

    def url_of(self, key: str) -> str:
        """Returns a download URL."""
        return f"{self.url}/store/{quote(key)}?signature={self.version}"

    def entry(self, key: str) -> Dict[str, Any]:
        """Returns the entry of a file in a listing."""
        stored = self.files[key]
        modified = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(stored.stored_at))
        return {
            "key": key, "size": len(stored.content), "last_modified": modified, "etag": stored.etag, "download_url": self.url_of(key),
        }

    def _choose(self, request: Received) -> Scripted:
        path = urlsplit(request.path).path
        if path.startswith("/store/"):
            key = unquote(path[len("/store/"):])
            return self.answer_store(key, request) or self._read(key, request)
        body = json.loads(request.body) if request.body else {}
        return self.answer_server(path, body) or self._serve(path, body)

    def _serve(self, path: str, body: Dict[str, Any]) -> Scripted:
        if path == "/structure-info":
            return Scripted(body=_structure(self.template, self.sources))
        if path.startswith("/hotkeys/"):
            return Scripted(body=_hotkey(path[len("/hotkeys/"):], self.coldkeys))
        if path in ("/list-files", "/list-my-files"):
            self._lists += 1
            return Scripted(body=self.change_list(self._list(path, body), self._lists))
        if path == "/get-validator-access":
            return Scripted(body=_validator_access(self.uids))
        if path == "/get-file-presigned-urls":
            urls = {
                key: {"presigned_url": self.url_of(key), "file_key": key, "expires_in_seconds": 3600, "file_name": key}
                for key in body["file_keys"]
            }
            return Scripted(body=_presigned(urls))
        return Scripted(404, {"code": "not_found", "detail": "There is no such endpoint."})

    def _list(self, path: str, body: Dict[str, Any]) -> Dict[str, Any]:
        owner = body.get("miner_coldkey") or body.get("miner_hotkey") or (OTHER_OWNER if "{coldkey}" in self.template else HOTKEY)
        prefix = body.get("prefix") or ""
        keys = []
        for source in self.sources or (None,):
            folder = re.sub(r"\{(hotkey|coldkey)\}", owner, self.template).replace("{source}", source or "")
            if body.get("source") in (None, source):
                wanted = prefix if prefix.startswith("data/") else folder + prefix
                keys += [key for key in sorted(self.files) if key.startswith(folder) and key.startswith(wanted)]
        # A test may have changed the cursor.
        cursor = body.get("cursor") or ""
        start, size = int(cursor) if cursor.isdecimal() else 0, body.get("limit") or self.page_size
        answer: Dict[str, Any] = {"files": [self.entry(key) for key in keys[start:start + size]], "expires_in_seconds": self.lifetime}
        return {**answer, "next_cursor": str(start + size)} if start + size < len(keys) else answer

    def _read(self, key: str, request: Received) -> Scripted:
        stored = self.files.get(key)
        if stored is None:
            return store_error(404, "NoSuchKey")
        if request.path.rpartition("signature=")[2] not in self.accepted:
            return store_error(403, "AccessDenied")
        if request.headers.get("if-match") not in (None, f'"{stored.etag}"'):
            return store_error(412, "PreconditionFailed")
        headers = {"ETag": f'"{stored.etag}"', "Last-Modified": email.utils.formatdate(stored.stored_at, usegmt=True), **stored.headers}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
        if wanted is None:
            return Scripted(200, stored.content, headers, "binary/octet-stream")
        start, end = int(wanted[1]), int(wanted[2] or len(stored.content) - 1)
        headers["Content-Range"] = f"bytes {start}-{end}/{len(stored.content)}"
        return Scripted(206, stored.content[start:end + 1], headers, "binary/octet-stream")


def store_error(status: int, code: str, message: str = "No.") -> Scripted:
    """Returns an error as S3 stores answer it."""
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Scripted(status, content.encode(), content_type="application/xml")


def refusal(status: int, code: str, **headers: str) -> Scripted:
    """Returns a refusal of the server."""
    body = {"code": code, "detail": "No.", "status": status}
    return Scripted(status, body, {name.replace("_", "-"): text for name, text in headers.items()})


def _structure(template: str, sources: "tuple[str, ...]") -> Dict[str, Any]:
    return {
        "folder_layout": "coldkey", "folder_structure": template, "description": "", "sources": list(sources), "example_paths": [],
        "upload_flow": [], "min_bytes": 1024, "max_bytes": 5 << 30, "upload_method": "POST", "supports_batch_uploads": True,
        "supports_multipart_uploads": True, "supports_session_credentials": False,
    }


def _hotkey(address: str, coldkeys: Dict[str, str]) -> Dict[str, Any]:
    is_registered = address in coldkeys
    return {
        "hotkey": address, "registered": is_registered, "uid": 1 if is_registered else None, "coldkey": coldkeys.get(address),
        "validator_permit": False, "alpha_stake": 0.0, "is_miner": is_registered, "is_validator": False, "is_denied": False,
        "may_upload": is_registered, "may_read": False, "block": 1,
    }


def _validator_access(uids: Dict[str, int]) -> Dict[str, Any]:
    return {
        "bucket": "b", "region": "r", "validator_hotkey": HOTKEY, "expiry": "2030-01-01T00:00:00+00:00", "expiry_seconds": 3600,
        "urls": {"global": {"list_all_data": "https://store/"}},
        "miners": [
            {"id": owner, "uid": uid, "folders": [{"source": "x", "prefix": f"data/x/{owner}/", "list_url": "https://store/"}]}
            for owner, uid in uids.items()
        ],
        "structure_info": {"folder_structure": "data/{source}/{coldkey}/", "description": ""},
    }


def _presigned(urls: Dict[str, Any]) -> Dict[str, Any]:
    return {
        "validator_hotkey": HOTKEY, "bucket": "b", "expiry_hours": 24, "expiry_time": "2030-01-01T00:00:00+00:00",
        "total_requested_files": len(urls), "valid_files_count": len(urls), "invalid_files_count": 0, "successful_urls": len(urls),
        "file_urls": urls, "invalid_files": [], "commitment_used": "",
    }
