export S3AUTH_SERVER=<<server>>
umask 077
rm -f s3auth-signed.json s3auth-access.json s3auth-fields

s3auth sign folder-access --wallet default --hotkey default --json > s3auth-signed.json &&
  jq .body s3auth-signed.json |
  curl -sS --fail-with-body "$S3AUTH_SERVER/get-folder-access" -H 'Content-Type: application/json' -d @- > s3auth-access.json

jq -r '.detail // empty' s3auth-access.json
jq -er 'select(.url) | .fields + {key: (.folder + "<<path>>")} | to_entries[] | "form-string = \"\(.key)=\(.value)\""' s3auth-access.json > s3auth-fields &&
  curl -sS --fail-with-body -K s3auth-fields -F file=@data.parquet "$(jq -r .url s3auth-access.json)"
