export S3AUTH_PROFILE=subnet<<netuid>>
s3auth configure --server <<server>> --wallet default --hotkey default --yes
s3auth check --validator
s3auth miners
s3auth download --all --to data
