export S3AUTH_SERVER=<<server>>
umask 077
rm -f s3auth-signed.json s3auth-miners.json s3auth-miner s3auth-files.json s3auth-url

s3auth sign validator-access --wallet default --hotkey default --json > s3auth-signed.json &&
  jq .body s3auth-signed.json |
  curl -sS --fail-with-body "$S3AUTH_SERVER/get-validator-access" -H 'Content-Type: application/json' -d @- > s3auth-miners.json

jq -r '.detail // empty' s3auth-miners.json
jq -r '.miners[]? | .id as $miner | .folders[] | "\($miner) \(.prefix)"' s3auth-miners.json
jq -er '.miners[0].id // empty' s3auth-miners.json > s3auth-miner &&
  s3auth sign miner --miner "$(cat s3auth-miner)" --wallet default --hotkey default --json > s3auth-signed.json &&
  jq .body s3auth-signed.json |
  curl -sS --fail-with-body "$S3AUTH_SERVER/list-files" -H 'Content-Type: application/json' -d @- > s3auth-files.json &&
  jq -ca '.files[] | [.size, .key]' s3auth-files.json &&
  jq -er '[.files[].download_url // empty][0] | select(.) | "url = \"\(.)\""' s3auth-files.json > s3auth-url &&
  curl -sS --fail-with-body -K s3auth-url -o s3auth-first.bin
