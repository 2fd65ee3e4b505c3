"""Every source file is valid in the oldest Python that the package supports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parent.parent / "src"


@pytest.mark.parametrize("name", sorted(path.relative_to(SOURCES).as_posix() for path in SOURCES.rglob("*.py")))
def test_source_is_valid_in_python_3_9(name: str) -> None:
    ast.parse((SOURCES / name).read_text("utf-8"), filename=name, feature_version=(3, 9))
