"""Real S3 servers, and buckets as their owner sees them."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterable, Optional

from .processes import Guard, ServerProcess, answers
from .repository import ROOT, find_program

REGION = "us-east-2"


class StoreMissing(Exception):
    """The programs of a store are missing. The message says what to install."""


@dataclass(frozen=True)
class Store:
    """A running S3 server."""

    name: str
    endpoint: str
    access_key_id: str
    secret_access_key: str
    # Further settings of a server, besides endpoint, bucket and keys.
    settings: dict[str, str]
    stop: Callable[[], None]

    def new_bucket(self) -> Bucket:
        """Creates a bucket."""
        bucket = Bucket(self.endpoint, "s3auth-py-" + secrets.token_hex(6), self.access_key_id, self.secret_access_key)
        bucket.client.create_bucket(Bucket=bucket.name)
        if self.settings.get("SESSION_CREDENTIALS", "off") != "off":
            # Without it, a session could upload with a public ACL, so the server would issue no sessions.
            block = {"IgnorePublicAcls": True, "RestrictPublicBuckets": True}
            bucket.client.put_public_access_block(Bucket=bucket.name, PublicAccessBlockConfiguration=block)
        return bucket


class Bucket:
    """A bucket as its owner sees it, without the server of S3Auth. Needs boto3."""

    def __init__(self, endpoint: str, name: str, access_key_id: str, secret_access_key: str) -> None:
        import boto3
        import botocore.config

        self.endpoint = endpoint
        self.name = name
        self.client: Any = boto3.session.Session(access_key_id, secret_access_key, region_name=REGION).client(
            "s3",
            endpoint_url=endpoint,
            config=botocore.config.Config(s3={"addressing_style": "path"}, proxies={}, retries={"max_attempts": 5, "mode": "standard"}),
        )

    def put(self, key: str, content: bytes) -> None:
        """Stores an object."""
        self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def get(self, key: str) -> bytes:
        """Returns the content of an object."""
        content: bytes = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        return content

    def keys(self, prefix: str = "") -> list[str]:
        """Returns the keys of all objects below the prefix."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        return [one["Key"] for page in pages for one in page.get("Contents", [])]

    def delete(self, keys: Iterable[str]) -> None:
        """Deletes objects."""
        for key in keys:
            self.client.delete_object(Bucket=self.name, Key=key)


def start_ceph(guard: Guard) -> Store:
    """Starts Ceph's object gateway: a store with upload forms and temporary credentials.

    S3AUTH_TEST_CEPH may name the folder of one that `deploy/try/ceph.sh` started. It is then used instead, and left running.
    """
    _need(["ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "ceph", "curl"], "ceph-mon, ceph-osd, radosgw, ceph-common and curl")
    folder, values, stop = _start(guard, "ceph", ports=2)
    # Each server of the tests has a bucket of its own. The role of the script is for one bucket.
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
                "Resource": "arn:aws:s3:::*/data/*",
            },
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::*"},
        ],
    }
    admin = find_program("radosgw-admin") or "radosgw-admin"
    subprocess.run(
        [admin, "-c", str(folder / "ceph.conf"), "role-policy", "put", "--role-name", "s3auth-sessions", "--policy-name", "sessions",
         "--policy-doc", json.dumps(policy)],
        check=True, stdin=subprocess.DEVNULL, capture_output=True,
    )
    settings = {name: values[name] for name in ("SESSION_CREDENTIALS", "STS_ROLE_ARN")}
    return Store("ceph", values["S3_ENDPOINT"], values["AWS_ACCESS_KEY_ID"], values["AWS_SECRET_ACCESS_KEY"], settings, stop)


def start_swift(guard: Guard) -> Store:
    """Starts OpenStack Swift behind nginx: a store without upload forms and temporary credentials, where a presigned PUT is safe.

    S3AUTH_TEST_SWIFT may name the folder of one that `deploy/try/swift.sh` started. It is then used instead, and left running.
    """
    servers = [f"swift-{kind}-server" for kind in ("proxy", "account", "container", "object")]
    _need([*servers, "memcached", "nginx"], "swift-proxy, swift-account, swift-container, swift-object, memcached and nginx")
    _, values, stop_swift = _start(guard, "swift", ports=5)
    nginx = _start_nginx(guard, values["S3_ENDPOINT"])

    def stop() -> None:
        nginx[1].stop()
        stop_swift()

    return Store("swift", nginx[0], values["AWS_ACCESS_KEY_ID"], values["AWS_SECRET_ACCESS_KEY"], {}, stop)


def _start(guard: Guard, name: str, ports: int) -> tuple[Path, dict[str, str], Callable[[], None]]:
    """Starts a store. Returns its folder, its settings, and what stops it."""
    given = os.environ.get(f"S3AUTH_TEST_{name.upper()}")
    if given:
        return Path(given), _settings_of(Path(given)), lambda: None

    program = str(ROOT / "deploy" / "try" / f"{name}.sh")
    folder = guard.folder(name) / name

    def run(*words: str) -> None:
        result = subprocess.run(
            [program, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            timeout=600, env={**os.environ, "NO_PROXY": "*"},
        )
        if result.returncode != 0:
            raise RuntimeError(f"{program} {words[0]} failed.\n{result.stdout}")

    run("start", str(folder), str(guard.free_ports(ports)))
    for file in (folder / "run").glob("*.pid"):
        guard.watch(int(file.read_text()))
    return folder, _settings_of(folder), lambda: run("stop", str(folder))


def _settings_of(folder: Path) -> dict[str, str]:
    words = (folder / "env").read_text("utf-8").split()
    return dict(word.split("=", 1) for word in words if "=" in word)


def _start_nginx(guard: Guard, store: str) -> tuple[str, ServerProcess]:
    folder = guard.folder("nginx")
    port = guard.free_ports()
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"""
        {'user root root;' if os.geteuid() == 0 else ''}
        daemon off;
        pid nginx.pid;
        error_log stderr;
        worker_processes 1;
        events {{ worker_connections 512; }}
        http {{
            access_log off;
            client_body_temp_path body;
            proxy_temp_path proxy;
            fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi;
            scgi_temp_path scgi;
            server {{
                listen 127.0.0.1:{port};
                client_max_body_size 0;
                location / {{
                    proxy_pass {store};
                    proxy_set_header Host $http_host;
                }}
            }}
        }}
        """,
        "utf-8",
    )
    program = find_program("nginx") or "nginx"
    process = ServerProcess(guard, "nginx", [program, "-p", str(folder), "-e", "stderr", "-c", str(configuration)], folder)
    endpoint = f"http://127.0.0.1:{port}"
    process.wait_until(lambda: answers(endpoint, lambda status: status < 500), 300)
    return endpoint, process


def _need(programs: Iterable[str], packages: str) -> None:
    missing: Optional[str] = next((program for program in programs if not find_program(program)), None)
    if missing:
        raise StoreMissing(f"There is no {missing} here; install {packages}.")
