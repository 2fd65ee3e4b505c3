#!/bin/sh
# Makes the bucket, and an account for the service that may do on it what docs/credentials.md says, and nothing else. Once or again: the
# result is the same.
#   bucket.sh OWNER-FOLDER SERVICE-FOLDER POLICY BUCKET
set -eu
owner=$1
service=$2
policy=$3
bucket=$4

MC_HOST_store="http://$(cat "$owner/user"):$(cat "$owner/password")@minio:9000"
export MC_HOST_store

while IFS='=' read -r name value; do
  case $name in
    aws_access_key_id) id=$value ;;
    aws_secret_access_key) secret=$value ;;
  esac
done <"$service/credentials"

mc mb --ignore-existing "store/$bucket"
mc admin user add store "$id" "$secret"
mc admin policy create store "$bucket" "$policy"

# What an account has already cannot be attached again.
case $(mc admin user info store "$id") in
  *"$bucket"*) ;;
  *) mc admin policy attach store "$bucket" --user "$id" ;;
esac
