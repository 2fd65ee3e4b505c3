"""Reads columns of doubles from Parquet files, independent of the libraries that do the same. Only what the test data needs."""

from __future__ import annotations

import gzip
import struct
from typing import Any, BinaryIO

_GZIP, _PLAIN = 2, 0


class ParquetFile:
    """A Parquet file, read with few small reads as libraries do: the length of the footer, the footer, then single column chunks."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        file.seek(-8, 2)
        length, magic = struct.unpack("<I4s", file.read(8))
        assert magic == b"PAR1"
        file.seek(-8 - length, 2)
        footer = _Compact(file.read(length)).struct()
        self.columns: list[str] = [element[4].decode() for element in footer[2][1:]]
        self.rows: int = footer[3]
        # Of each row group and column: codec, number of values, size, and offset of the first page.
        self.chunks = [[(chunk[3][4], chunk[3][5], chunk[3][7], chunk[3][9]) for chunk in group[1]] for group in footer[4]]

    def doubles(self, row_group: int, column: str) -> list[float]:
        """Returns the values of a column chunk without nulls."""
        codec, count, size, offset = self.chunks[row_group][self.columns.index(column)]
        self._file.seek(offset)
        data = self._file.read(size)
        values: list[float] = []
        while len(values) < count:
            reader = _Compact(data)
            header = reader.struct()
            page, data = data[reader.place:reader.place + header[3]], data[reader.place + header[3]:]
            # Data pages of version 1 and 2. Columns that cannot be null have no levels.
            description = header[5] if header[1] == 0 else header[8]
            assert description[2] == _PLAIN if header[1] == 0 else description[4] == _PLAIN
            plain = gzip.decompress(page) if codec == _GZIP else page
            values.extend(struct.unpack(f"<{description[1]}d", plain[-8 * description[1]:]))
        return values


class _Compact:
    """Thrift's compact protocol: structs as dictionaries by the numbers of their fields."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.place = 0

    def struct(self) -> dict[int, Any]:
        fields: dict[int, Any] = {}
        number = 0
        while (head := self._byte()) != 0:
            number = number + (head >> 4) if head >> 4 else self._integer()
            fields[number] = self._value(head & 15)
        return fields

    def _value(self, kind: int) -> Any:
        if kind in (1, 2):
            return kind == 1
        if kind == 3:
            return self._byte()
        if kind in (4, 5, 6):
            return self._integer()
        if kind == 7:
            return struct.unpack("<d", self._bytes(8))[0]
        if kind == 8:
            return self._bytes(self._varint())
        if kind in (9, 10):
            head = self._byte()
            count = head >> 4 if head >> 4 < 15 else self._varint()
            return [self._value(head & 15) for _ in range(count)]
        assert kind == 12, f"type {kind}"
        return self.struct()

    def _byte(self) -> int:
        return self._bytes(1)[0]

    def _bytes(self, count: int) -> bytes:
        self.place += count
        return self._data[self.place - count:self.place]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def _integer(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
