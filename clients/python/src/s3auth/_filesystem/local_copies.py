"""Downloads into a local folder: which local path each file gets."""

from __future__ import annotations

import os
from typing import Iterable, Sequence, Tuple, Union

from .._core.local_name import local_name
from .._core.local_paths import LocalPaths, probe_folding
from ..client import S3Auth
from ..files import RemoteFile
from .globs import MAGIC
from .os_errors import os_errors


def download_into(folder: Union[str, "os.PathLike[str]"], files: Iterable[Tuple[str, RemoteFile]], client: S3Auth) -> None:
    """Downloads files into a local folder.

    :param files: The files with their paths below the folder. Paths that are unsafe on this machine, or that the local file system treats
        as the same, are escaped.
    """
    os.makedirs(folder, exist_ok=True)
    local = LocalPaths(os.fspath(folder), probe_folding(os.fspath(folder)))
    for path, file in files:
        with os_errors():
            target = local.allocate(local_name(path.encode("utf-8", "surrogatepass")))
            try:
                client.download_file(file, target)
            finally:
                local.release(target)


def root_of(name: str, paths: Sequence[str], is_named_folder: bool) -> str:
    """Returns the folder that local paths are relative to.

    :param name: The name or the pattern that was expanded to the paths; empty if it was a list.
    :param is_named_folder: Whether the name of a folder is a part of the local paths of its files.
    """
    if not name:
        return "/".join(os.path.commonprefix([path.split("/")[:-1] for path in paths]))
    magic = MAGIC.search(name)
    if magic is not None:
        return name[: magic.start()].rpartition("/")[0]
    return name.rpartition("/")[0] if is_named_folder or paths == [name] else name
