"""Patterns of paths."""

from __future__ import annotations

import re

MAGIC = re.compile(r"[*?[]")


def has_magic(path: str) -> bool:
    """Whether a path is a pattern."""
    return MAGIC.search(path) is not None


def translate(pattern: str) -> "re.Pattern[str]":
    """Returns the regular expression of a pattern.

    ``*`` matches within a name, ``?`` one character of it, ``[…]`` and ``[!…]`` one of a set, and ``**`` any number of names.
    """
    expression, place = [], 0
    while place < len(pattern):
        if pattern.startswith("**/", place) and (place == 0 or pattern[place - 1] == "/"):
            expression.append("(?:.*/)?")
            place += 3
        elif pattern.startswith("**", place):
            expression.append(".*")
            place += 2
        elif pattern[place] == "*":
            expression.append("[^/]*")
            place += 1
        elif pattern[place] == "?":
            expression.append("[^/]")
            place += 1
        else:
            # A ] directly behind the opening belongs to the set. A [ without an end is a character.
            bracket = re.compile(r"\[([!^]?)(\]?[^\]]*)\]").match(pattern, place)
            if bracket is not None and bracket.group(2):
                inside = re.sub(r"([\\\[\]^&~|])", r"\\\1", bracket.group(2))
                expression.append(f"(?!/)[{'^' if bracket.group(1) else ''}{inside}]")
                place = bracket.end()
            else:
                expression.append(re.escape(pattern[place]))
                place += 1
    try:
        return re.compile("".join(expression), re.DOTALL)
    except re.error:
        # A set such as [z-a] matches nothing.
        return re.compile("(?!)")
