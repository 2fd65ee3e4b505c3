export S3AUTH_SERVER=<<server>>
s3auth check --validator --wallet default --hotkey default
s3auth miners --wallet default --hotkey default
s3auth download --all --to data --wallet default --hotkey default
