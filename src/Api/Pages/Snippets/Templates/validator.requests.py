<<ask>>


def download(file):
    """Saves a file under a hash of its key, because miners choose their keys. A key that no URL can express has no download_url."""
    place = pathlib.Path("data", hashlib.sha256(file["key"].encode()).hexdigest())
    try:
        with requests.get(file["download_url"], stream=True, timeout=60) as answer:
            answer.raise_for_status()
            with place.open("wb") as copy:
                for part in answer.iter_content(1 << 20):
                    copy.write(part)
        print(place, file["size"], ascii(file["key"]))
    except (KeyError, OSError) as failure:
        print("failed", type(failure).__name__, ascii(file["key"]))


pathlib.Path("data").mkdir(exist_ok=True)
for miner in ask("get-validator-access")["miners"]:
    page = ask("list-files", <<miner_member>>=miner["id"])
    while True:
        for file in page["files"]:
            download(file)
        if "next_cursor" not in page:
            break
        page = ask("list-files", <<miner_member>>=miner["id"], cursor=page["next_cursor"])
