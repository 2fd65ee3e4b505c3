#!/usr/bin/env bash
# A second real S3 server to try things on: OpenStack Swift with its S3 API, one process of each kind, on loopback. It takes no POST uploads, and a
# presigned PUT is not safe at it unless a proxy drops header names with underscores: nginx does.
# Needs Debian's swift-proxy swift-account swift-container swift-object memcached, and Python; no privileges, but a file system with user xattrs.
#   deploy/try/swift.sh start FOLDER [PORT]    starts it (26080 and the four ports after it), makes the bucket s3auth and new keys; FOLDER/env
#                                              exports what S3Auth needs
#   deploy/try/swift.sh stop FOLDER            stops it, and removes the folder
set -euo pipefail

usage() { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# -ge 2 ] || usage
action=$1 folder=$2 port=${3:-26080}

# A pid is ours only while its command line names the folder.
is_ours() { grep -qsaF "$folder/" "/proc/$1/cmdline"; }

stop() {
  for file in "$folder"/run/*.pid; do
    [ -f "$file" ] || continue
    pid=$(cat "$file")
    is_ours "$pid" || continue
    kill "$pid" 2>/dev/null || continue
    for _ in $(seq 50); do is_ours "$pid" || break; sleep 0.1; done
    if is_ours "$pid"; then kill -9 "$pid" 2>/dev/null || true; fi
  done
}

case $action in
  start) ;;
  stop)
    [ -f "$folder/etc/proxy-server.conf" ] || { echo "There is no Swift in $folder." >&2; exit 1; }
    folder=$(cd "$folder" && pwd)
    stop
    rm -rf "$folder"
    exit ;;
  *) usage ;;
esac

[ ! -e "$folder" ] || [ -z "$(ls -A "$folder")" ] || { echo "$folder is there already: stop what is in it first." >&2; exit 1; }
for one in $(seq "$port" $((port + 4))); do
  if (exec 3<> "/dev/tcp/127.0.0.1/$one") 2> /dev/null; then
    echo "Another program listens on port $one. Stop it, or name another port: $0 start FOLDER PORT" >&2
    exit 1
  fi
done
umask 077
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
mkdir -p "$folder"/{etc,run,log,disk/d1}
trap 'stop; tail -n 3 "$folder"/log/* >&2; echo "It did not start; see $folder/log" >&2' ERR
python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.swift.test", b"1")' "$folder/disk/d1" || { echo "The file system of $folder takes no user xattrs." >&2; exit 1; }

secret=$(tr -dc 'A-Za-z0-9' < /dev/urandom | head -c 40 || true)
me=$(id -un)
cat > "$folder/etc/swift.conf" <<CONF
[swift-hash]
swift_hash_path_prefix = try
swift_hash_path_suffix = try
[swift-constraints]
max_header_size = 16384
[storage-policy:0]
name = one
default = yes
CONF

server=$port
for kind in account container object; do
  server=$((server + 1))
  cat > "$folder/etc/$kind-server.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $server
swift_dir = $folder/etc
devices = $folder/disk
mount_check = false
user = $me
workers = 0
log_level = WARNING
fallocate_reserve = 0
disable_fallocate = true
conn_timeout = 10
node_timeout = 60
container_update_timeout = 60
[pipeline:main]
pipeline = $kind-server
[app:$kind-server]
use = egg:swift#$kind
CONF
  (
    cd "$folder/etc"
    swift-ring-builder $kind.builder create 4 1 0
    swift-ring-builder $kind.builder add "r1z1-127.0.0.1:$server/d1" 1
    swift-ring-builder $kind.builder rebalance
  ) > "$folder/log/$kind-ring" 2>&1 &
done

cat > "$folder/etc/proxy-server.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $port
swift_dir = $folder/etc
user = $me
workers = 0
log_level = INFO
[pipeline:main]
pipeline = catch_errors healthcheck proxy-logging cache listing_formats s3api tempauth slo dlo symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
error_suppression_limit = 1000000000
conn_timeout = 10
node_timeout = 60
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$((port + 4))
[filter:proxy-logging]
use = egg:swift#proxy_logging
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-2
s3_acl = false
check_bucket_owner = false
allow_multipart_uploads = true
dns_compliant_bucket_names = true
storage_domain = localhost
max_bucket_listing = 1000
[filter:tempauth]
use = egg:swift#tempauth
user_s3auth_s3auth = $secret .admin .reseller_admin
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:symlink]
use = egg:swift#symlink
CONF
wait

memcached=(-l 127.0.0.1 -p $((port + 4)) -U 0 -m 32 -P "$folder/run/memcached.started")
[ "$me" != root ] || memcached+=(-u root)
setsid memcached "${memcached[@]}" > "$folder/log/memcached" 2>&1 < /dev/null &
echo $! > "$folder/run/memcached.pid"
for kind in account container object proxy; do
  setsid swift-$kind-server "$folder/etc/$kind-server.conf" -v > "$folder/log/$kind" 2>&1 < /dev/null &
  echo $! > "$folder/run/$kind.pid"
done

# It is up when signed requests go through all of its servers. (curl cannot sign here: the access key has a colon.)
SECRET=$secret python3 - "$port" > "$folder/log/start" 2>&1 <<'PYTHON'
import hashlib, hmac, http.client, os, sys, time
host, key = f"127.0.0.1:{sys.argv[1]}", "s3auth:s3auth"

def call(method, path, body=b""):
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    digest, names = hashlib.sha256(body).hexdigest(), "host;x-amz-content-sha256;x-amz-date"
    request = "\n".join([method, path, "", f"host:{host}", f"x-amz-content-sha256:{digest}", f"x-amz-date:{now}", "", names, digest])
    scope = f"{now[:8]}/us-east-2/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(request.encode()).hexdigest()])
    signing_key = ("AWS4" + os.environ["SECRET"]).encode()
    for part in scope.split("/"):
        signing_key = hmac.new(signing_key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(signing_key, text.encode(), hashlib.sha256).hexdigest()
    connection = http.client.HTTPConnection(host, timeout=5)
    connection.request(method, path, body, {
        "Host": host, "x-amz-date": now, "x-amz-content-sha256": digest,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={names}, Signature={signature}"})
    return connection.getresponse().status

end, got = time.time() + 60, None
while time.time() < end:
    try:
        got = [call("PUT", "/s3auth"), call("PUT", "/s3auth/ready", b"x"), call("DELETE", "/s3auth/ready")]
        if got[0] in (200, 409) and got[1:] == [200, 204]:
            sys.exit()
    except OSError as error:
        got = error
    time.sleep(0.1)
sys.exit(f"It is not up: {got}")
PYTHON

cat > "$folder/env" <<ENV
export S3_ENDPOINT=http://127.0.0.1:$port S3_BUCKET=s3auth
export AWS_ACCESS_KEY_ID=s3auth:s3auth AWS_SECRET_ACCESS_KEY=$secret
ENV
echo "Swift listens on http://127.0.0.1:$port; its keys are in $folder/env"
