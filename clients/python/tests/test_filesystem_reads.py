"""How much the file system for fsspec reads: footers, row groups and scans."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Optional

import pytest

pytest.importorskip("fsspec", reason="There is no fsspec here; install python3-fsspec.")

from s3auth._filesystem.read_ahead import FIRST_BYTES, ReadAhead
from support.filesystems import fill, of_validator
from support.parquet import ParquetFile
from support.servers import Server

DATA = Path(__file__).with_name("data")
MIB = 1024 * 1024


class Requests:
    """Serves ranges of a generated content after some time, and records them."""

    def __init__(self, size: int, seconds: float = 0) -> None:
        self.size = size
        self.seconds = seconds
        self.ranges: list[tuple[int, int]] = []
        self._lock = threading.Lock()

    def __call__(self, start: int, end: int) -> bytes:
        with self._lock:
            self.ranges.append((start, end))
        time.sleep(self.seconds)
        return _pattern(start, end)

    @property
    def bytes(self) -> int:
        return sum(end - start for start, end in self.ranges)


def _pattern(start: int, end: int) -> bytes:
    block = bytes(range(256)) * 16
    offset = start % 256
    return (block * ((end - start) // len(block) + 2))[offset:offset + end - start]


def read(cache: ReadAhead, start: int, size: int) -> None:
    data = cache._fetch(start, start + size)
    assert data == _pattern(start, min(start + size, cache.size))


def test_a_footer_needs_one_request() -> None:
    requests = Requests(1024 * MIB)
    cache = ReadAhead(8 * MIB, requests, requests.size)
    read(cache, requests.size - 8, 8)
    read(cache, requests.size - 100_000, 99_992)
    assert requests.ranges == [(requests.size - FIRST_BYTES, requests.size)]
    # A longer footer is read in one piece, without what is there already.
    read(cache, requests.size - MIB, MIB - 8)
    assert requests.ranges[1:] == [(requests.size - MIB, requests.size - FIRST_BYTES)]


def test_single_reads_request_little() -> None:
    requests = Requests(1024 * MIB)
    cache = ReadAhead(8 * MIB, requests, requests.size)
    for start in (500 * MIB, 100 * MIB, 900 * MIB, 300 * MIB):
        read(cache, start, 3 * MIB)
        read(cache, start - 20 * MIB, 10)
    assert len(requests.ranges) == 8
    assert requests.bytes == 4 * (3 * MIB + FIRST_BYTES)


def test_a_scan_needs_few_requests_and_reads_in_the_background() -> None:
    requests = Requests(64 * MIB)
    with ThreadPoolExecutor(2) as pool:
        cache = ReadAhead(8 * MIB, requests, requests.size, pool)
        for start in range(0, requests.size, 100_000):
            read(cache, start, 100_000)
        cache.close()
    # Each byte once.
    assert requests.bytes == requests.size
    assert len(requests.ranges) <= 12


def test_a_short_scan_reads_at_most_four_times_its_bytes_ahead() -> None:
    for length in (10_000, 300_000, 2 * MIB, 10 * MIB):
        requests = Requests(1024 * MIB)
        cache = ReadAhead(8 * MIB, requests, requests.size)
        for start in range(0, length, 10_000):
            read(cache, 100 * MIB + start, 10_000)
        assert requests.bytes <= max(FIRST_BYTES, 5 * length)


def test_a_short_answer_is_an_error() -> None:
    cache = ReadAhead(8 * MIB, lambda start, end: b"x" * (end - start - 1), 100 * MIB)
    with pytest.raises(EOFError):
        cache._fetch(0, 10)


def test_errors_in_the_background_are_raised_where_they_belong() -> None:
    def fail(start: int, end: int) -> bytes:
        raise OSError("broken")

    requests = Requests(64 * MIB)
    with ThreadPoolExecutor(1) as pool:
        cache = ReadAhead(MIB, requests, requests.size, pool, fail)
        with pytest.raises(OSError, match="broken"):
            for start in range(0, requests.size, 100_000):
                read(cache, start, 100_000)
        # The next attempt reads it in the foreground.
        read(cache, 2 * MIB, 10)


@pytest.mark.stores("ceph")
@pytest.mark.parametrize("name", ["readings.parquet", "readings-gzip.parquet"])
def test_row_groups(server: Server, name: str) -> None:
    folder = fill(server, name, content=(DATA / name).read_bytes())
    with of_validator(server).open(f"{folder}/{name}") as stored:
        file = ParquetFile(stored)
        assert file.columns == ["id", "value", "place"] and file.rows == 4000 and len(file.chunks) == 4
        for row_group in (2, 0, 3):
            assert file.doubles(row_group, "value") == [number / 8 for number in range(row_group * 1000, row_group * 1000 + 1000)]


@pytest.mark.stores("ceph")
def test_a_column_of_a_large_file_reads_less_than_two_percent(server: Server, figure: Callable[[str], None]) -> None:
    read_column_and_scan(server, 100 * MIB, figure)


@pytest.mark.nightly
@pytest.mark.stores("embedded")
def test_a_column_of_a_file_of_1_gib(server: Server, figure: Callable[[str], None]) -> None:
    read_column_and_scan(server, 1024 * MIB, figure)


def read_column_and_scan(server: Server, size: int, figure: Callable[[str], None]) -> None:
    # The pages of a real file at the start, and its footer at the end: a Parquet file may have gaps.
    file = (DATA / "readings.parquet").read_bytes()
    footer = int.from_bytes(file[-8:-4], "little") + 8
    content = file[:-footer] + bytes(size - len(file)) + file[-footer:]
    folder = fill(server, "large.parquet", content=content)
    fs = of_validator(server)
    counted = Counted(fs)
    started = time.perf_counter()
    with fs.open(f"{folder}/large.parquet") as stored:
        parquet = ParquetFile(stored)
        assert counted.requests == 1 and counted.bytes <= FIRST_BYTES
        assert parquet.doubles(2, "value") == [number / 8 for number in range(2000, 3000)]
        seconds = time.perf_counter() - started
        assert counted.requests == 2 and counted.bytes < size * 0.02
        figure(f"Parquet file of {size // MIB} MiB: footer and one column of a row group {counted.bytes:,} bytes in {seconds:.2f} s")

        counted.forget()
        started = time.perf_counter()
        stored.seek(0)
        total = 0
        while block := stored.read(64 * 1024):
            total += len(block)
        seconds = time.perf_counter() - started
        assert total == size and counted.bytes <= size and counted.requests <= 8 + size // (8 * MIB)
        figure(f"Scan of a file of {size // MIB} MiB in reads of 64 KiB: {size / MIB / seconds:.0f} MiB/s")


class Counted:
    """Counts the requests of a file system to the store, and their bytes."""

    def __init__(self, fs: Any) -> None:
        self.forget()
        read = fs.client.read
        lock = threading.Lock()

        def counting(file: Any, start: int = 0, end: Optional[int] = None) -> bytes:
            data: bytes = read(file, start, end)
            with lock:
                self.requests += 1
                self.bytes += len(data)
            return data

        fs.client.read = counting

    def forget(self) -> None:
        self.requests = self.bytes = 0
