<<client>>

stored = client.upload("data.parquet", to="data.parquet"<<source_or_job_argument>>)
print(stored.status, stored.key)
