"""pandas, DuckDB and Dask on the file system for fsspec."""

from __future__ import annotations

import gzip
import pickle
from pathlib import Path
from typing import Any, Callable

import pytest

pytest.importorskip("fsspec", reason="There is no fsspec here; install python3-fsspec.")

import fsspec

from s3auth.filesystem import S3AuthFileSystem
from support.filesystems import fill, folder_of, grants, of_validator
from support.servers import Server

pytestmark = pytest.mark.stores("ceph")

DATA = Path(__file__).with_name("data")

CSV = b"id,value\n" + b"".join(b"%d,%.3f\n" % (number, number / 8) for number in range(20_000))


def options(server: Server) -> dict[str, Any]:
    return {"url": server.url, "hotkey": server.validator.hotkey}


def test_pandas(server: Server) -> None:
    pandas = pytest.importorskip("pandas", reason="There is no pandas here; install python3-pandas.")
    folder = fill(server, "a.csv", "2026/b.csv", content=CSV)
    server.bucket.put(_key(server, folder, "c.csv.gz"), gzip.compress(CSV))
    fs = fsspec.filesystem("s3auth", **options(server))
    with grants(fs, 1):
        frame = pandas.read_csv(f"s3auth://{folder}/a.csv", storage_options=options(server))
        assert len(frame) == 20_000 and frame["value"].sum() == pytest.approx(sum(number / 8 for number in range(20_000)))
        # The file system of the same options is used again, with what it knows.
        assert pandas.read_csv(f"s3auth://{folder}/a.csv", storage_options=options(server), nrows=5).shape == (5, 2)
    assert pandas.read_csv(f"s3auth://{folder}/c.csv.gz", storage_options=options(server)).equals(frame)

    miner = server.next_miner()
    own = {"url": server.url, "hotkey": miner.hotkey}
    frame.to_csv(f"s3auth://{folder_of(server, miner)}/out/d.csv", index=False, storage_options=own)
    assert pandas.read_csv(f"s3auth://{folder_of(server, miner)}/out/d.csv", storage_options=own).equals(frame)


def test_pandas_parquet(server: Server) -> None:
    pandas = pytest.importorskip("pandas", reason="There is no pandas here; install python3-pandas.")
    try:
        pandas.io.parquet.get_engine("auto")
    except ImportError:
        pytest.skip("There is no pyarrow and no fastparquet here. Debian has no package of either.")
    folder = fill(server, "readings.parquet", content=(DATA / "readings.parquet").read_bytes())
    frame = pandas.read_parquet(f"s3auth://{folder}/readings.parquet", columns=["value"], storage_options=options(server))
    assert list(frame["value"]) == [number / 8 for number in range(4000)]


def test_calls_of_duckdb(server: Server) -> None:
    """What `duckdb.register_filesystem(fs)` calls for `SELECT … FROM read_csv('s3auth://…/*.csv')`, with whole URLs."""
    folder = fill(server, "2026/a.csv", "2026/b.csv", content=CSV)
    fs = of_validator(server)
    assert fs.protocol == "s3auth"
    with grants(fs, 1):
        urls = [fs.unstrip_protocol(name) for name in fs.glob(f"s3auth://{folder}/2026/*.csv")]
        assert urls == [f"s3auth://{folder}/2026/{name}.csv" for name in "ab"]
        assert [fs.unstrip_protocol(url) for url in urls] == urls
        for url in urls:
            assert fs.isfile(url) and not fs.isdir(url)
            file = fs.open(url, "rb")
            assert fs.size(url) == len(CSV) and int(fs.modified(url).timestamp()) > 1_700_000_000
            file.seek(100)
            assert bytes(file.read(50)) == CSV[100:150] and file.tell() == 150
            file.flush()
            file.close()
        assert [entry["type"] for entry in fs.ls(f"s3auth://{folder}/2026/")] == ["file", "file"]
    calls: list[Callable[[], object]] = [
        lambda: fs.mv(urls[0], urls[1]), lambda: fs.rm(urls[0]), lambda: fs.rm(folder, recursive=True)
    ]
    for call in calls:
        with pytest.raises(PermissionError):
            call()


def test_duckdb(server: Server) -> None:
    duckdb = pytest.importorskip("duckdb", reason="There is no DuckDB here. Debian has no package of it.")
    folder = fill(server, "a.parquet", "b.parquet", content=(DATA / "readings.parquet").read_bytes())
    connection = duckdb.connect()
    connection.register_filesystem(of_validator(server))
    assert connection.sql(f"SELECT count(*), max(id) FROM read_parquet('s3auth://{folder}/*.parquet')").fetchall() == [(8000, 3999)]


def test_dask(server: Server) -> None:
    dask = pytest.importorskip("dask", reason="There is no Dask here; install python3-dask.")
    bag, frames = pytest.importorskip("dask.bag"), pytest.importorskip("dask.dataframe")
    names = [f"2026/{number}.csv" for number in range(6)]
    folder = fill(server, *names, content=CSV)
    fs = fsspec.filesystem("s3auth", **options(server))
    with grants(fs, 1), dask.config.set(scheduler="threads", num_workers=4):
        # Blocks of 64 KB, so that several threads read each file.
        frame = frames.read_csv(f"s3auth://{folder}/2026/*.csv", blocksize=65_536, storage_options=options(server))
        assert frame.npartitions > len(names)
        assert int(frame["id"].sum().compute()) == len(names) * sum(range(20_000))
        lines = bag.read_text(f"s3auth://{folder}/2026/*.csv", storage_options=options(server))
        assert lines.count().compute() == len(names) * 20_001
    # What goes to other processes has no key: it refuses to go.
    with pytest.raises(Exception, match='wallet="NAME"'):
        pickle.dumps(fs)


def test_copies_of_fsspec(server: Server, tmp_path: Path) -> None:
    folder = fill(server, "a.csv", content=CSV)
    fs = of_validator(server)
    # A mapping, as zarr uses it, and local copies of read files.
    mapping = fs.get_mapper(folder)
    assert list(mapping) == ["a.csv"] and mapping["a.csv"] == CSV and mapping.getitems(["a.csv", "b"], on_error="omit") == {"a.csv": CSV}
    cached = fsspec.filesystem("simplecache", fs=fs, cache_storage=str(tmp_path / "cache"))
    with cached.open(f"s3auth://{folder}/a.csv") as file:
        assert file.read() == CSV
    with fsspec.open(f"simplecache::s3auth://{folder}/a.csv", s3auth=options(server)) as file:
        assert file.read() == CSV
    with fsspec.open_files(f"s3auth://{folder}/*.csv", **options(server))[0] as file:
        assert file.read() == CSV


def test_the_package_names_its_file_system() -> None:
    # fsspec finds the file system of an installed package by this entry point.
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8")
    assert '[project.entry-points."fsspec.specs"]\ns3auth = "s3auth.filesystem:S3AuthFileSystem"' in text
    assert S3AuthFileSystem.protocol == "s3auth"


def _key(server: Server, folder: str, path: str) -> str:
    owner = folder.partition("/")[0]
    return next(server.folder(miner) for miner in server.subnet.miners if server.owner(miner) == owner) + path
