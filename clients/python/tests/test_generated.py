"""What is generated, or stated twice, agrees with its source."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path

import s3auth._version

PROJECT = Path(__file__).resolve().parent.parent
REPOSITORY = PROJECT.parent.parent


def test_models_and_endpoints_are_what_the_script_writes() -> None:
    check = subprocess.run(
        [sys.executable, str(PROJECT / "scripts" / "generate_models.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stderr


def test_version_is_the_version_of_the_server() -> None:
    properties = xml.etree.ElementTree.parse(REPOSITORY / "Directory.Build.props")
    assert properties.findtext(".//Version") == s3auth._version.__version__


def test_licence_is_the_licence_of_the_repository() -> None:
    assert (PROJECT / "LICENSE").read_bytes() == (REPOSITORY / "LICENSE").read_bytes()
