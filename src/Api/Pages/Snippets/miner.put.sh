echo "Subnet <<netuid>> on <<network>>: your files go to <<structure>>"
export S3AUTH_SERVER=<<server>>
umask 077

s3auth sign folder-access --wallet default --hotkey default --json |
  jq --argjson size "$(wc -c < data.parquet)" '.body + {filename: "data.parquet", size: $size, <<place_member>>}' |
  curl -sS --fail-with-body "$S3AUTH_SERVER/get-file-upload-url" -H 'Content-Type: application/json' -d @- -o upload.json ||
  jq -r .detail upload.json

jq -er 'select(.url) | "url = \"\(.url)\""' upload.json > url &&
  curl -sS --fail-with-body -T data.parquet -K url
