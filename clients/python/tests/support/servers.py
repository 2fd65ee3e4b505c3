"""The S3Auth server, as an operator runs it."""

from __future__ import annotations

import json
import threading
import urllib.request
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Optional, TypeVar

from .accounts import Account, Signer, Subnet
from .processes import Guard, ServerProcess, answers, clean_environment
from .repository import built_program
from .stores import REGION, Bucket, Store, start_ceph, start_swift

T = TypeVar("T")

STORES = ("embedded", "ceph", "swift")

_LIMITS = [
    "RATE_LIMIT_PER_MINUTE", "REQUESTS_IN_FLIGHT_PER_HOTKEY", "DAILY_LIMIT_PER_MINER", "DAILY_FILES_PER_MINER",
    "DAILY_LIMIT_PER_VALIDATOR", "TOTAL_DAILY_LIMIT",
]


@dataclass
class Server:
    """A running server with its bucket and subnet.

    Tests share a server. So that they do not disturb each other, each takes miners of its own by `next_miner`.
    """

    url: str
    """The URL that clients are told."""
    store: str
    """The name of its store: `embedded`, `ceph` or `swift`. To know what the store can do, use `upload_method` or `has_sessions`."""
    layout: str
    """`coldkey` (with the sources `x` and `reddit`) or `hotkey`, or the template."""
    bucket: Bucket
    """The bucket, as its owner sees it."""
    subnet: Subnet
    settings: Mapping[str, str]
    """The settings that it was started with."""
    process: ServerProcess = field(repr=False)
    _taken: Callable[[], int] = field(repr=False)

    @property
    def validator(self) -> Account:
        """A validator."""
        return self.subnet.validator

    def next_miner(self) -> Account:
        """Returns a miner that no other test uses on this server."""
        return self.subnet.miners[self._taken()]

    def owner(self, miner: Account) -> str:
        """Returns the address that names the miner's folder."""
        return miner.hotkey.ss58_address if "{hotkey}" in self.folder_structure else miner.coldkey.ss58_address

    def folder(self, miner: Account, source: str = "x") -> str:
        """Returns the miner's folder. A layout without sources ignores the source."""
        structure = self.folder_structure.replace("{source}", source).replace("{netuid}", str(Subnet.NETUID))
        return structure.replace("{hotkey}", miner.hotkey.ss58_address).replace("{coldkey}", miner.coldkey.ss58_address)

    @property
    def folder_structure(self) -> str:
        """The template of a miner's folder."""
        return {"coldkey": "data/{source}/{coldkey}/", "hotkey": "data/hotkey={hotkey}/"}.get(self.layout, self.layout)

    @property
    def has_sources(self) -> bool:
        """Whether a miner has a folder for each source."""
        return "{source}" in self.folder_structure

    @property
    def has_sessions(self) -> bool:
        """Whether it issues temporary credentials."""
        return self.settings.get("SESSION_CREDENTIALS", "off") != "off"

    def get(self, path: str) -> Any:
        """Returns the JSON of an endpoint that needs no proof."""
        return get_json(self.url + path)

    @property
    def upload_method(self) -> str:
        """`POST` if it grants forms, `PUT` otherwise."""
        method: str = self.get("/structure-info")["upload_method"]
        return method

    def stop(self) -> None:
        """Stops it."""
        self.process.stop()


class Harness:
    """Starts stores and servers at first use, and stops them at the end. Several threads may use it."""

    def __init__(self) -> None:
        self.guard = Guard()
        self._lock = threading.Lock()
        self._started: dict[str, Future[Any]] = {}
        self._servers: list[Server] = []

    def signer(self) -> Signer:
        """The signer. Raises SignerMissing."""
        return self._once("signer", lambda: Signer(self.guard))

    def subnet(self) -> Subnet:
        """The accounts that all servers know."""
        return self._once("subnet", lambda: Subnet(self.signer()))

    def store(self, name: str) -> Store:
        """A real store, `ceph` or `swift`. Raises StoreMissing."""
        start = {"ceph": start_ceph, "swift": start_swift}[name]
        return self._once(f"store {name}", lambda: start(self.guard))

    def server(self, store: str, layout: str = "coldkey") -> Server:
        """The server that tests share. Raises StoreMissing or SignerMissing."""
        return self._once(f"server {store} {layout}", lambda: self.start_server(store, FOLDER_LAYOUT=layout))

    def prepare(self, store: str, layout: str = "coldkey") -> None:
        """Starts a server in the background."""

        def start() -> None:
            try:
                self.server(store, layout)
            except Exception:
                # The test that needs the server reports it.
                pass

        threading.Thread(target=start, daemon=True).start()

    def start_server(self, store: str, **settings: str) -> Server:
        """Starts a server with a bucket of its own.

        The settings are those of docs/operators.md. In their values `{port}` is the port of the server. The layout is `coldkey` by
        default, and there are no limits.
        """
        port = self.guard.free_ports()
        folder = self.guard.folder("server")
        metagraph = folder / "metagraph.json"
        self.subnet().write(metagraph)
        values = {
            "FOLDER_LAYOUT": "coldkey",
            "METAGRAPH_FILE": str(metagraph),
            "DATA_DIR": str(folder / "data"),
            "PORT": str(port),
            "PUBLIC_URL": "http://127.0.0.1:{port}",
            # New objects are in the next listing.
            "LISTING_CACHE_SECONDS": "0",
            "DRAIN_SECONDS": "0",
            "WARM_UP": "false",
            **{name: "1000000000" if name.endswith(("MINER", "VALIDATOR", "DAILY_LIMIT")) else "1000000" for name in _LIMITS},
        }
        if store == "embedded":
            store_port = self.guard.free_ports()
            values.update(ASPNETCORE_ENVIRONMENT="Development", EMBEDDED_STORE_PORT=str(store_port))
            bucket = Bucket(f"http://127.0.0.1:{store_port}", "s3auth-dev", "s3auth-dev", "s3auth-dev-secret")
        else:
            real = self.store(store)
            bucket = real.new_bucket()
            values.update(
                ASPNETCORE_ENVIRONMENT="Production", BT_NETWORK="static", S3_ENDPOINT=real.endpoint, S3_BUCKET=bucket.name,
                S3_REGION=REGION, AWS_ACCESS_KEY_ID=real.access_key_id, AWS_SECRET_ACCESS_KEY=real.secret_access_key, **real.settings,
            )
        values.update(settings)
        if values.get("SESSION_CREDENTIALS", "off") != "off":
            values.setdefault("DAILY_SESSIONS_PER_HOTKEY", "1000000000")
        values = {name: value.replace("{port}", str(port)) for name, value in values.items()}

        command = built_program("S3AUTH_TEST_SERVER_PROGRAM", "Api", "S3Auth.Api.dll")
        process = ServerProcess(self.guard, "The server", command, folder, clean_environment(values))
        counter = iter(range(len(self.subnet().miners)))
        server = Server(
            f"http://127.0.0.1:{port}", store, values["FOLDER_LAYOUT"], bucket, self.subnet(), values, process, counter.__next__
        )
        with self._lock:
            self._servers.append(server)
        process.wait_until(lambda: answers(server.url + "/readyz"), 300)
        process.wait_until(lambda: _knows_its_store(server), 300)
        return server

    def close(self) -> None:
        """Ends everything."""
        started = [future.result() for future in list(self._started.values()) if future.exception() is None]
        if not self.guard.ends_processes:
            for one in [*self._servers, *started]:
                if isinstance(one, (Server, Store, Signer)):
                    one.stop()
        self.guard.close()

    def _once(self, name: str, start: Callable[[], T]) -> T:
        with self._lock:
            future = self._started.get(name)
            is_first = future is None
            if future is None:
                future = self._started[name] = Future()
        if is_first:
            try:
                future.set_result(start())
            except BaseException as error:
                future.set_exception(error)
        result: T = future.result()
        return result


def get_json(url: str) -> Any:
    """Sends a GET request. Returns the JSON of the answer."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=60) as answer:
        return json.load(answer)


def _knows_its_store(server: Server) -> bool:
    """Returns whether the server has finished the tests of its store. Before that, it answers, but refuses what may not be safe."""
    store = server.get("/healthcheck")["store"]
    knows_uploads = store["upload_method"] == "POST" or store["put_uploads"] in ("safe", "unsafe")
    return knows_uploads and (not server.has_sessions or store["capabilities"]["session_policies"] is not None)
