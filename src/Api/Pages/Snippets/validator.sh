# Subnet <<netuid>> on <<network>>; miners' files are in <<structure>>
server=<<server>>
umask 077 # what you are granted is yours alone

# Every miner that has data. s3auth signs; anything that signs with sr25519 will do.
s3auth sign validator-access --server "$server" --wallet default --hotkey default --json | jq .body |
  curl -sS --fail-with-body "$server/get-validator-access" -H 'Content-Type: application/json' -d @- > miners.json
jq -r '.miners[] | .id as $miner | .folders[] | "\($miner) \(.prefix)"' miners.json

# One miner's files, each with a URL that downloads it.
miner=$(jq -r '.miners[0].id' miners.json)
s3auth sign miner --miner "$miner" --server "$server" --wallet default --hotkey default --json | jq .body |
  curl -sS --fail-with-body "$server/list-files" -H 'Content-Type: application/json' -d @- > files.json
jq -c '.files[] | [.size, .key]' files.json
curl -sS --fail-with-body "$(jq -r '.files[0].download_url' files.json)" -o first.bin
