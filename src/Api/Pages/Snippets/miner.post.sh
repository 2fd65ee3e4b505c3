# Subnet <<netuid>> on <<network>>; your files go to <<structure>>
server=<<server>>
umask 077 # what you are granted is yours alone

# s3auth signs; anything that signs with sr25519 will do.
s3auth sign folder-access --server "$server" --wallet default --hotkey default --json | jq .body |
  curl -sS --fail-with-body "$server/get-folder-access" -H 'Content-Type: application/json' -d @- > access.json

# Every field of the answer, your own key below the folder, the file last. One grant serves any number of files.
jq -r '.fields + {key: (.folder + "<<path>>")} | to_entries[] | "form-string = \"\(.key)=\(.value)\""' access.json > fields
curl -sS --fail-with-body -K fields -F file=@data.parquet "$(jq -r .url access.json)"
