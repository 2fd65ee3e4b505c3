"""The files as a tree of folders: entries, searches, walks and patterns, in the form that fsspec expects."""

from __future__ import annotations

import contextlib
from typing import Any, Dict, Iterator, List, Optional

from ..files import RemoteFile
from .globs import MAGIC, has_magic, translate
from .lister import Lister, skip_invalid
from .listings import Listing, folders_of
from .places import Place, inside

Info = Dict[str, Any]


class Tree:
    """The files as a tree of folders."""

    def __init__(self, lister: Lister) -> None:
        self._lister = lister

    def info(self, place: Place) -> Info:
        """Describes a file or a folder. Raises :class:`FileNotFoundError` if there is neither."""
        file = self._lister.find(place)
        return describe(place, file) if file is not None else _folder(place.name)

    def info_if_exists(self, place: Place) -> Optional[Info]:
        """Describes a file or a folder; returns ``None`` if there is neither."""
        try:
            return self.info(place)
        except FileNotFoundError:
            return None

    def entries(self, place: Place) -> List[Info]:
        """Describes the entries of a folder, or the file itself. Raises :class:`FileNotFoundError` if there is neither."""
        entries = self._entries(place, self._lister.folder(place))
        if not entries and place.path:
            info = self.info(place)
            return [info] if info["type"] == "file" else []
        return entries

    def find(self, place: Place, maxdepth: Optional[int] = None, withdirs: bool = False, prefix: str = "") -> Dict[str, Info]:
        """Describes all files in a folder and its subfolders, by their names.

        :param prefix: Only those whose path in the folder begins with this text. The others are not listed.
        """
        _check_depth(maxdepth)
        found: Dict[str, Info] = {}
        if place.is_listed:
            listing = self._lister.listing(place, inside(place.path) + prefix)
            self._collect(place, listing, prefix, maxdepth, withdirs, found)
            if not found and place.path and not prefix:
                info = self.info_if_exists(place)
                if info is not None and info["type"] == "file":
                    found[place.name] = info
            return found
        if withdirs:
            above = len(inside(place.above))
            found.update({entry["name"]: entry for entry in self._entries(place, None) if entry["name"][above:].startswith(prefix)})
        if maxdepth != 1:
            for folder, listing in self._lister.subfolders(place, prefix):
                self._collect(folder, listing, "", _deeper(maxdepth), withdirs, found)
        return found

    def walk(self, place: Place, maxdepth: Optional[int], topdown: bool, detail: bool) -> Iterator[Any]:
        """Yields each folder with its subfolders and files, as ``os.walk`` does. Yields nothing if there is no such folder."""
        _check_depth(maxdepth)
        try:
            listing = self._lister.folder(place)
            entries = self._entries(place, listing)
        except FileNotFoundError:
            return
        if entries or not place.path:
            yield from self._walk(place, listing, entries, maxdepth, topdown, detail)

    def glob(self, pattern: str, maxdepth: Optional[int] = None) -> Dict[str, Info]:
        """Describes the files and folders that match a pattern, by their names. Lists only paths that begin like the pattern."""
        miner, _, rest = pattern.partition("/")
        if not has_magic(pattern):
            info = self.info_if_exists(self._lister.place(pattern))
            return {pattern: info} if info is not None else {}
        if has_magic(miner) and "**" not in miner and rest:
            found: Dict[str, Info] = {}
            matches = translate(miner)
            for one in self._lister.miners():
                if matches.fullmatch(one.id):
                    with skip_invalid(one.id):
                        found.update(self.glob(f"{one.id}/{rest}", maxdepth))
            return found
        root, _, prefix = pattern[: MAGIC.search(pattern).start()].rpartition("/")  # type: ignore[union-attr]
        depth = None if "**" in pattern else pattern[len(inside(root)):].count("/") + 1
        if maxdepth is not None:
            depth = maxdepth if depth is None else min(depth, maxdepth)
        matches = translate(pattern)
        try:
            candidates = self.find(self._lister.place(root), depth, withdirs=True, prefix=prefix)
        except FileNotFoundError:
            return {}
        return {name: candidates[name] for name in sorted(candidates) if name == pattern or matches.fullmatch(name)}

    def _entries(self, place: Place, listing: Optional[Listing]) -> List[Info]:
        if listing is not None:
            return [
                describe(place, child.file) if child.file is not None else _folder(place.name_of(child.path))
                for child in listing.children(place.path)
            ]
        if place.miner:
            place.check()
            return [_folder(f"{place.miner}/{source}") for source in place.sources]
        return [{**_folder(miner.id), "uid": miner.uid} for miner in self._lister.miners()]

    def _collect(
        self, place: Place, listing: Listing, prefix: str, maxdepth: Optional[int], withdirs: bool, found: Dict[str, Info]
    ) -> None:
        start = len(inside(place.path))
        for file in listing.below(place.path, prefix):
            folders = list(folders_of(file.path, start))
            if withdirs:
                for one in folders[:maxdepth]:
                    found.setdefault(place.name_of(one), _folder(place.name_of(one)))
            if not file.path.endswith("/") and (maxdepth is None or len(folders) < maxdepth):
                found[place.name_of(file.path)] = describe(place, file)

    def _walk(
        self, place: Place, listing: Optional[Listing], entries: List[Info], maxdepth: Optional[int], topdown: bool, detail: bool
    ) -> Iterator[Any]:
        start = len(inside(place.name))
        folders = {entry["name"][start:]: entry for entry in entries if entry["type"] == "directory"}
        files = {entry["name"][start:]: entry for entry in entries if entry["type"] == "file"}
        names: Any = folders if detail else list(folders)
        if topdown:
            yield place.name, names, files if detail else list(files)
        if maxdepth != 1:
            # As with os.walk, the caller may have removed folders from the list.
            for name in list(names):
                inner = self._lister.place(folders[name]["name"])
                with skip_invalid(inner.miner) if not place.miner else contextlib.nullcontext():
                    below = listing if listing is not None else self._lister.folder(inner)
                    yield from self._walk(inner, below, self._entries(inner, below), _deeper(maxdepth), topdown, detail)
        if not topdown:
            yield place.name, names, files if detail else list(files)


def describe(place: Place, file: RemoteFile) -> Info:
    """Describes a file in the folder of a place."""
    return {
        "name": place.name_of(file.path),
        "size": file.size,
        "type": "file",
        "etag": file.etag,
        "last_modified": file.last_modified,
        "key": file.key,
    }


def _folder(name: str) -> Info:
    return {"name": name, "size": 0, "type": "directory"}


def _check_depth(maxdepth: Optional[int]) -> None:
    if maxdepth is not None and maxdepth < 1:
        raise ValueError("maxdepth must be at least 1.")


def _deeper(maxdepth: Optional[int]) -> Optional[int]:
    return None if maxdepth is None else maxdepth - 1
