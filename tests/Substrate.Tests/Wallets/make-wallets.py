"""Writes Vectors/wallets: key files laid out as Bittensor's wallets document them, around keys that other implementations made.

Needs PyNaCl (Debian: python3-nacl). Run once; what it wrote is committed:
    python3 tests/Substrate.Tests/Wallets/make-wallets.py
The keys are those of Vectors/keys.jsonl and phrases.jsonl: everyone has them.
"""
import hashlib
import json
import pathlib

from nacl import pwhash, secret, utils

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parent / "Vectors"
OUT = VECTORS / "wallets"
# The salt of every encrypted key file of Bittensor.
SALT = bytes.fromhex("137183dff15a09bc9c90b5518739e9b1")


def vectors(name):
    return [json.loads(line) for line in (VECTORS / name).read_text().splitlines()]


def ss58(account):
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    payload = bytes([42]) + bytes.fromhex(account)
    payload += hashlib.blake2b(b"SS58PRE" + payload, digest_size=64).digest()[:2]
    number, text = int.from_bytes(payload, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = alphabet[digit] + text
    return text


def expand(seed, cofactor):
    """The 64 bytes of a secret key: scalar and nonce, the scalar times 8 where `cofactor` is kept."""
    digest = bytearray(hashlib.sha512(bytes.fromhex(seed)).digest())
    digest[0] &= 248
    digest[31] &= 63
    digest[31] |= 64
    scalar = int.from_bytes(digest[:32], "little")
    scalar = scalar if cofactor else scalar // 8
    return (scalar.to_bytes(32, "little") + digest[32:]).hex()


def wallet(account, **parts):
    """In the order and with the names that wallets write."""
    members = {
        "accountId": "0x" + account,
        "publicKey": "0x" + account,
        "privateKey": None,
        "secretPhrase": None,
        "secretSeed": None,
        "ss58Address": ss58(account),
    }
    members.update(parts)
    return json.dumps(members).encode()


def encrypt(plain, password):
    key = pwhash.argon2i.kdf(
        secret.SecretBox.KEY_SIZE, password.encode(), SALT,
        opslimit=pwhash.argon2i.OPSLIMIT_SENSITIVE, memlimit=pwhash.argon2i.MEMLIMIT_SENSITIVE)
    return b"$NACL" + bytes(secret.SecretBox(key).encrypt(plain, utils.random(24)))


def main():
    OUT.mkdir(exist_ok=True)
    keys, phrases = vectors("keys.jsonl"), [one for one in vectors("phrases.jsonl") if one["password"] == ""]
    key, other, phrase = keys[1], keys[2], phrases[0]
    seed, account = key["seed"].removeprefix("0x"), key["account"].removeprefix("0x")
    files = {
        "seed": wallet(account, secretSeed="0x" + seed),
        "seed-bare-hex": wallet(account, secretSeed=seed),
        "phrase": wallet(phrase["account"].removeprefix("0x"), secretPhrase=phrase["phrase"]),
        "private-key": wallet(account, privateKey="0x" + expand(seed, cofactor=False)),
        "private-key-ed25519": wallet(account, privateKey="0x" + expand(seed, cofactor=True)),
        "all": wallet(account, privateKey="0x" + expand(seed, cofactor=False), secretSeed="0x" + seed, cryptoType=1),
        "of-another": wallet(other["account"].removeprefix("0x"), secretSeed="0x" + seed),
        "ed25519": wallet(account, secretSeed="0x" + seed, cryptoType=0),
        "public": json.dumps({"accountId": "0x" + account, "publicKey": "0x" + account, "ss58Address": ss58(account)}).encode(),
    }
    files["nacl"] = encrypt(files["seed"], "correct horse")
    files["nacl-utf8"] = encrypt(files["phrase"], "Pässwörd 密码")
    files["nacl-not-json"] = encrypt(b"not a wallet", "correct horse")
    files["ansible"] = b"$ANSIBLE_VAULT;1.1;AES256\n" + b"62" * 40 + b"\n"
    files["fernet"] = b"gAAAAABk" + b"A" * 120 + b"=="
    for name, content in files.items():
        (OUT / name).write_bytes(content)


if __name__ == "__main__":
    main()
