#!/usr/bin/env python3
"""Writes src/s3auth/models.py and src/s3auth/_core/endpoints.py from the OpenAPI document of the server.

    python3 scripts/generate_models.py            writes both files
    python3 scripts/generate_models.py --check    compares instead, and fails if a file is out of date
"""

from __future__ import annotations

import argparse
import json
import keyword
import re
import sys
import textwrap
from pathlib import Path
from typing import Any, Iterator

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "s3auth"
DOCUMENT = PACKAGE.parents[3] / "src" / "Client" / "openapi.json"
MAX_LINE = 140
HEADER = "# Generated from src/Client/openapi.json by scripts/generate_models.py. Do not edit: change the server, then run the script.\n"
SIMPLE_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}

Schema = dict[str, Any]


class Operation:
    """An endpoint with a JSON answer."""

    def __init__(self, method: str, path: str, description: Schema) -> None:
        self.method = method
        self.path = path
        self.name = snake_case(description["operationId"])
        self.summary: str = description["summary"]
        self.details: str = description.get("description", "")
        self.parameters: list[str] = [one["name"] for one in description.get("parameters", [])]
        self.request = reference_of(description.get("requestBody", {}))
        self.answer = reference_of(description["responses"].get("200", {}))
        if any(one["in"] != "path" for one in description.get("parameters", [])):
            raise ValueError(f"{path} has a parameter outside of its path, which this script does not know.")


def main() -> int:
    """Writes or checks the files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare the files instead of writing them")
    is_check: bool = parser.parse_args().check
    outdated = {path: text for path, text in generate().items() if not path.exists() or path.read_text("utf-8") != text}
    for path, text in outdated.items():
        if is_check:
            print(f"{path} is out of date. Run: python3 {Path(__file__).name}", file=sys.stderr)
        else:
            path.write_bytes(text.encode())
            print(f"wrote {path}")
    return 1 if is_check and outdated else 0


def generate() -> dict[Path, str]:
    """Returns the text of each generated file by its path."""
    document = json.loads(DOCUMENT.read_text("utf-8"))
    operations = [
        operation
        for path, methods in document["paths"].items()
        for method, description in methods.items()
        for operation in [Operation(method, path, description)]
        if operation.answer  # Others redirect, or answer with a page.
    ]
    schemas: dict[str, Schema] = document["components"]["schemas"]
    return {
        PACKAGE / "models.py": models(schemas, operations),
        PACKAGE / "_core" / "endpoints.py": endpoints(operations),
    }


def models(schemas: dict[str, Schema], operations: list[Operation]) -> str:
    """Returns a TypedDict for each request and answer of the operations, and for errors."""
    wanted = {"Problem"}
    new = wanted | {name for one in operations for name in (one.request, one.answer) if name}
    while new:
        wanted |= new
        new = {name for known in new for name in references_in(schemas[known])} - wanted
    classes = [text for name, schema in schemas.items() if name in wanted for text in typed_dicts(name, schema)]
    return "\n\n\n".join(
        [
            HEADER
            + '"""The requests and answers of the server, as they are in JSON."""\n\n'
            + "from __future__ import annotations\n\nfrom typing import Optional, TypedDict",
            *(text.rstrip("\n") for text in classes),
        ]
    ) + "\n"


def typed_dicts(name: str, schema: Schema) -> Iterator[str]:
    """Yields the classes of a schema. Python 3.9 has no `NotRequired`, so a base class has the members that are always present."""
    members: dict[str, Schema] = schema["properties"]
    required = {member: one for member, one in members.items() if member in schema.get("required", [])}
    optional = {member: one for member, one in members.items() if member not in required}
    keywords = {member: one for member, one in required.items() if keyword.iskeyword(member)}
    plain = {member: one for member, one in required.items() if member not in keywords}
    if any(keyword.iskeyword(member) for member in optional):
        raise ValueError(f"{name} has an optional member that is a keyword of Python, which this script does not know.")

    base = "TypedDict"
    if keywords:
        base = f"_{name}Keywords"
        entries = "".join(
            f"{comment(one['description'], 8)}        {quoted(member)}: {quoted(type_of(one))},\n" for member, one in keywords.items()
        )
        yield f"# Keywords of Python cannot be members of a class.\n{base} = TypedDict(\n    {quoted(base)},\n    {{\n{entries}    }},\n)\n"
    if plain and optional:
        yield f"class _{name}Required({base}):\n{fields(plain)}"
        base = f"_{name}Required"
    about = docstring(schema["description"], 4) + "\n" if "description" in schema else ""
    total = ", total=False" if optional else ""
    # A member that may be absent may also be null: servers write null, and callers pass None.
    last = {member: {**one, "nullable": True} for member, one in optional.items()} or plain
    yield f"class {name}({base}{total}):\n{about}{fields(last)}"


def fields(members: dict[str, Schema]) -> str:
    """Returns the members of a class, each with its description."""
    return "\n".join(f"    {name}: {type_of(one)}\n{docstring(one['description'], 4)}" for name, one in members.items())


def type_of(schema: Schema) -> str:
    """Returns the Python type of a schema."""
    if schema.get("nullable"):
        return f"Optional[{type_of({key: value for key, value in schema.items() if key != 'nullable'})}]"
    if "oneOf" in schema:
        (schema,) = schema["oneOf"]
    if "$ref" in schema:
        return name_of(schema["$ref"])
    if schema["type"] == "array":
        return f"list[{type_of(schema['items'])}]"
    if schema["type"] == "object":
        return f"dict[str, {type_of(schema['additionalProperties'])}]"
    return SIMPLE_TYPES[schema["type"]]


def endpoints(operations: list[Operation]) -> str:
    """Returns the class with a method for each operation."""
    return (
        HEADER
        + '''"""One method for each endpoint of the server."""

from __future__ import annotations

from typing import Mapping, Protocol
from urllib.parse import quote

from .. import models
from .shapes import check


class Server(Protocol):
    """Sends requests to the server and returns the JSON of its answers."""

    async def post(self, path: str, body: Mapping[str, object]) -> object:
        """Signs and sends a request."""

    async def get(self, path: str) -> object:
        """Sends a request that needs no signature."""


class Endpoints:
    """The endpoints of the server. A request that has no `hotkey`, `timestamp` and `signature` is proved by headers."""

    def __init__(self, server: Server) -> None:
        self._server = server
'''
        + "".join(f"\n{method_of(one)}" for one in operations)
    )


def method_of(operation: Operation) -> str:
    """Returns the method of an operation."""
    arguments = "".join(f", {name}: str" for name in operation.parameters)
    path = re.sub(r"\{(\w+)\}", r"{quote(\1, safe='')}", operation.path)
    path = f"f{quoted(path)}" if operation.parameters else quoted(path)
    address = quoted(operation.path)
    if operation.method == "post":
        arguments += f", command: models.{operation.request}"
        path += ", command"
    return (
        f"    async def {operation.name}(self{arguments}) -> models.{operation.answer}:\n"
        + docstring(f"{operation.summary}.\n\n{operation.details}".strip(), 8)
        + f"        answer = await self._server.{operation.method}({path})\n"
        + f"        return check(answer, models.{operation.answer}, {address})\n"
    )


def docstring(text: str, indent: int) -> str:
    """Returns the lines of a docstring."""
    margin = " " * indent
    text = text.replace("\\", "\\\\")
    if text.endswith('"'):
        text += " "
    paragraphs = [wrap(paragraph, indent, '"""' if number == 0 else "") for number, paragraph in enumerate(text.split("\n\n"))]
    lines = "\n\n".join(paragraphs)
    is_one_line = "\n" not in lines and len(lines) + 3 <= MAX_LINE
    return f'{lines}"""\n' if is_one_line else f'{lines}\n{margin}"""\n'


def comment(text: str, indent: int) -> str:
    """Returns the lines of a comment."""
    return textwrap.indent(wrap(text, 0, ""), " " * indent + "# ") + "\n"


def wrap(text: str, indent: int, opening: str) -> str:
    """Returns the text in indented lines."""
    margin = " " * indent
    return textwrap.fill(
        text, MAX_LINE, initial_indent=margin + opening, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )


def quoted(text: str) -> str:
    """Returns a literal."""
    return json.dumps(text)


def snake_case(name: str) -> str:
    """Returns `list_files` for `listFiles`."""
    return re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name)


def name_of(reference: str) -> str:
    """Returns the name of the schema that a `$ref` refers to."""
    return reference.rsplit("/", 1)[1]


def reference_of(message: Schema) -> str | None:
    """Returns the name of the schema of a JSON request or answer. None if it has no JSON."""
    schema = message.get("content", {}).get("application/json", {}).get("schema")
    return name_of(schema["$ref"]) if schema else None


def references_in(value: object) -> Iterator[str]:
    """Yields the names of all schemas that this JSON refers to."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield name_of(value["$ref"])
        for one in value.values():
            yield from references_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from references_in(one)


if __name__ == "__main__":
    sys.exit(main())
