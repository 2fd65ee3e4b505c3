"""Checks the JSON of an answer against its generated type, so that the code behind it can rely on the type."""

from __future__ import annotations

import functools
from typing import Any, Dict, TypeVar, Union, get_args, get_origin, get_type_hints

from ..errors import InvalidAnswerError

T = TypeVar("T")


def check(value: object, shape: "type[T]", path: str) -> T:
    """Returns the value if it has the shape. Members that the shape does not have are ignored.

    Raises :class:`InvalidAnswerError` with the name of the first member that is missing or of another type.
    """
    _check(value, shape, f"the answer to {path}")
    return value  # type: ignore[return-value]


def _check(value: object, shape: Any, where: str) -> None:
    origin = get_origin(shape)
    if origin is Union:
        if value is not None:
            _check(value, next(one for one in get_args(shape) if one is not type(None)), where)
    elif origin is list:
        _require(isinstance(value, list), where)
        for item in value:  # type: ignore[attr-defined]
            _check(item, get_args(shape)[0], where)
    elif origin is dict:
        _require(isinstance(value, dict), where)
        for item in value.values():  # type: ignore[attr-defined]
            _check(item, get_args(shape)[1], where)
    elif hasattr(shape, "__required_keys__"):
        _require(isinstance(value, dict), where)
        for name, member in _members(shape).items():
            if name in value:  # type: ignore[operator]
                _check(value[name], member, f"{name} of {where}")  # type: ignore[index]
            else:
                _require(name not in shape.__required_keys__, f"{name} of {where}")
    elif shape is float:
        _require(isinstance(value, (int, float)) and not isinstance(value, bool), where)
    elif shape is int:
        _require(isinstance(value, int) and not isinstance(value, bool), where)
    elif isinstance(shape, type) and shape is not object:
        _require(isinstance(value, shape), where)


def _require(holds: bool, where: str) -> None:
    if not holds:
        raise InvalidAnswerError(f"The server's answer is invalid: {where} is missing or has another type than documented.")


@functools.lru_cache(maxsize=None)
def _members(shape: Any) -> Dict[str, Any]:
    return get_type_hints(shape)
