"""Reads the remaining daily quota of a hotkey from the headers ``RateLimit`` and ``RateLimit-Policy`` (an IETF draft)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, List, Mapping, Optional, Tuple

MAX_WINDOW_SECONDS = 7 * 24 * 3600

_ITEM = re.compile(r'"([a-z]{1,32})"((?:\s*;\s*[a-z]+=[0-9]{1,18})*)\s*')
_VALUE = re.compile(r"([a-z]+)=([0-9]{1,18})")


@dataclass(frozen=True)
class QuotaStatus:
    """The remaining daily quota of a hotkey."""

    grants_left: int
    """The remaining grants."""
    grants: Optional[int]
    """The grants a day; ``None`` if the server did not say."""
    files_left: Optional[int]
    """The remaining files in upload batches; ``None`` if they are not limited, or for a validator."""
    resets_at: float
    """The Unix time at which the quota is reset."""


def read_quota(headers: Mapping[str, str], now: float) -> Optional[QuotaStatus]:
    """Returns the quota in the headers of an answer; ``None`` if there is none."""
    left = _items(headers.get("RateLimit", ""))
    policies = dict(_items(headers.get("RateLimit-Policy", "")))
    files = dict(left).get("files", {}).get("r")
    for name, values in left:
        if name not in ("files", "total") and "r" in values and "t" in values:
            return QuotaStatus(values["r"], policies.get(name, {}).get("q"), files, now + min(values["t"], MAX_WINDOW_SECONDS))
    return None


# Reads a list such as: "miner";r=98;t=43210, "total";r=199998;t=43210
def _items(header: str) -> List[Tuple[str, Dict[str, int]]]:
    items = []
    for item in header.split(","):
        match = _ITEM.fullmatch(item.strip())
        if match:
            items.append((match.group(1), {name: int(value) for name, value in _VALUE.findall(match.group(2))}))
    return items
