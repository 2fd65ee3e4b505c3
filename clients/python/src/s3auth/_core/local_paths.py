"""Allocates local paths for keys."""

from __future__ import annotations

import os
import uuid
from typing import Callable, Dict, Optional, Set

from ..errors import UnwritableFileError
from .local_name import escape
from .unicode_table import MARKS, Characters

MAX_FOLDERS = 1000

_MARKS = Characters(MARKS)

# Characters that decompose to others, and parts of Korean syllables.
_OTHER_FORMS = Characters(
    "340-344 374 37e 387 1100-11ff 1f00-1fff 2000-2001 2100-214f 2329-232a 2adc a960-a97f d7b0-d7ff f900-faff fb1d-fb4f "
    "1d15e-1d1c0 2f800-2fa1f"
)


class NameFolding:
    """The different names that a file system treats as the same."""

    def __init__(self, case: bool, normalization: bool) -> None:
        self.case = case
        """Letters of different case, as on Windows and macOS."""
        self.normalization = normalization
        """Different spellings of one text in Unicode, as on macOS: é as one character, or as e and an accent."""

    def fold(self, name: str) -> str:
        """Returns the same text for names that the file system treats as the same because of their case."""
        return "".join(map(_upper, name)) if self.case else name


def probe_folding(folder: str) -> NameFolding:
    """Finds out which names a folder's file system treats as the same, by creating a file and looking for it under other names.

    Raises :class:`OSError` if the folder cannot be written.
    """
    start = f".s3auth-probe-{uuid.uuid4().hex}-"
    path = os.path.join(folder, start + "\u00e9")
    # Raises OSError if the folder cannot be written. After that, a failure means that the file system does not support the second name.
    plain = os.path.join(folder, start)
    os.close(os.open(plain, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    os.remove(plain)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except (OSError, ValueError):
        return NameFolding(case=True, normalization=True)
    try:
        return NameFolding(
            os.path.exists(os.path.join(folder, (start + "\u00e9").replace("s3auth", "S3AUTH"))),
            os.path.exists(os.path.join(folder, start + "e\u0301")),
        )
    finally:
        os.remove(path)


class LocalPaths:
    """Allocates a distinct local path to each key, as the ``s3auth`` tool does.

    A store can have ``a`` beside ``a/b``, but a file system cannot: the later of the two gets a ``%`` at the end of its name. No other name
    ends with ``%``. If the file system ignores case, and another name already has the path, more characters of the name are escaped. The
    file system keeps the first name, so later runs allocate the same paths. If the file system ignores Unicode forms, all forms but one are
    escaped. Not thread-safe.

    :param folder: The folder of all paths. It may be a link, but links in it must not lead out of it.
    :param folding: The names that the folder's file system treats as the same.
    """

    def __init__(self, folder: str, folding: NameFolding) -> None:
        self._folder = os.path.abspath(folder)
        self._real_folder = os.path.realpath(folder)
        self._folding = folding
        self._being_written: Set[str] = set()
        # For each folder, its names by their folded form. Each folder is read once.
        self._names: Dict[str, Dict[str, str]] = {}

    def allocate(self, name: str) -> str:
        """Returns the path of a name (:func:`local_name`) and creates its folder. Call :meth:`release` when the file is written.

        Raises :class:`UnwritableFileError` if the path belongs to a file that is being written or leads out of the folder, and
        :class:`OSError`.
        """
        segments = name.split("/")
        parent = self._folder
        for segment in segments[:-1]:
            parent = self._path_in(parent, segment, lambda path: path in self._being_written or os.path.isfile(path))
        self._refuse_links_out(parent, name)
        os.makedirs(parent, exist_ok=True)
        path = self._path_in(parent, segments[-1], os.path.isdir)
        if path in self._being_written:
            raise UnwritableFileError(f"{name} is already being written, because the server listed it twice.")
        self._being_written.add(path)
        return path

    def release(self, path: str) -> None:
        """Releases an allocated path."""
        self._being_written.discard(path)

    def _refuse_links_out(self, parent: str, name: str) -> None:
        real = os.path.realpath(parent)
        if real != self._real_folder and not real.startswith(os.path.join(self._real_folder, "")):
            raise UnwritableFileError(f"{name} is not written, because a link leads out of {self._folder}. Remove the link.")

    # A file cannot have the path of a folder, or a folder that of a file.
    def _path_in(self, parent: str, segment: str, is_taken_by_other_kind: Callable[[str], bool]) -> str:
        path = os.path.join(parent, self._distinct_name_in(parent, segment))
        if is_taken_by_other_kind(path):
            return os.path.join(parent, self._distinct_name_in(parent, os.path.basename(path) + "%"))
        return path

    def _distinct_name_in(self, parent: str, segment: str) -> str:
        if not self._folding.case and not self._folding.normalization:
            return segment
        if self._folding.normalization and any(one in _MARKS or one in _OTHER_FORMS for one in segment):
            segment = escape(segment)
        names = self._names_in(parent)
        existing: Optional[str] = names.get(self._folding.fold(segment))
        if existing == segment:
            return segment
        # The file system may fold more names than this class knows.
        name = escape(segment) if existing is not None or os.path.lexists(os.path.join(parent, segment)) else segment
        names[self._folding.fold(name)] = name
        return name

    def _names_in(self, parent: str) -> Dict[str, str]:
        if parent in self._names:
            return self._names[parent]
        if len(self._names) >= MAX_FOLDERS:
            self._names.clear()
        existing = os.listdir(parent) if os.path.isdir(parent) else []
        written = [os.path.basename(path) for path in self._being_written if os.path.dirname(path) == parent]
        self._names[parent] = {self._folding.fold(name): name for name in existing + written}
        return self._names[parent]


# One character for one, as file systems do it: ß stays ß.
def _upper(character: str) -> str:
    if character in "\u0131\u017f":
        return character
    for upper in (character.upper(), character.title()):
        if len(upper) == 1:
            return upper
    return character
