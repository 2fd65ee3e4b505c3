<<ask>>


# This server needs one grant for each file, which is uploaded by PUT. Request a grant for one name and size.
path = pathlib.Path("data.parquet")
upload = ask("get-file-upload-url", coldkey=wallet.coldkeypub.ss58_address,
             filename=path.name, size=path.stat().st_size<<source_or_job_argument>>)
with path.open("rb") as file:
    requests.put(upload["url"], data=file, timeout=600).raise_for_status()
print("stored", upload["s3_key"])
