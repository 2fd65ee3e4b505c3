echo "Subnet <<netuid>> on <<network>>: your files go to <<structure>>"
export S3AUTH_SERVER=<<server>>
umask 077

s3auth sign folder-access --wallet default --hotkey default --json | jq .body |
  curl -sS --fail-with-body "$S3AUTH_SERVER/get-folder-access" -H 'Content-Type: application/json' -d @- -o access.json ||
  jq -r .detail access.json

jq -er 'select(.url) | .fields + {key: (.folder + "<<path>>")} | to_entries[] | "form-string = \"\(.key)=\(.value)\""' access.json > fields &&
  curl -sS --fail-with-body -K fields -F file=@data.parquet "$(jq -r .url access.json)"
