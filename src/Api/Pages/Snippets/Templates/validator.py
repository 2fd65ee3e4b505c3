<<client>>

for miner in client.miners():
    summary = client.download(miner, to="data")
    for file in summary.downloaded:
        print("downloaded", file.path)
    for file in summary.failed:
        print("failed", file.path, file.error)
