"""Folders of the repository, and programs of this machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Optional

PROJECT = Path(__file__).resolve().parents[2]
ROOT = PROJECT.parents[1]

# The cache of downloads and builds. Git ignores it.
CACHE = PROJECT / ".cache"


def find_program(name: str) -> Optional[str]:
    """Returns the path of a program. Also looks in /usr/sbin, which may not be on the PATH."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def built_program(variable: str, project: str, name: str) -> list[str]:
    """Returns the command of a program: the program in the environment variable, or else the built one.

    Raises FileNotFoundError if it is not built.
    """
    named = os.environ.get(variable)
    candidates = [Path(named)] if named else [
        ROOT / "src" / project / "bin" / configuration / "net10.0" / name for configuration in ("Release", "Debug")
    ]
    for program in candidates:
        if program.exists():
            dotnet = find_program("dotnet") or "dotnet"
            return [dotnet, str(program)] if program.suffix == ".dll" else [str(program)]
    raise FileNotFoundError(
        f"{candidates[0]} does not exist. Build it with `dotnet build src/{project} --configuration Release`, or set {variable} to a "
        "built program."
    )
