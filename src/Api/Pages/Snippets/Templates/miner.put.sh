export S3AUTH_SERVER=<<server>>
umask 077
rm -f s3auth-signed.json s3auth-upload.json s3auth-url

s3auth sign folder-access --wallet default --hotkey default --json > s3auth-signed.json &&
  jq --argjson size "$(wc -c < data.parquet)" '.body + {filename: "data.parquet", size: $size<<source_or_job_member>>}' s3auth-signed.json |
  curl -sS --fail-with-body "$S3AUTH_SERVER/get-file-upload-url" -H 'Content-Type: application/json' -d @- > s3auth-upload.json

jq -r '.detail // empty' s3auth-upload.json
jq -er 'select(.url) | "url = \"\(.url)\""' s3auth-upload.json > s3auth-url &&
  curl -sS --fail-with-body -T data.parquet -K s3auth-url
