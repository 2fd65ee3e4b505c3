<<client>>

for miner in client.miners():
    summary = client.download(miner, to=f"data/{miner.id}")
    for result in summary.downloaded:
        print("downloaded", result.local_path)
    for result in summary.failed:
        print("failed", ascii(result.file.key), result.error)
