# Subnet <<netuid>> on <<network>>: <<folder_note>> <<structure>>
import hashlib
import json
import pathlib
import time
import uuid

import bittensor as bt
import requests

server = "<<server>>"
audience = "<<audience>>"  # the server's host, so that no other server accepts the signature
wallet = bt.Wallet(name="default", hotkey="default")


def ask(endpoint, /, **members):
    """Sends a request. The hotkey signs the bytes of its body, anew for each attempt (Tao v2)."""
    body = json.dumps(members | {"audience": audience}).encode()
    while True:
        nonce, timestamp = str(uuid.uuid4()), str(time.time_ns() // 1_000_000)
        text = f"{hashlib.sha256(body).hexdigest()}.{nonce}.{timestamp}"
        answer = requests.post(f"{server}/{endpoint}", data=body, timeout=60, headers={
            "Content-Type": "application/json",
            "X-Tao-Version": "2",
            "X-Tao-Timestamp": timestamp,
            "X-Tao-Nonce": nonce,
            "X-Tao-Signed-By": wallet.hotkey.ss58_address,
            "X-Tao-Signature": wallet.hotkey.sign(text.encode()).hex(),
        })
        if answer.ok:
            return answer.json()

        # Retry if the server says when, within a minute. Otherwise show the error.
        wait = int(answer.headers.get("Retry-After", 0))
        if not 0 < wait <= 60:
            raise SystemExit(answer.text)
        time.sleep(wait)
