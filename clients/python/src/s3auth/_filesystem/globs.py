"""Patterns of paths."""

from __future__ import annotations

import re
from typing import List, Sequence, Tuple

MAGIC = re.compile(r"[*?[]")


def has_magic(path: str) -> bool:
    """Whether a path is a pattern."""
    return MAGIC.search(path) is not None


def translate(pattern: str) -> "re.Pattern[str]":
    """Returns the regular expression of a pattern.

    ``*`` matches within a name, ``?`` one character of it, ``[…]`` and ``[!…]`` one of a set, and ``**`` any number of names.

    Miners choose the names, so the expression does not try all ways to divide a name among several ``*``, of which there can be billions.
    What follows a ``*`` or ``**`` matches at its first place; a later one would leave less of the name for the rest.
    """
    blocks: List[Tuple[str, List[str]]] = []
    parts, before, place = [""], "", 0
    while place < len(pattern):
        if pattern.startswith("**", place):
            blocks.append((before, parts))
            is_whole = pattern.startswith("/", place + 2) and (place == 0 or pattern[place - 1] == "/")
            parts, before = [""], "(?:.*?/)??" if is_whole else ".*?"
            place += 3 if is_whole else 2
        elif pattern[place] == "*":
            parts.append("")
            place += 1
        elif pattern[place] == "?":
            parts[-1] += "[^/]"
            place += 1
        else:
            # A ] directly behind the opening belongs to the set. A [ without an end is a character.
            bracket = re.compile(r"\[([!^]?)(\]?[^\]]*)\]").match(pattern, place)
            if bracket is not None and bracket.group(2):
                inside = re.sub(r"([\\\[\]^&~|])", r"\\\1", bracket.group(2))
                parts[-1] += f"(?!/)[{'^' if bracket.group(1) else ''}{inside}]"
                place = bracket.end()
            else:
                parts[-1] += re.escape(pattern[place])
                place += 1
    blocks.append((before, parts))
    expression = "".join(_expression(before, parts, number, len(blocks) - 1) for number, (before, parts) in enumerate(blocks))
    try:
        return re.compile(expression, re.DOTALL)
    except re.error:
        # A set such as [z-a] matches nothing.
        return re.compile("(?!)")


# The expression of what is between two ** of a pattern. Only the last part can be further behind than at its first place.
def _expression(before: str, parts: Sequence[str], number: int, last: int) -> str:
    inner = parts[0]
    for index, part in enumerate(parts[1:], 1):
        is_end = number == last and index == len(parts) - 1
        inner += f"[^/]*{part}" if is_end else _once(f"[^/]*?{part}", f"p{number}_{index}")
    if number == 0:
        return inner
    return before + inner if number == last else _once(before + inner, f"b{number}")


# Matches an expression at its first place only: what an assertion found is not tried again. Python 3.11 has atomic groups for it.
def _once(expression: str, name: str) -> str:
    return f"(?=(?P<{name}>{expression}))(?P={name})"
