"""A file system for fsspec, so that pandas, DuckDB, Dask and others read miners' files by name: ``s3auth://{miner}/{path}``.

Needs fsspec: ``pip install fsspec``.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, NoReturn, Optional, Sequence, Tuple, Union

from fsspec.callbacks import NoOpCallback
from fsspec.config import apply_config
from fsspec.spec import AbstractFileSystem
from fsspec.utils import isfilelike, stringify_path

from ._core.connection import ADDRESS
from ._core.local_name import local_name
from ._core.local_paths import LocalPaths, probe_folding
from ._core.requests_transport import iterate_sync, run_sync
from ._core.signing import address_of
from ._filesystem.files import DEFAULT_BLOCK_BYTES, FileReader, FileWriter
from ._filesystem.globs import MAGIC, has_magic, translate
from ._filesystem.identity import Held, hold, read_environment, read_hotkey
from ._filesystem.listings import Listing, ListingCache, folders_of
from ._filesystem.os_errors import missing, os_errors
from .client import S3Auth
from .errors import ListingError, RefusedError, UnknownMinerError
from .files import Miner, RemoteFile
from .options import ClientOptions

logger = logging.getLogger("s3auth")

PROTOCOL = "s3auth"

THREADS = 8
"""The number of ranges that are read at once, over all open files."""

PART_BYTES = 8 * 1024 * 1024
"""The size of the parts of long reads, which are read at once."""

MAX_GAP_BYTES = 64 * 1024
"""Ranges of one file with a smaller gap are read with one request, because a second request takes longer than these bytes."""

NO_CALLBACK = NoOpCallback()

Info = Dict[str, Any]

_MINER = re.compile(f"{ADDRESS}|[0-9]{{1,5}}")


class _CachedByIdentity(type(AbstractFileSystem)):  # type: ignore[misc]
    """Makes the options unambiguous before fsspec uses their text as the key of its cache of file systems.

    The text of a key pair can be the same for two hotkeys, or contain a secret, so a holder with an own text replaces it. Options from the
    environment are added.
    """

    def __call__(cls, **options: Any) -> Any:
        options = _identify(apply_config(cls, options))
        # The order of the options is a part of their text.
        return super().__call__(**{name: options[name] for name in sorted(options)})


def _identify(options: Dict[str, Any]) -> Dict[str, Any]:
    # After a PermissionError, pandas opens the file again with anon=True. The second error must be the same, not an unknown option.
    options.pop("anon", None)
    options = {name: value for name, value in options.items() if value is not None or name == "listings_expiry_time"}
    if "client" in options:
        extra = {"url", "hotkey", "coldkey", "wallet", "wallet_hotkey", "wallet_path", "client_options"} & set(options)
        if extra:
            raise TypeError(f"Pass client without {', '.join(sorted(extra))}: the client has its own.")
        return {**options, "client": hold(options["client"], "client")}
    if "hotkey" in options:
        extra = {"wallet", "wallet_hotkey", "wallet_path"} & set(options)
        if extra:
            raise TypeError(f"Pass either hotkey, or the names of a wallet ({', '.join(sorted(extra))}).")
        options["hotkey"] = hold(options["hotkey"], "hotkey")
    options = read_environment(options)
    if "coldkey" in options:
        options["coldkey"] = address_of(options["coldkey"], "coldkey")
    return options


@dataclass(frozen=True)
class _Place:
    """A parsed path: the root, a miner, or a path in a miner's folder."""

    miner: str
    """The address or the uid, as the caller wrote it; empty for the root."""
    source: Optional[str]
    """``None`` for a miner in a deployment with sources, and in one without."""
    path: str
    """The path below the miner's folder; empty for the folder."""
    above: str
    """The part of the name before ``path``: the miner, and the source if there is one."""

    def name(self, path: str) -> str:
        """Returns the name of a path below the miner's folder."""
        return f"{self.above}/{path}" if path else self.above


class S3AuthFileSystem(AbstractFileSystem, metaclass=_CachedByIdentity):  # type: ignore[misc]
    """The files of all miners: ``s3auth://{miner}/{path}``, and ``s3auth://{miner}/{source}/{path}`` if the deployment has sources.

    ``{miner}`` is the address that names the miner's folder (its hotkey or coldkey, by the layout), its hotkey, or its uid. Under your own
    address you read your own files and upload: ``open(path, "wb")``, ``put``, ``pipe``. Files cannot be deleted or renamed.

    Each listing of up to 1,000 files costs a grant, and so does looking up one file by name. Listings are cached: after ``find`` of a
    folder, ``info``, ``open`` and ``glob`` in it cost no grants. Reads cost no grants.

    Errors of the package are also errors of the operating system: a missing file is a :class:`FileNotFoundError`, a refusal a
    :class:`PermissionError`, and :class:`ChangedFileError` (the miner has replaced the file since it was opened) an :class:`OSError`.

    :param url: The server's address; by default ``S3AUTH_SERVER`` of the environment.
    :param hotkey: The key pair that signs, such as ``wallet.hotkey``. A file system with a key pair cannot be sent to other processes.
    :param coldkey: The address of the coldkey that owns the hotkey; by default the server takes it from the chain.
    :param client: A client, in place of ``url``, ``hotkey`` and ``coldkey``.
    :param wallet: The name of a Bittensor wallet, in place of ``hotkey``; by default ``S3AUTH_WALLET`` or ``BT_WALLET_NAME`` of the
        environment. Needs ``bittensor_wallet`` or ``bittensor``.
    :param wallet_hotkey: The name of its hotkey; by default ``S3AUTH_HOTKEY`` or ``BT_WALLET_HOTKEY``, or ``default``.
    :param wallet_path: The folder of the wallets; by default ``S3AUTH_WALLET_PATH`` or ``BT_WALLET_PATH``, or Bittensor's own.
    :param client_options: Timeouts and retries.
    :param block_size: The largest read-ahead in bytes, at least 256 KiB.
    :param cache_type: ``s3auth``, whose read-ahead grows while you read sequentially, or a cache of fsspec, such as ``none``.
    :param use_listings_cache: Whether listings are cached.
    :param listings_expiry_time: How long a listing is cached, in seconds; ``None`` for no limit.
    """

    protocol = PROTOCOL
    root_marker = ""

    def __init__(
        self,
        *,
        url: Optional[str] = None,
        hotkey: Any = None,
        coldkey: Any = None,
        client: Any = None,
        wallet: Optional[str] = None,
        wallet_hotkey: Optional[str] = None,
        wallet_path: Optional[str] = None,
        client_options: Optional[ClientOptions] = None,
        block_size: int = DEFAULT_BLOCK_BYTES,
        cache_type: str = "s3auth",
        use_listings_cache: bool = True,
        listings_expiry_time: Optional[float] = 300.0,
    ) -> None:
        super().__init__()
        self.blocksize = block_size
        self.cache_type = cache_type
        self._given = client.value if isinstance(client, Held) else None
        self._url = url or ""
        self._hotkey = hotkey.value if isinstance(hotkey, Held) else None
        self._wallet = (wallet, wallet_hotkey, wallet_path)
        self._coldkey = coldkey
        self._client_options = client_options
        self._max_age = listings_expiry_time if use_listings_cache else 0.0
        self._listings = ListingCache(self._max_age, use_listings_cache)
        self._known_miners: Optional[Tuple[Listing, Sequence[Miner]]] = None
        self._lock = threading.RLock()
        self._miners_lock = threading.Lock()
        self._process = 0
        self._client: Optional[S3Auth] = None
        self._pool: Optional[ThreadPoolExecutor] = None
        if self._hotkey is not None:
            # A wrong key pair or URL fails here. The key of a wallet is read at the first request, because a scheduler may have no wallet.
            self._open_client()

    # -- The client -------------------------------------------------------------------------------------------------------------------

    @property
    def client(self) -> S3Auth:
        """The client. Its ``quota`` is the remaining daily quota."""
        with self._lock:
            # Connections and threads do not survive a fork.
            if self._client is None or (self._process != os.getpid() and self._given is None):
                self._open_client()
            assert self._client is not None
            return self._client

    @property
    def pool(self) -> ThreadPoolExecutor:
        """Threads that read ranges. None of them waits for another."""
        with self._lock:
            if self._pool is None or self._process != os.getpid():
                self._open_client()
                self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="s3auth")
            return self._pool

    def _open_client(self) -> None:
        if self._given is None and (self._client is None or self._process != os.getpid()):
            hotkey = self._hotkey if self._hotkey is not None else read_hotkey(*self._wallet)
            self._client = S3Auth(self._url, hotkey, self._coldkey, options=self._client_options)
        elif self._given is not None:
            self._client = self._given
        if self._process != os.getpid():
            self._pool = None
        self._process = os.getpid()

    # -- Paths ------------------------------------------------------------------------------------------------------------------------

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        if isinstance(path, list):
            return [cls._strip_protocol(one) for one in path]
        text = str(stringify_path(path))
        for start in (f"{PROTOCOL}://", f"{PROTOCOL}::"):
            if text.startswith(start):
                text = text[len(start):]
        return text.strip("/")

    def unstrip_protocol(self, name: str) -> str:
        """Returns the whole URL of a path."""
        return f"{PROTOCOL}://{self._strip_protocol(name)}"

    def _place(self, path: Any) -> _Place:
        text = self._strip_protocol(path)
        miner, _, rest = text.partition("/")
        if not self._sources() or not rest:
            return _Place(miner, None, rest, miner)
        source, _, rest = rest.partition("/")
        return _Place(miner, source, rest, f"{miner}/{source}")

    def _sources(self) -> Sequence[str]:
        with os_errors():
            return run_sync(self.client._connection.template()).sources

    # -- Listings ---------------------------------------------------------------------------------------------------------------------

    def ls(self, path: Any, detail: bool = True, refresh: bool = False, **_: Any) -> List[Any]:
        """Lists a folder: all miners for the root, sources for a miner.

        Each page of up to 1,000 files of the folder and its subfolders costs a grant.

        :param refresh: Whether to list it again although its listing is cached.
        """
        if refresh:
            self.invalidate_cache(path)
        place = self._place(path)
        entries = self._entries(place, self._listing(place) if self._is_listed(place) else None)
        if not entries and place.path:
            info = self.info(path)
            entries = [info] if info["type"] == "file" else []
        return entries if detail else [entry["name"] for entry in entries]

    def info(self, path: Any, **_: Any) -> Info:
        """Describes a file or a folder. Costs a grant if no cached listing contains it."""
        place = self._place(path)
        if self._is_listed(place) and place.path:
            listing = self._listing(place, place.path, needs_all=False)
            file = listing.find(place.path)
            if file is not None:
                return self._describe(place, file)
            if not listing.has_folder(place.path):
                raise missing(place.name(place.path))
        elif place.miner:
            self._check(place)
        return _folder(place.name(place.path))

    def find(
        self, path: Any, maxdepth: Optional[int] = None, withdirs: bool = False, detail: bool = False, prefix: str = "", **_: Any
    ) -> Any:
        """Lists all files in a folder and its subfolders.

        :param prefix: Only those whose path in the folder begins with this text. The others are not listed.
        """
        if maxdepth is not None and maxdepth < 1:
            raise ValueError("maxdepth must be at least 1.")
        place = self._place(path)
        found: Dict[str, Info] = {}
        if self._is_listed(place):
            listing = self._listing(place, _inside(place.path) + prefix)
            self._collect(place, listing, place.path, prefix, maxdepth, withdirs, found)
            if not found and place.path and not prefix and self.isfile(path):
                found[place.name(place.path)] = self.info(path)
        else:
            above = len(_inside(place.above))
            if withdirs:
                found.update({entry["name"]: entry for entry in self._entries(place, None) if entry["name"][above:].startswith(prefix)})
            deeper = None if maxdepth is None else maxdepth - 1
            for folder, one in self._subfolders(place, prefix) if deeper != 0 else ():
                self._collect(folder, one, "", "", deeper, withdirs, found)
        names = sorted(found)
        return {name: found[name] for name in names} if detail else names

    def walk(self, path: Any, maxdepth: Optional[int] = None, topdown: bool = True, detail: bool = False, **_: Any) -> Iterator[Any]:
        """Yields each folder with its subfolders and files, as ``os.walk`` does. Raises if a listing is refused."""
        if maxdepth is not None and maxdepth < 1:
            raise ValueError("maxdepth must be at least 1.")
        place = self._place(path)
        try:
            listing = self._listing(place) if self._is_listed(place) else None
            entries = self._entries(place, listing)
        except FileNotFoundError:
            return
        if entries or not place.path:
            yield from self._walk(place, listing, entries, maxdepth, topdown, detail)

    def glob(self, path: Any, maxdepth: Optional[int] = None, detail: bool = False, **_: Any) -> Any:
        """Finds the paths that match a pattern of ``*``, ``?``, ``[…]`` and ``**``. A file whose name is the pattern itself matches too.

        Lists only the paths that begin like the pattern: ``x/2026-*`` costs less than ``x/*``.
        """
        pattern = self._strip_protocol(path) + ("/*" if str(stringify_path(path)).endswith("/") else "")
        miner, _, rest = pattern.partition("/")
        found: Dict[str, Info] = {}
        if not has_magic(pattern):
            try:
                found[pattern] = self.info(pattern)
            except FileNotFoundError:
                pass
        elif has_magic(miner) and "**" not in miner and rest:
            matches = translate(miner)
            for one in self._miners():
                if matches.fullmatch(one.id):
                    with _other_miners(one.id):
                        found.update(self.glob(f"{one.id}/{rest}", maxdepth, detail=True))
        else:
            plain = pattern[: MAGIC.search(pattern).start()]  # type: ignore[union-attr]
            root, _, prefix = plain.rpartition("/")
            depth = None if "**" in pattern else pattern[len(_inside(root)):].count("/") + 1
            if maxdepth is not None:
                depth = maxdepth if depth is None else min(depth, maxdepth)
            matches = translate(pattern)
            try:
                candidates = self.find(root, depth, withdirs=True, detail=True, prefix=prefix)
            except FileNotFoundError:
                candidates = {}
            found.update({name: info for name, info in candidates.items() if name == pattern or matches.fullmatch(name)})
        return found if detail else list(found)

    def expand_path(self, path: Any, recursive: bool = False, maxdepth: Optional[int] = None, **_: Any) -> List[str]:
        """Returns the paths that match a path, a pattern, or a list of them. A path that a pattern found is never used as a pattern."""
        found = set()
        for one in path if isinstance(path, (list, tuple, set)) else [path]:
            name = self._strip_protocol(one)
            for match in self.glob(name) if has_magic(name) else [name]:
                inner = self.find(match, maxdepth, withdirs=True) if recursive else []
                found.update(inner)
                if not recursive or inner or self.exists(match):
                    found.add(match)
        if not found:
            raise missing(str(path))
        return sorted(found)

    def exists(self, path: Any, **_: Any) -> bool:
        """Whether there is a file or a folder. Raises if the server refuses the lookup."""
        return self._type(path) is not None

    def isdir(self, path: Any) -> bool:
        """Whether a path is a folder. A path that is both a file and a folder is a file."""
        return self._type(path) == "directory"

    def isfile(self, path: Any) -> bool:
        """Whether a path is a file."""
        return self._type(path) == "file"

    def du(self, path: Any, total: bool = True, maxdepth: Optional[int] = None, withdirs: bool = False, **_: Any) -> Any:
        """Returns the size in bytes of all files in a folder, or the size of each."""
        sizes = {name: info["size"] for name, info in self.find(path, maxdepth, withdirs, detail=True).items()}
        return sum(sizes.values()) if total else sizes

    def modified(self, path: Any) -> Any:
        """Returns when a file was stored."""
        return self._file(self._place(path)).last_modified

    def invalidate_cache(self, path: Any = None) -> None:
        """Forgets the listings that contain a path; by default all."""
        super().invalidate_cache(path)
        place = self._place(path) if path is not None else None
        if place is None or not place.miner:
            self._listings.forget()
            with self._miners_lock:
                self._known_miners = None
        else:
            self._listings.forget(place.miner, place.source, place.path)

    # -- Reads ------------------------------------------------------------------------------------------------------------------------

    def read_part(self, file: RemoteFile, start: int, end: int) -> bytes:
        """Returns bytes of a file with one request."""
        with os_errors():
            return self.client.read(file, start, end)

    def read_range(self, file: RemoteFile, start: int, end: int) -> bytes:
        """Returns bytes of a file. A long range is split into parts, which are read at once."""
        if end - start <= 2 * PART_BYTES:
            return self.read_part(file, start, end)
        return b"".join(self.pool.map(lambda part: self.read_part(file, *part), _split(start, end)))

    def cat_file(self, path: Any, start: Optional[int] = None, end: Optional[int] = None, **_: Any) -> bytes:
        """Returns the content of a file, or its bytes from ``start`` up to ``end``. Negative values count from the end of the file."""
        file = self._file(self._place(path))
        first, last, _step = slice(start, end).indices(file.size)
        return self.read_range(file, first, last) if first < last else b""

    def cat_ranges(
        self, paths: List[Any], starts: Any, ends: Any, max_gap: Optional[int] = None, on_error: str = "return", **_: Any
    ) -> List[Any]:
        """Reads ranges of files at once. Ranges of one file with a small gap are read with one request.

        :param max_gap: The largest gap between two ranges that one request reads, in bytes.
        :param on_error: ``return`` to return errors in place of bytes, or ``raise``.
        """
        starts = starts if isinstance(starts, (list, tuple)) else [starts] * len(paths)
        ends = ends if isinstance(ends, (list, tuple)) else [ends] * len(paths)
        if not len(paths) == len(starts) == len(ends):
            raise ValueError("paths, starts and ends must have the same length.")
        results: List[Any] = [b""] * len(paths)
        ranges: Dict[str, List[Tuple[int, int, int]]] = {}
        files: Dict[str, RemoteFile] = {}
        for index, path in enumerate(paths):
            try:
                file = self._file(self._place(path))
            except OSError as error:
                results[index] = error
                continue
            start, end, _step = slice(starts[index], ends[index]).indices(file.size)
            if start < end:
                name = self._strip_protocol(path)
                files[name] = file
                ranges.setdefault(name, []).append((start, end, index))
        gap = MAX_GAP_BYTES if max_gap is None else max_gap
        reads = [read for name, wanted in ranges.items() for read in _merge(files[name], wanted, gap)]
        parts = [(read, part) for read in reads for part in _split(read.start, read.end)]
        for read, data in zip([read for read, _ in parts], self.pool.map(self._try_part, parts)):
            read.accept(data)
        for read in reads:
            read.distribute(results)
        if on_error == "raise":
            for result in results:
                if isinstance(result, BaseException):
                    raise result
        return results

    def cat(self, path: Any, recursive: bool = False, on_error: str = "raise", **_: Any) -> Any:
        """Returns the content of a file, or of several files by their paths. Several are read at once."""
        paths = self.expand_path(path, recursive=recursive)
        if len(paths) == 1 and not isinstance(path, list) and paths[0] == self._strip_protocol(path):
            return self.cat_file(paths[0])
        if recursive:
            paths = [one for one in paths if not self.isdir(one)]
        contents = dict(zip(paths, self.cat_ranges(paths, None, None, on_error="raise" if on_error == "raise" else "return")))
        return contents if on_error != "omit" else {name: data for name, data in contents.items() if isinstance(data, bytes)}

    def get_file(self, rpath: Any, lpath: Any, callback: Any = NO_CALLBACK, outfile: Any = None, **_: Any) -> None:
        """Downloads a file to a local path, or into an open file. The file appears under its name only when it is complete."""
        target = outfile if outfile is not None else lpath
        if not isfilelike(target) and self.isdir(rpath):
            os.makedirs(target, exist_ok=True)
            return
        file = self._file(self._place(rpath))
        callback.set_size(file.size)
        if isfilelike(target):
            for part in _split(0, file.size):
                callback.relative_update(target.write(self.read_part(file, *part)))
        else:
            with os_errors():
                self.client.download_file(file, target)
            callback.relative_update(file.size)

    def get(
        self, rpath: Any, lpath: Any, recursive: bool = False, callback: Any = NO_CALLBACK, maxdepth: Optional[int] = None, **_: Any
    ) -> None:
        """Downloads files. A list, a pattern or a folder (with ``recursive``) goes into a local folder.

        For a list, the local paths are those below the folder that all files have in common; for a pattern, those below the folder before
        its first wildcard. For a folder, they are as with ``cp -r``: below the folder if the local folder is new, otherwise below its
        parent. Names that are unsafe on this machine are escaped, as :meth:`S3Auth.download` does, because miners choose them.
        """
        paths = [path for path in self.expand_path(rpath, recursive, maxdepth) if not (recursive and self.isdir(path))]
        name = "" if isinstance(rpath, (list, tuple)) else self._strip_protocol(rpath)
        callback.set_size(len(paths))
        if isinstance(lpath, (list, tuple)):
            if len(lpath) != len(paths):
                raise ValueError(f"There are {len(paths)} files and {len(lpath)} local paths.")
            for path, target in callback.wrap(zip(paths, lpath)):
                self.get_file(path, target)
            return
        if paths == [name] and not (os.fspath(lpath).endswith(("/", os.sep)) or os.path.isdir(lpath)):
            self.get_file(name, lpath)
            return
        if not name:
            root = _common_folder(paths)
        elif has_magic(name) or paths == [name]:
            root = _folder_of(name)
        else:
            root = _folder_of(name) if os.path.isdir(lpath) and not str(rpath).endswith("/") else name
        # Escapes names that are unsafe on this machine, or that the local file system treats as the same.
        os.makedirs(lpath, exist_ok=True)
        local = LocalPaths(os.fspath(lpath), probe_folding(os.fspath(lpath)))
        for path in callback.wrap(paths):
            file = self._file(self._place(path))
            with os_errors():
                target = local.allocate(local_name(path[len(_inside(root)):].encode("utf-8", "surrogatepass")))
                try:
                    self.client.download_file(file, target)
                finally:
                    local.release(target)

    def _open(
        self,
        path: str,
        mode: str = "rb",
        block_size: Optional[int] = None,
        autocommit: bool = True,
        cache_options: Optional[Dict[str, Any]] = None,
        cache_type: Optional[str] = None,
        **_: Any,
    ) -> Any:
        place = self._place(path)
        size = block_size or self.blocksize
        if mode == "rb":
            file = self._file(place)
            name = place.name(place.path)
            return FileReader(
                self, name, file, self._describe(place, file), size, cache_type or self.cache_type, cache_options, lambda: self.pool
            )
        if mode in ("wb", "xb"):
            self._check_own(place)
            return FileWriter(self, place.name(place.path), size, autocommit, lambda local: self._upload(place, local, mode == "wb"))
        raise ValueError(f"Mode {mode!r} is not supported. Use rb to read, wb to write a whole file, or xb to write a new file.")

    # -- Writes -----------------------------------------------------------------------------------------------------------------------

    def put_file(self, lpath: Any, rpath: Any, callback: Any = NO_CALLBACK, mode: str = "overwrite", **_: Any) -> None:
        """Uploads a local file into your own folder."""
        place = self._place(rpath)
        self._check_own(place)
        if os.path.isdir(lpath):
            return
        callback.set_size(os.path.getsize(lpath))
        self._upload(place, lpath, mode != "create")
        callback.relative_update(os.path.getsize(lpath))

    def put(self, lpath: Any, rpath: Any, recursive: bool = False, callback: Any = NO_CALLBACK, **options: Any) -> None:
        """Uploads local files into your own folder: a local folder as :meth:`S3Auth.upload_folder` does, which costs fewer grants."""
        if not (recursive and isinstance(lpath, (str, os.PathLike)) and os.path.isdir(lpath)):
            super().put(lpath, rpath, recursive=recursive, callback=callback, **options)
            return
        place = self._place(rpath)
        self._check_own(place, is_folder=True)
        with os_errors():
            self.client.upload_folder(lpath, place.path, source=place.source).raise_for_failures()
        self.invalidate_cache(rpath)

    def pipe_file(self, path: Any, value: bytes, mode: str = "overwrite", **_: Any) -> None:
        """Uploads bytes as a file into your own folder."""
        place = self._place(path)
        self._check_own(place)
        self._upload(place, value, mode != "create")

    def cp_file(self, path1: Any, path2: Any, **_: Any) -> NoReturn:
        """Raises :class:`PermissionError`: files cannot be copied."""
        raise _unsupported("copied", path1)

    def mv(self, path1: Any, path2: Any, *_: Any, **__: Any) -> NoReturn:
        """Raises :class:`PermissionError`: files cannot be renamed."""
        raise _unsupported("renamed", path1)

    def rm(self, path: Any, *_: Any, **__: Any) -> NoReturn:
        """Raises :class:`PermissionError`: files cannot be deleted."""
        raise _unsupported("deleted", path)

    rm_file = _rm = rmdir = rm

    # -- Options ----------------------------------------------------------------------------------------------------------------------

    def to_json(self, *args: Any, **options: Any) -> str:
        """Returns the options as JSON. Raises :class:`TypeError` if there is a key pair or a client among them."""
        self._check_copy()
        text: str = super().to_json(*args, **options)
        return text

    def to_dict(self, *args: Any, **options: Any) -> Any:
        """Returns the options. Raises :class:`TypeError` if there is a key pair or a client among them."""
        self._check_copy()
        return super().to_dict(*args, **options)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._given or self._url}>"

    # ---------------------------------------------------------------------------------------------------------------------------------

    def _check_copy(self) -> None:
        for value in self.storage_options.values():
            if isinstance(value, Held):
                value.__reduce__()

    def _miners(self) -> Sequence[Miner]:
        with self._miners_lock:
            if self._known_miners is None or not self._known_miners[0].is_fresh(self._max_age):
                with os_errors():
                    self._known_miners = (Listing(()), self.client.miners())
            return self._known_miners[1]

    # A name that is no address, or no source, cannot have files.
    def _check(self, place: _Place) -> None:
        if not _MINER.fullmatch(place.miner):
            raise missing(place.name(place.path))
        if place.source is not None and place.source not in self._sources():
            raise missing(place.name(place.path), f"No such source; the sources are {', '.join(self._sources())}")

    # Whether the path is in a folder that the server lists: not the root, and not a miner with sources.
    def _is_listed(self, place: _Place) -> bool:
        return bool(place.miner) and (place.source is not None or not self._sources())

    def _listing(self, place: _Place, prefix: Optional[str] = None, needs_all: bool = True) -> Listing:
        wanted = _inside(place.path) if prefix is None else prefix
        listed = _listable(wanted)
        needs_all = needs_all or listed != wanted
        return self._listings.get(place.miner, place.source, listed, lambda: self._request(place, listed, needs_all), needs_all)

    def _request(self, place: _Place, prefix: str, needs_all: bool) -> Listing:
        files: List[RemoteFile] = []
        for page, is_last in self._pages(place, prefix):
            files.extend(page)
            if not needs_all and not is_last:
                first = Listing(files, is_complete=False)
                if first.find(prefix) is None and not first.has_folder(prefix):
                    # Other names, such as "a-1", can be before those in folder "a".
                    files.extend(next(self._pages(place, _inside(prefix)))[0])
                return Listing(files, is_complete=False)
        return Listing(files)

    def _pages(self, place: _Place, prefix: str) -> Iterator[Tuple[List[RemoteFile], bool]]:
        self._check(place)
        try:
            prefix.encode("utf-8")
            with os_errors():
                yield from iterate_sync(self.client._listings.pages(place.miner, place.source, prefix))
        except UnicodeEncodeError:
            raise missing(place.name(prefix)) from None
        except RefusedError as refusal:
            # No key begins like this.
            if refusal.code == "invalid_request" and "prefix" in refusal.errors:
                raise missing(place.name(prefix)) from None
            raise
        except UnknownMinerError:
            raise missing(place.name(prefix), "No miner with files has this uid") from None

    # The folders of all sources of a miner, or of all miners, with their listings.
    def _subfolders(self, place: _Place, prefix: str = "") -> Iterator[Tuple[_Place, Listing]]:
        if not place.miner:
            for miner in self._miners():
                if miner.id.startswith(prefix):
                    with _other_miners(miner.id):
                        inner = self._place(miner.id)
                        yield from [(inner, self._listing(inner))] if self._is_listed(inner) else list(self._subfolders(inner))
            return
        sources = [source for source in self._sources() if source.startswith(prefix)]
        if len(sources) < len(self._sources()):
            for source in sources:
                inner = self._place(f"{place.miner}/{source}")
                yield inner, self._listing(inner)
            return
        with self._listings.lock(place.miner):
            listings = {source: self._listings.find(place.miner, source, "") for source in sources}
            if None in listings.values():
                files = [file for page, _ in self._pages(place, "") for file in page]
                listings = {source: Listing([file for file in files if file.source == source]) for source in sources}
                for source, listing in listings.items():
                    assert listing is not None
                    self._listings.put(place.miner, source, "", listing)
        for source, listing in listings.items():
            assert listing is not None
            yield self._place(f"{place.miner}/{source}"), listing

    def _entries(self, place: _Place, listing: Optional[Listing]) -> List[Info]:
        if listing is not None:
            return [
                self._describe(place, child.file) if child.file is not None else _folder(place.name(child.path))
                for child in listing.children(place.path)
            ]
        if place.miner:
            self._check(place)
            return [_folder(f"{place.miner}/{source}") for source in self._sources()]
        return [{**_folder(miner.id), "uid": miner.uid} for miner in self._miners()]

    def _collect(
        self,
        place: _Place,
        listing: Listing,
        folder: str,
        prefix: str,
        maxdepth: Optional[int],
        withdirs: bool,
        found: Dict[str, Info],
    ) -> None:
        start = len(_inside(folder))
        for file in listing.below(folder, prefix):
            folders = list(folders_of(file.path, start))
            if withdirs:
                for one in folders[:maxdepth]:
                    found.setdefault(place.name(one), _folder(place.name(one)))
            if not file.path.endswith("/") and (maxdepth is None or len(folders) < maxdepth):
                found[place.name(file.path)] = self._describe(place, file)

    def _walk(
        self, place: _Place, listing: Optional[Listing], entries: List[Info], maxdepth: Optional[int], topdown: bool, detail: bool
    ) -> Iterator[Any]:
        start = len(_inside(place.name(place.path)))
        folders = {entry["name"][start:]: entry for entry in entries if entry["type"] == "directory"}
        files = {entry["name"][start:]: entry for entry in entries if entry["type"] == "file"}
        names: Any = folders if detail else list(folders)
        if topdown:
            yield place.name(place.path), names, files if detail else list(files)
        if maxdepth is None or maxdepth > 1:
            # As with os.walk, the caller may have removed folders from the list.
            for name in list(names):
                inner = self._place(folders[name]["name"])
                with _other_miners(inner.miner) if not place.miner else contextlib.nullcontext():
                    below = listing if listing is not None else self._listing(inner) if self._is_listed(inner) else None
                    deeper = None if maxdepth is None else maxdepth - 1
                    yield from self._walk(inner, below, self._entries(inner, below), deeper, topdown, detail)
        if not topdown:
            yield place.name(place.path), names, files if detail else list(files)

    def _describe(self, place: _Place, file: RemoteFile) -> Info:
        return {
            "name": place.name(file.path),
            "size": file.size,
            "type": "file",
            "etag": file.etag,
            "last_modified": file.last_modified,
            "key": file.key,
        }

    def _type(self, path: Any) -> Optional[str]:
        try:
            kind: str = self.info(path)["type"]
            return kind
        except FileNotFoundError:
            return None

    def _file(self, place: _Place) -> RemoteFile:
        name = place.name(place.path)
        if not place.path or not self._is_listed(place):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), self.unstrip_protocol(name))
        listing = self._listing(place, place.path, needs_all=False)
        file = listing.find(place.path)
        if file is not None:
            return file
        if listing.has_folder(place.path):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), self.unstrip_protocol(name))
        raise missing(name)

    def _try_part(self, part: "Tuple[_Read, Tuple[int, int]]") -> Union[bytes, BaseException]:
        try:
            return self.read_part(part[0].file, *part[1])
        except OSError as error:
            return error

    def _check_own(self, place: _Place, is_folder: bool = False) -> None:
        if not self._is_listed(place) or (place.source is not None and place.source not in self._sources()):
            sources = ", ".join(self._sources())
            raise ValueError(f"The path has no source. Write s3auth://{place.miner}/SOURCE/NAME. The sources are {sources}.")
        if not place.path and not is_folder:
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), self.unstrip_protocol(place.above))
        self._check(place)
        with os_errors():
            is_own = run_sync(self.client._listings.owner_of(place.miner)).is_own
        if not is_own:
            raise PermissionError(errno.EACCES, "You can write only in your own folder", self.unstrip_protocol(place.name(place.path)))

    def _upload(self, place: _Place, content: Union[str, "os.PathLike[str]", bytes], overwrite: bool) -> None:
        with os_errors():
            if isinstance(content, (bytes, bytearray, memoryview)):
                result = self.client.upload_bytes(bytes(content), place.path, source=place.source, overwrite=overwrite)
            else:
                result = self.client.upload(content, place.path, source=place.source, overwrite=overwrite)
            if result.error is not None:
                raise result.error
        self.invalidate_cache(place.name(place.path))
        if result.status == "exists":
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), self.unstrip_protocol(place.name(place.path)))


class _Read:
    """One read of a file, which serves one or more of the requested ranges."""

    def __init__(self, file: RemoteFile, start: int, end: int, wanted: List[Tuple[int, int, int]]) -> None:
        self.file = file
        self.start = start
        self.end = end
        self._wanted = wanted
        self._parts: List[Union[bytes, BaseException]] = []

    def extend(self, start: int, end: int, index: int) -> None:
        """Adds a requested range that begins after the start of this read."""
        self.end = max(self.end, end)
        self._wanted.append((start, end, index))

    def accept(self, part: Union[bytes, BaseException]) -> None:
        """Adds the next part."""
        self._parts.append(part)

    def distribute(self, results: List[Any]) -> None:
        """Writes each requested range, or the error, to its place in the results."""
        error = next((part for part in self._parts if isinstance(part, BaseException)), None)
        data = b"" if error is not None else b"".join(part for part in self._parts if isinstance(part, bytes))
        for start, end, index in self._wanted:
            results[index] = error if error is not None else data[start - self.start:end - self.start]


def _merge(file: RemoteFile, wanted: List[Tuple[int, int, int]], max_gap: int) -> List[_Read]:
    reads: List[_Read] = []
    for start, end, index in sorted(wanted):
        if reads and start - reads[-1].end <= max_gap:
            reads[-1].extend(start, end, index)
        else:
            reads.append(_Read(file, start, end, [(start, end, index)]))
    return reads


def _split(start: int, end: int) -> List[Tuple[int, int]]:
    return [(part, min(part + PART_BYTES, end)) for part in range(start, end, PART_BYTES)]


@contextlib.contextmanager
def _other_miners(miner: str) -> Iterator[None]:
    """Skips one miner whose listing is invalid, so that the other miners are still listed."""
    try:
        yield
    except ListingError as error:
        logger.warning("Skipped the files of miner %s: %s", miner, error)


def _inside(folder: str) -> str:
    return f"{folder}/" if folder else ""


# The server lists no prefix with the segments "." and "..".
def _listable(prefix: str) -> str:
    segments = prefix.split("/")
    for index, segment in enumerate(segments):
        if segment in (".", ".."):
            return "".join(f"{one}/" for one in segments[:index])
    return prefix


def _folder(name: str) -> Info:
    return {"name": name, "size": 0, "type": "directory"}


# The folder that a file is in, or that all matches of a pattern are in.
def _folder_of(path: str) -> str:
    magic = MAGIC.search(path)
    return (path[: magic.start()] if magic else path).rpartition("/")[0]


def _common_folder(paths: Sequence[str]) -> str:
    folders = [path.split("/")[:-1] for path in paths]
    common = os.path.commonprefix(folders)
    return "/".join(common)


def _unsupported(action: str, path: Any) -> PermissionError:
    return PermissionError(
        errno.EPERM, f"S3Auth grants reads and uploads only. Files cannot be {action}", S3AuthFileSystem._strip_protocol(str(path))
    )
