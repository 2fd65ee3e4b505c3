"""A client of subnets that sign with Epistula v2: a miner uploads a file, and another one that may read it finds and downloads it.

Only the addresses are this service's: the server's URL, and the receiver that each request names. Signs with the library of wallets.
"""

import base64
import hashlib
import json
import math
import os
import sys
import time
import uuid

import bittensor
import requests

arguments = json.load(sys.stdin)
os.environ["S3AUTH_TEST_SIGNER"] = arguments["signer"]


def epistula_headers(hotkey, body, signed_for):
    timestamp = round(time.time() * 1000)
    request = str(uuid.uuid4())
    interval = math.ceil(timestamp / 1e4) * 1e4
    message = f"{hashlib.sha256(body).hexdigest()}.{request}.{timestamp}.{signed_for or ''}"
    headers = {
        "Epistula-Version": "2",
        "Epistula-Timestamp": str(timestamp),
        "Epistula-Uuid": request,
        "Epistula-Signed-By": hotkey.ss58_address,
        "Epistula-Request-Signature": "0x" + hotkey.sign(message).hex(),
    }
    if signed_for:
        headers["Epistula-Signed-For"] = signed_for
        headers["Epistula-Secret-Signature-0"] = "0x" + hotkey.sign(f"{interval}.{signed_for}").hex()
    return headers


def call(hotkey, path, content, signed_for=arguments["signed_for"]):
    body = json.dumps(content).encode()
    headers = {"Content-Type": "application/json", **epistula_headers(hotkey, body, signed_for)}
    return requests.post(arguments["server"] + path, data=body, headers=headers, timeout=30)


miner = bittensor.Wallet(path=arguments["wallets"], name="miner").hotkey
peer = bittensor.Wallet(path=arguments["wallets"], name="peer").hotkey
content = base64.b64decode(arguments["content"])

grant = call(miner, "/get-file-upload-url", {"filename": "model.safetensors", "size": len(content)})
grant.raise_for_status()
grant = grant.json()
uploaded = requests.post(grant["url"], data=grant["fields"], files={"file": content}, timeout=30)
uploaded.raise_for_status()

access = call(peer, "/get-validator-access", {})
access.raise_for_status()
files = call(peer, "/list-files", {"miner_hotkey": miner.ss58_address})
files.raise_for_status()
downloaded = requests.get(files.json()["files"][0]["download_url"], timeout=30)
downloaded.raise_for_status()

wrong = call(peer, "/list-files", {"miner_hotkey": miner.ss58_address}, signed_for=miner.ss58_address)
json.dump(
    {
        "key": grant["s3_key"],
        "miners": [one["id"] for one in access.json()["miners"]],
        "keys": [one["key"] for one in files.json()["files"]],
        "downloaded": base64.b64encode(downloaded.content).decode(),
        "for_another": [wrong.status_code, wrong.json()["code"]],
        "without_receiver": call(miner, "/list-my-files", {}, signed_for=None).status_code,
    },
    sys.stdout,
)
