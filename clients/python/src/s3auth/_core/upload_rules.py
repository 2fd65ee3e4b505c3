"""What a deployment accepts. Checked before anything is sent."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import List, Optional

from .. import models
from ..errors import UnacceptableFileError
from ..options import ClientOptions
from .transport import printable

MAX_NAME_BYTES = 255
MAX_KEY_BYTES = 1024
MAX_SINGLE_BYTES = 5 * 1024**3
"""S3's limit for a file that is sent in one request."""

_JOB = re.compile(r"[A-Za-z0-9._-]{1,128}")
_JOB_PREFIX = "job_id="


class UploadRules:
    """The rules of a deployment, for the files of one source and job."""

    def __init__(self, structure: models.Structure, options: ClientOptions, source: Optional[str], job_id: Optional[str]) -> None:
        """Raises :class:`UnacceptableFileError` if the deployment has no such source, or the job is not valid.

        :param job_id: ``None`` for the deployment's default, ``""`` for no job.
        """
        self._options = options
        self.min_bytes = structure["min_bytes"]
        self.max_bytes = structure["max_bytes"]
        self.has_forms = structure["upload_method"] == "POST"
        """Whether one grant has a form for a whole folder."""
        self.has_batches = structure["supports_batch_uploads"]
        """Whether one grant serves many files."""
        self.has_multipart = structure["supports_multipart_uploads"]
        """Whether files can be sent in parts."""
        sources = structure["sources"]
        if source is not None and source not in sources:
            raise UnacceptableFileError(
                f"This deployment has no source {_shown(source)}. Its sources are {', '.join(sources)}."
                if sources
                else "This deployment has no sources. Leave the source out."
            )
        if job_id and not _JOB.fullmatch(job_id):
            raise UnacceptableFileError(f"{_shown(job_id)} is not a valid job id. Use 1 to 128 of the characters A-Z a-z 0-9 . _ -")
        self.source = source
        self.job_id = _default_job(structure) if job_id is None else job_id or None
        self.folder = "" if self.job_id is None else f"{_JOB_PREFIX}{self.job_id}/"
        """The folder of the job, below the miner's folder."""

    def uses_parts(self, size: int) -> bool:
        """Whether to send a file in parts."""
        return self.has_multipart and size > self._options.multipart_above

    def check(self, path: str, size: int) -> None:
        """Raises :class:`UnacceptableFileError` if the deployment does not accept a file."""
        problem = problem_of(path)
        if problem is not None:
            raise UnacceptableFileError(f"{_shown(path)} cannot be stored: {problem}. Use another name.")
        if len((self.folder + path).encode("utf-8")) > MAX_KEY_BYTES:
            raise UnacceptableFileError(f"{_shown(path)} has more than {MAX_KEY_BYTES} bytes. Use a shorter path.")
        if not self.min_bytes <= size <= self.max_bytes:
            raise UnacceptableFileError(
                f"{_shown(path)} has {size} bytes, but this deployment accepts {self.min_bytes} to {self.max_bytes} bytes."
            )
        if size > MAX_SINGLE_BYTES and not self.uses_parts(size):
            raise UnacceptableFileError(
                f"{_shown(path)} has {size} bytes, but a file that is sent in one request has at most {MAX_SINGLE_BYTES} bytes."
            )


def destination(to: str, name: str) -> str:
    """Returns the path of a file: ``to``, with the name appended if ``to`` is empty or ends with ``/``."""
    to = with_slashes(to)
    return to + name if to == "" or to.endswith("/") else to


def with_slashes(path: str) -> str:
    """Returns a local path with ``/`` between its segments. Only Windows has other separators."""
    return path if os.sep == "/" else path.replace(os.sep, "/")


def problem_of(path: str) -> Optional[str]:
    """Returns why a path cannot be stored; ``None`` if it can. These are the server's rules."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return "it is not valid Unicode"
    if path.startswith("/"):
        return "it must be relative, without '/' at its beginning"
    for name in path.split("/"):
        if name in ("", ".", ".."):
            return "it has a segment that is empty, '.' or '..'"
        if len(name.encode("utf-8")) > MAX_NAME_BYTES:
            return f"it has a segment of more than {MAX_NAME_BYTES} bytes"
    if "\\" in path:
        return "it contains a backslash"
    if any(unicodedata.category(character) == "Cc" or character in "\ufffe\uffff" for character in path):
        return "it contains control characters"
    return "it contains ${filename}, which stores replace in upload forms" if "${filename}" in path else None


# In some layouts, files without a job belong to a default job, which the example paths name. Only the path below the miner's folder counts,
# because the folder can also contain job_id=.
def _default_job(structure: models.Structure) -> Optional[str]:
    segments: List[str] = [
        segment for path in structure["example_paths"] for segment in path.split("/")[structure["folder_structure"].count("/") :]
    ]
    return next((segment[len(_JOB_PREFIX) :] for segment in segments if segment.startswith(_JOB_PREFIX)), None)


def _shown(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in printable(text)[:200]) or "An empty path"
