"""Fixtures: real servers, stores, accounts, and programs beside the package.

- `server`: the S3Auth server that tests share, once on each store. Its type and what it offers: `support/servers.py`.
- `hotkey_server`: the same with the layout `hotkey`. `start_server(FOLDER_LAYOUT="data/{netuid}/{hotkey}/", ...)`: a server of the test's
  own on the same store, with other settings.
- `harness`: servers on a store that a fixture of a wider scope chooses.
- `signer`: keypairs, for tests without a server.
- `failing_proxy(target)`: a proxy before a store or a server that makes requests fail by a plan, and counts requests and bytes
  (`support/proxies.py`).
- `behind_proxy(...)`: a server whose clients reach the store through such a proxy, and the proxy.
- `open_client(url, hotkey, ...)`: a client of the package. The test runs with the synchronous client, and again with the asynchronous one,
  which an adapter gives synchronous methods (`support/clients.py`).
- `tool`: the command line tool (`support/tool.py`).

A test runs on Ceph (upload forms, temporary credentials) and on Swift (only presigned PUTs). `@pytest.mark.stores("embedded", "ceph")`
names other stores: one, if the outcome does not depend on the store. `--stores=embedded` runs all tests on this store that can.
A test whose programs are missing is skipped, and says what to install. `@pytest.mark.nightly` is for tests that are slow or measure: they
run with `--nightly` only. `figure(line)` reports what a test measured.

To start sooner, set S3AUTH_TEST_CEPH and S3AUTH_TEST_SWIFT to the folders of stores that `deploy/try` started.
"""

from __future__ import annotations

import faulthandler
import os
from pathlib import Path
from typing import Callable, Iterator, Optional

import pytest

from s3auth import S3Auth
from support.accounts import Signer, SignerMissing
from support.clients import OpenClient, open_any
from support.proxies import FailingProxy, Passed, Plan
from support.servers import STORES, Harness, Server
from support.stores import StoreMissing
from support.tool import Tool
from support.uploads import BehindProxy, is_probe, takes_parts

DEFAULT_STORES = ("ceph", "swift")

# In seconds.
TEST_TIMEOUT = 900

_HARNESS = pytest.StashKey[Harness]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--stores", help=f"comma-separated stores to run on, of {', '.join(STORES)}; default: those that each test names")
    parser.addoption("--nightly", action="store_true", help="also run the tests that are slow or measure, marked nightly")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "stores(*names): the stores that the test runs on, of embedded, ceph and swift")
    config.addinivalue_line("markers", "nightly: the test is slow or measures; it runs with --nightly only")
    config.stash[_HARNESS] = Harness()
    config.pluginmanager.register(Watchdog())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "store" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("stores")
    names = marker.args if marker else DEFAULT_STORES
    option = metafunc.config.getoption("--stores")
    if option:
        chosen = option.split(",")
        names = tuple(name for name in chosen if name in names or not marker)
    unknown = set(names) - set(STORES)
    if unknown:
        raise pytest.UsageError(f"There is no store {', '.join(unknown)}. Use {', '.join(STORES)}.")
    metafunc.parametrize("store", names, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    nightly = [] if config.getoption("--nightly") else [item for item in items if item.get_closest_marker("nightly")]
    if nightly:
        config.hook.pytest_deselected(items=nightly)
        items[:] = [item for item in items if item not in nightly]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Starts all stores at once, while the first tests run: the slowest takes 15 seconds."""
    if session.config.option.collectonly:
        return
    wanted = {
        str(item.callspec.params["store"]): None
        for item in session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec") and "store" in item.callspec.params
    }
    for store in wanted:
        session.config.stash[_HARNESS].prepare(store)


class Watchdog:
    """Ends the whole run, with the stacks of all threads, if a test does not end: a build would wait for it forever."""

    def __init__(self) -> None:
        # pytest captures the output of tests from their file descriptors.
        self._stderr = os.dup(2)

    def pytest_runtest_logstart(self) -> None:
        faulthandler.dump_traceback_later(TEST_TIMEOUT, exit=True, file=self._stderr)

    def pytest_runtest_logfinish(self) -> None:
        faulthandler.cancel_dump_traceback_later()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _HARNESS in config.stash:
        config.stash[_HARNESS].close()


@pytest.fixture(scope="session")
def harness(pytestconfig: pytest.Config) -> Harness:
    """Stores and servers, started at first use."""
    return pytestconfig.stash[_HARNESS]


@pytest.fixture(scope="session")
def signer(harness: Harness) -> Signer:
    """An independent signer."""
    try:
        return harness.signer()
    except SignerMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def store(request: pytest.FixtureRequest) -> str:
    """The name of the store that the test runs on."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def server(harness: Harness, store: str) -> Server:
    """The server that tests share, in the layout `coldkey`."""
    return _or_skip(lambda: harness.server(store))


@pytest.fixture(scope="session")
def hotkey_server(harness: Harness, store: str) -> Server:
    """The server that tests share, in the layout `hotkey`."""
    return _or_skip(lambda: harness.server(store, "hotkey"))


@pytest.fixture
def start_server(harness: Harness, store: str) -> Iterator[Callable[..., Server]]:
    """Starts a server with the settings that are given, and a bucket of its own. It is stopped after the test."""
    started: list[Server] = []

    def start(**settings: str) -> Server:
        server = _or_skip(lambda: harness.start_server(store, **settings))
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def failing_proxy() -> Iterator[Callable[..., FailingProxy]]:
    """Starts a proxy before a URL, with a plan of `support/proxies.py`. It ends after the test."""
    started: list[FailingProxy] = []

    def start(
        target: str = "", plan: Optional[Plan] = None, is_ignored: Callable[[Passed], bool] = lambda request: False
    ) -> FailingProxy:
        started.append(FailingProxy(target, plan, is_ignored))
        return started[-1]

    yield start
    for proxy in started:
        proxy.close()


@pytest.fixture
def behind_proxy(
    harness: Harness, store: str, start_server: Callable[..., Server], failing_proxy: Callable[..., FailingProxy]
) -> BehindProxy:
    """Starts a server whose clients reach the store through a proxy.

    The server also checks the store through the proxy, at any time. The proxy ignores these requests.
    """

    def start(**settings: str) -> "tuple[Server, FailingProxy]":
        try:
            proxy = failing_proxy(harness.store(store).endpoint, is_ignored=is_probe)
        except StoreMissing as missing:
            pytest.skip(str(missing))
        return takes_parts(start_server(S3_PUBLIC_ENDPOINT=proxy.url, **settings)), proxy

    return start


@pytest.fixture(params=["sync", "async"])
def open_client(request: pytest.FixtureRequest) -> Iterator[OpenClient]:
    """Opens clients of one kind. They are closed after the test."""
    opened: list[S3Auth] = []

    def open_one(*args: object, **options: object) -> S3Auth:
        opened.append(open_any(request.param, *args, **options))
        return opened[-1]

    yield open_one
    for client in opened:
        client.close()


@pytest.fixture
def figure() -> Callable[[str], None]:
    """Reports a line about what a test measured. A build prints it at its end."""

    def report(line: str) -> None:
        print(line)
        folder = os.environ.get("S3AUTH_FIGURES")
        if folder:
            os.makedirs(folder, exist_ok=True)
            with open(Path(folder) / "python.txt", "a", encoding="utf-8") as lines:
                lines.write(f"Python package: {line}\n")

    return report


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    """The command line tool."""
    folder = tmp_path / "tool"
    folder.mkdir()
    return Tool(folder)


def _or_skip(start: Callable[[], Server]) -> Server:
    try:
        return start()
    except (StoreMissing, SignerMissing) as missing:
        pytest.skip(str(missing))
