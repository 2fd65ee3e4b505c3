export S3AUTH_PROFILE=subnet<<netuid>>
s3auth configure --server <<server>> --wallet default --hotkey default<<source_option>> --yes
s3auth check
s3auth upload data.parquet
s3auth ls
