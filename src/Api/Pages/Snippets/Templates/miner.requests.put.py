<<ask>>


# One grant serves up to 1,000 files, each of the announced size. Files that exist already are in batch["existing"].
paths = [pathlib.Path("data.parquet")]
batch = ask("get-file-upload-urls", coldkey=wallet.coldkeypub.ss58_address,
            files=[{"path": path.name, "size": path.stat().st_size} for path in paths]<<source_or_job_argument>>)
for path in paths:
    if upload := batch["files"].get(path.name):
        with path.open("rb") as file:
            requests.put(upload["url"], data=file, headers=upload["headers"], timeout=600).raise_for_status()
        print("stored", upload["s3_key"])
    else:
        print("exists already or refused:", path.name, batch["refused"].get(path.name))
