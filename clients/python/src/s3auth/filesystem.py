"""A file system for fsspec, so that pandas, DuckDB, Dask and others read miners' files by name: ``s3auth://{miner}/{path}``.

Needs fsspec: ``pip install fsspec``.
"""

from __future__ import annotations

import errno
import os
from typing import Any, Dict, Iterator, List, NoReturn, Optional, Union

from fsspec.callbacks import NoOpCallback
from fsspec.spec import AbstractFileSystem
from fsspec.utils import isfilelike, stringify_path

from ._filesystem.files import DEFAULT_BLOCK_BYTES, FileReader, FileWriter
from ._filesystem.globs import has_magic
from ._filesystem.identity import CachedByIdentity, Held
from ._filesystem.lazy_client import LazyClient
from ._filesystem.lister import Lister
from ._filesystem.local_copies import download_into, root_of
from ._filesystem.os_errors import missing, os_error, os_errors
from ._filesystem.own_folder import OwnFolder
from ._filesystem.places import PROTOCOL, Place, inside, strip_protocol
from ._filesystem.ranges import MAX_GAP_BYTES, Range, RangeReader, bounds, split
from ._filesystem.tree import Info, Tree, describe
from .client import S3Auth
from .files import RemoteFile
from .options import ClientOptions

NO_CALLBACK = NoOpCallback()


class S3AuthFileSystem(AbstractFileSystem, metaclass=CachedByIdentity):  # type: ignore[misc]
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
        self._lazy_client = LazyClient(url or "", hotkey, coldkey, client, (wallet, wallet_hotkey, wallet_path), client_options)
        self._lister = Lister(self._lazy_client, listings_expiry_time if use_listings_cache else 0.0, use_listings_cache)
        self._tree = Tree(self._lister)
        self._reader = RangeReader(self._lazy_client)
        self._own_folder = OwnFolder(self._lazy_client, self.invalidate_cache)

    @property
    def client(self) -> S3Auth:
        """The client. Its ``quota`` is the remaining daily quota."""
        return self._lazy_client.client

    # -- Paths ------------------------------------------------------------------------------------------------------------------------

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        if isinstance(path, list):
            return [cls._strip_protocol(one) for one in path]
        return strip_protocol(path)

    def unstrip_protocol(self, name: str) -> str:
        """Returns the whole URL of a path."""
        return f"{PROTOCOL}://{self._strip_protocol(name)}"

    # -- Listings ---------------------------------------------------------------------------------------------------------------------

    def ls(self, path: Any, detail: bool = True, refresh: bool = False, **_: Any) -> List[Any]:
        """Lists a folder: all miners for the root, sources for a miner.

        Each page of up to 1,000 files of the folder and its subfolders costs a grant.

        :param refresh: Whether to list it again although its listing is cached.
        """
        if refresh:
            self.invalidate_cache(path)
        entries = self._tree.entries(self._place(path))
        return entries if detail else [entry["name"] for entry in entries]

    def info(self, path: Any, **_: Any) -> Info:
        """Describes a file or a folder. Costs a grant if no cached listing contains it."""
        return self._tree.info(self._place(path))

    def find(
        self, path: Any, maxdepth: Optional[int] = None, withdirs: bool = False, detail: bool = False, prefix: str = "", **_: Any
    ) -> Any:
        """Lists all files in a folder and its subfolders.

        :param prefix: Only those whose path in the folder begins with this text. The others are not listed.
        """
        found = self._tree.find(self._place(path), maxdepth, withdirs, prefix)
        names = sorted(found)
        return {name: found[name] for name in names} if detail else names

    def walk(self, path: Any, maxdepth: Optional[int] = None, topdown: bool = True, detail: bool = False, **_: Any) -> Iterator[Any]:
        """Yields each folder with its subfolders and files, as ``os.walk`` does. Raises if a listing is refused."""
        yield from self._tree.walk(self._place(path), maxdepth, topdown, detail)

    def glob(self, path: Any, maxdepth: Optional[int] = None, detail: bool = False, **_: Any) -> Any:
        """Finds the paths that match a pattern of ``*``, ``?``, ``[…]`` and ``**``. A file whose name is the pattern itself matches too.

        Lists only the paths that begin like the pattern: ``x/2026-*`` costs less than ``x/*``.
        """
        pattern = self._strip_protocol(path) + ("/*" if str(stringify_path(path)).endswith("/") else "")
        found = self._tree.glob(pattern, maxdepth)
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
        return self._tree.info_if_exists(self._place(path)) is not None

    def isdir(self, path: Any) -> bool:
        """Whether a path is a folder. A path that is both a file and a folder is a file."""
        return self._has_type(path, "directory")

    def isfile(self, path: Any) -> bool:
        """Whether a path is a file."""
        return self._has_type(path, "file")

    def du(self, path: Any, total: bool = True, maxdepth: Optional[int] = None, withdirs: bool = False, **_: Any) -> Any:
        """Returns the size in bytes of all files in a folder, or the size of each."""
        sizes = {name: info["size"] for name, info in self.find(path, maxdepth, withdirs, detail=True).items()}
        return sum(sizes.values()) if total else sizes

    def modified(self, path: Any) -> Any:
        """Returns when a file was stored."""
        return self._file(path).last_modified

    def invalidate_cache(self, path: Any = None) -> None:
        """Forgets the listings that contain a path; by default all."""
        super().invalidate_cache(path)
        self._lister.forget(self._place(path) if path is not None else None)

    # -- Reads ------------------------------------------------------------------------------------------------------------------------

    def cat_file(self, path: Any, start: Optional[int] = None, end: Optional[int] = None, **_: Any) -> bytes:
        """Returns the content of a file, or its bytes from ``start`` up to ``end``. Negative values count from the end of the file."""
        file = self._file(path)
        return self._reader.read(file, *bounds(file, start, end))

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
        ranges: List[Union[Range, OSError]] = []
        for path, start, end in zip(paths, starts, ends):
            try:
                file = self._file(path)
                ranges.append(Range(self._strip_protocol(path), file, *bounds(file, start, end)))
            except OSError as error:
                ranges.append(error)
        results = self._reader.read_ranges(ranges, MAX_GAP_BYTES if max_gap is None else max_gap)
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
        file = self._file(rpath)
        callback.set_size(file.size)
        if isfilelike(target):
            for part in split(0, file.size):
                callback.relative_update(target.write(self._reader.read_part(file, *part)))
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
        root = root_of(name, paths, is_named_folder=os.path.isdir(lpath) and not str(rpath).endswith("/"))
        files = ((path[len(inside(root)):], self._file(path)) for path in callback.wrap(paths))
        download_into(lpath, files, self.client)

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
            file = self._lister.file(place)
            cache = cache_type or self.cache_type
            return FileReader(self, place.name, file, describe(place, file), size, cache, cache_options, self._reader)
        if mode in ("wb", "xb"):
            self._own_folder.check(place)
            return FileWriter(self, place.name, size, autocommit, lambda local: self._own_folder.upload(place, local, mode == "wb"))
        raise ValueError(f"Mode {mode!r} is not supported. Use rb to read, wb to write a whole file, or xb to write a new file.")

    # -- Writes -----------------------------------------------------------------------------------------------------------------------

    def put_file(self, lpath: Any, rpath: Any, callback: Any = NO_CALLBACK, mode: str = "overwrite", **_: Any) -> None:
        """Uploads a local file into your own folder."""
        place = self._place(rpath)
        self._own_folder.check(place)
        if os.path.isdir(lpath):
            return
        callback.set_size(os.path.getsize(lpath))
        self._own_folder.upload(place, lpath, mode != "create")
        callback.relative_update(os.path.getsize(lpath))

    def put(self, lpath: Any, rpath: Any, recursive: bool = False, callback: Any = NO_CALLBACK, **options: Any) -> None:
        """Uploads local files into your own folder: a local folder as :meth:`S3Auth.upload_folder` does, which costs fewer grants."""
        if not (recursive and isinstance(lpath, (str, os.PathLike)) and os.path.isdir(lpath)):
            super().put(lpath, rpath, recursive=recursive, callback=callback, **options)
            return
        place = self._place(rpath)
        self._own_folder.check(place, is_folder=True)
        self._own_folder.upload_folder(place, lpath)

    def pipe_file(self, path: Any, value: bytes, mode: str = "overwrite", **_: Any) -> None:
        """Uploads bytes as a file into your own folder."""
        place = self._place(path)
        self._own_folder.check(place)
        self._own_folder.upload(place, value, mode != "create")

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
        return f"<{type(self).__name__} {self._lazy_client}>"

    # ---------------------------------------------------------------------------------------------------------------------------------

    def _place(self, path: Any) -> Place:
        return self._lister.place(path)

    def _file(self, path: Any) -> RemoteFile:
        return self._lister.file(self._place(path))

    def _has_type(self, path: Any, kind: str) -> bool:
        info = self._tree.info_if_exists(self._place(path))
        return info is not None and info["type"] == kind

    def _check_copy(self) -> None:
        for value in self.storage_options.values():
            if isinstance(value, Held):
                value.__reduce__()


def _unsupported(action: str, path: Any) -> OSError:
    return os_error(errno.EPERM, strip_protocol(str(path)), f"S3Auth grants reads and uploads only. Files cannot be {action}")
