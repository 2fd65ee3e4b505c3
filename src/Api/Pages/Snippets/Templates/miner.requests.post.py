<<ask>>


# One grant serves any number of files, until access["expiry"].
access = ask("get-folder-access", coldkey=wallet.coldkeypub.ss58_address)
fields = access["fields"] | {"key": access["folder"] + "<<path>>"}

# requests keeps the whole file in memory; s3auth does not.
with pathlib.Path("data.parquet").open("rb") as file:
    requests.post(access["url"], data=fields, files={"file": file}, timeout=600).raise_for_status()
print("stored", fields["key"])
