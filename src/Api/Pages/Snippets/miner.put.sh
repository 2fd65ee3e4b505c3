# Subnet <<netuid>> on <<network>>; your files go to <<structure>>
server=<<server>>
umask 077 # what you are granted is yours alone

# s3auth signs; anything that signs with sr25519 will do. Here each file is asked for by its name and size.
s3auth sign folder-access --server "$server" --wallet default --hotkey default --json |
  jq --argjson size "$(wc -c < data.parquet)" '.body + {filename: "data.parquet", size: $size, <<place_member>>}' |
  curl -sS --fail-with-body "$server/get-file-upload-url" -H 'Content-Type: application/json' -d @- > upload.json

curl -sS --fail-with-body -T data.parquet "$(jq -r .url upload.json)"
