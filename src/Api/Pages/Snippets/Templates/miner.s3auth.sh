export S3AUTH_SERVER=<<server>>
s3auth check --wallet default --hotkey default
s3auth upload data.parquet --wallet default --hotkey default<<source_option>>
s3auth ls --wallet default --hotkey default
