# Subnet <<netuid>> on <<network>>; your files go to <<structure>>
import hashlib
import json
import os
import time
import uuid

import bittensor as bt
import requests

server = "<<server>>"
wallet = bt.Wallet(name="default", hotkey="default")


def ask(path, **members):
    """Asks the server; the hotkey signs the very bytes that are sent (Tao v2)."""
    body = json.dumps(members).encode()
    nonce, timestamp = str(uuid.uuid4()), str(time.time_ns() // 1_000_000)
    text = f"{hashlib.sha256(body).hexdigest()}.{nonce}.{timestamp}"
    answer = requests.post(f"{server}/{path}", data=body, timeout=60, headers={
        "Content-Type": "application/json",
        "X-Tao-Version": "2",
        "X-Tao-Timestamp": timestamp,
        "X-Tao-Nonce": nonce,
        "X-Tao-Signed-By": wallet.hotkey.ss58_address,
        "X-Tao-Signature": wallet.hotkey.sign(text.encode()).hex(),
    })
    if not answer.ok:
        raise SystemExit(answer.json()["detail"])
    return answer.json()


# Here each file is asked for by its name and size, and sent by PUT.
upload = ask("get-file-upload-url", coldkey=wallet.coldkeypub.ss58_address, filename="data.parquet",
             size=os.path.getsize("data.parquet"), <<place_argument>>)
with open("data.parquet", "rb") as file:
    requests.put(upload["url"], data=file, timeout=600).raise_for_status()
print("stored", upload["s3_key"])
