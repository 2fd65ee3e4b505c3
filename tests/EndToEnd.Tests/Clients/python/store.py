"""What the boto3 scripts share: a client for the store that the arguments name."""

import json
import sys

import boto3
from botocore.config import Config

arguments = json.load(sys.stdin)
bucket = arguments["bucket"]
folder = arguments["folder"]

client = boto3.client(
    "s3",
    endpoint_url=arguments["endpoint"],
    region_name=arguments["region"],
    aws_access_key_id=arguments["id"],
    aws_secret_access_key=arguments["secret"],
    config=Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        retries={"max_attempts": 0},
        connect_timeout=5,
        read_timeout=30,
    ),
)


def answer(value):
    json.dump(value, sys.stdout)
