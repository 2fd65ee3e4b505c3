echo "Subnet <<netuid>> on <<network>>: files of miners are in <<structure>>"
export S3AUTH_SERVER=<<server>>
umask 077

s3auth sign validator-access --wallet default --hotkey default --json | jq .body |
  curl -sS --fail-with-body "$S3AUTH_SERVER/get-validator-access" -H 'Content-Type: application/json' -d @- -o miners.json ||
  jq -r .detail miners.json

jq -r '.miners[]? | .id as $miner | .folders[] | "\($miner) \(.prefix)"' miners.json

s3auth sign miner --miner "$(jq -r '.miners[0].id' miners.json)" --wallet default --hotkey default --json | jq .body |
  curl -sS --fail-with-body "$S3AUTH_SERVER/list-files" -H 'Content-Type: application/json' -d @- -o files.json ||
  jq -r .detail files.json

jq -ca '.files[]? | [.size, .key]' files.json
jq -er '[.files[]?.download_url // empty][0] | select(.) | "url = \"\(.)\""' files.json > url &&
  curl -sS --fail-with-body -K url -o first.bin
