"""The folders of miners, and uploads into them."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional

from .._core.local_files import FileToUpload
from .._core.requests_transport import run_sync
from .._core.retries import is_refused_grant
from .._core.sender import MIN_REPLACEMENT_SECONDS
from ..client import S3Auth
from ..errors import InvalidAnswerError, RefusedError, S3AuthError, StoreError, UnacceptableFileError
from ._form import Form


@dataclass(frozen=True)
class Folder:
    """A folder of a miner."""

    prefix: str
    client: S3Auth
    """The client that signs with the miner's hotkey."""
    source: Optional[str]
    form: Optional[Form]
    """``None`` if the store has no forms."""
    requested_at: float
    """When it was requested, by ``time.monotonic``."""


class Folders:
    """The granted folders, by prefix. Thread-safe.

    A form serves any number of uploads, and costs one grant. It is renewed when it expires.
    """

    def __init__(self) -> None:
        self._folders: Dict[str, Folder] = {}
        self._lock = threading.Lock()
        self._renewal = threading.Lock()

    def request(self, client: S3Auth, source: Optional[str]) -> Dict[str, Any]:
        """Requests a grant for the folder of one source, or of all. Returns the server's answer, or the same without a form."""
        now = time.monotonic()
        try:
            answer: Dict[str, Any] = client.request("get-folder-access", coldkey=client._connection.coldkey, source=source)
        except RefusedError as refusal:
            if refusal.code != "folder_upload_unsupported":
                raise
            answer = _describe(client, source)
        if not isinstance(answer, dict) or not isinstance(answer.get("folder"), str):
            raise InvalidAnswerError("The server's answer is invalid: folder is missing.")
        folders = answer.get("folders") or {source: answer}
        with self._lock:
            for name, grant in folders.items():
                self._folders[grant["folder"]] = Folder(grant["folder"], client, name, Form.read(grant), now)
        return answer

    def upload(self, file_path: str, path_in: Callable[[str], str], creds: Mapping[str, Any], sender: S3Auth) -> str:
        """Uploads a local file. Returns its key.

        :param path_in: Called with the prefix of the folder. Returns the path of the file below it.
        :param creds: The result of :meth:`request`, or one of its ``folders``. If another object requested them, they need a form.
        :param sender: The client that sends the file if another object requested the credentials.
        """
        if not isinstance(creds, Mapping) or not isinstance(creds.get("folder"), str):
            raise TypeError("creds must be the result of get_credentials, which is None after a failure.")
        prefix: str = creds["folder"]
        file = FileToUpload.of_local(os.fspath(file_path), path_in(prefix))
        with self._lock:
            folder = self._folders.get(prefix)
        form = Form.read(creds)
        if folder is not None and (form is None or form.has_ended):
            folder = self._renew(folder) if folder.form is not None and folder.form.has_ended else folder
            form = folder.form
        if form is not None and file.size < form.min_bytes:
            raise UnacceptableFileError(f"The file has {file.size} bytes. The server accepts files of at least {form.min_bytes} bytes.")
        is_too_large = form is not None and form.max_bytes is not None and file.size > form.max_bytes
        if folder is None:
            if form is None or is_too_large:
                lack = "no upload form" if form is None else f"an upload form for files of at most {form.max_bytes} bytes"
                raise S3AuthError(f"These credentials have {lack}. Upload with the object whose get_credentials returned them.")
            run_sync(form.post(sender._connection, file, prefix + file.path))
        elif form is None or is_too_large:
            _upload_alone(folder, file)
        else:
            self._post(folder, form, file)
        return prefix + file.path

    def _post(self, folder: Folder, form: Form, file: FileToUpload) -> None:
        connection, key = folder.client._connection, folder.prefix + file.path
        try:
            run_sync(form.post(connection, file, key))
        except StoreError as refusal:
            other = self._other_form(folder, form) if is_refused_grant(refusal) else None
            if other is None:
                raise
            run_sync(other.post(connection, file, key))

    def _other_form(self, folder: Folder, refused: Form) -> Optional[Form]:
        current = self._current(folder)
        if current.form == refused:
            # If the store refuses a new form too, another one would only cost another grant.
            if time.monotonic() - current.requested_at < MIN_REPLACEMENT_SECONDS:
                return None
            current = self._renew(current)
        return current.form

    # Several threads can find at the same time that the form has expired. One of them renews it.
    def _renew(self, folder: Folder) -> Folder:
        with self._renewal:
            current = self._current(folder)
            if current is folder:
                self.request(folder.client, folder.source)
                current = self._current(folder)
            return current

    def _current(self, folder: Folder) -> Folder:
        with self._lock:
            return self._folders.get(folder.prefix, folder)


# Requests a grant for this file only. job_id is "", because the path contains the folder of the job, if there is one.
def _upload_alone(folder: Folder, file: FileToUpload) -> None:
    result = folder.client.upload(str(file.local_path), file.path, source=folder.source, job_id="", overwrite=True)
    if result.status == "failed":
        raise result.error or S3AuthError("The upload failed.")


# Returns what the server would answer, without the form.
def _describe(client: S3Auth, source: Optional[str]) -> Dict[str, Any]:
    structure = run_sync(client._connection.structure())
    template = structure["folder_structure"]
    coldkey = client._connection.coldkey
    if "{coldkey}" in template and coldkey is None:
        coldkey = run_sync(client._connection.endpoints.get_hotkey(client.hotkey)).get("coldkey")
    owner = template.replace("{hotkey}", client.hotkey).replace("{coldkey}", coldkey or "")
    sources: List[str] = structure.get("sources") or []
    names = [source] if source is not None else sources or [""]
    answer: Dict[str, Any] = {
        "folder": owner.replace("{source}", names[0]),
        "method": "PUT",
        "min_bytes": structure["min_bytes"],
        "max_bytes": structure["max_bytes"],
        "structure_info": {"folder_structure": template, "description": structure["description"]},
    }
    if sources:
        answer["folders"] = {name: {"folder": owner.replace("{source}", name)} for name in names}
    return answer
