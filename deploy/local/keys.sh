#!/bin/sh
# Makes the keys of this machine's store once: its owner's into the first folder, which only the store and the maker of the bucket see, and
# the keys of each subnet's service into one of the others. So none is in a file of the repository, and no two machines have the same.
#   keys.sh OWNER-FOLDER SERVICE-FOLDER...
set -eu
owner=$1
shift

random() { head -c 64 /dev/urandom | sha256sum | cut -c "1-$1"; }

if [ ! -f "$owner/password" ]; then
  (umask 077 && random 20 >"$owner/user" && random 40 >"$owner/password.new")
  mv "$owner/password.new" "$owner/password"
fi

# The service runs as another account, which must be able to read it; nobody else has this folder.
for service in "$@"; do
  if [ ! -f "$service/credentials" ]; then
    printf '[default]\naws_access_key_id=%s\naws_secret_access_key=%s\n' "$(random 20)" "$(random 40)" >"$service/credentials.new"
    chmod 644 "$service/credentials.new"
    mv "$service/credentials.new" "$service/credentials"
  fi
done
