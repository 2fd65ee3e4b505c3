"""The guide describes every method of the drop-ins."""

from __future__ import annotations

from typing import Any

import pytest

import s3auth.compat
from s3auth.compat import miner, validator, validator_blocking, validator_sources
from support.repository import ROOT


@pytest.mark.parametrize(
    "drop_in", [miner.S3Auth, validator.ValidatorS3Access, validator_blocking.ValidatorS3Access, validator_sources.ValidatorS3Access]
)
def test_guide_describes_every_method(drop_in: Any) -> None:
    guide = (ROOT / "docs" / "python.md").read_text("utf-8").split("\n## Drop-ins\n")[1].split("\n## ")[0]
    methods = [name for name in dir(drop_in) if not name.startswith("_") and callable(getattr(drop_in, name, None))]
    assert len(methods) > 5
    assert [name for name in methods if f"{name}(" not in guide and f"`{name}`" not in guide] == []
    assert f"`{drop_in.__module__}`" in guide


def test_package_offers_the_newest_versions() -> None:
    assert s3auth.compat.S3Auth is miner.S3Auth
    assert s3auth.compat.ValidatorS3Access is validator.ValidatorS3Access
