#!/usr/bin/env bash
# A real S3 server to try things on: Ceph's object gateway with a cluster of one monitor and one disk in memory behind it, on loopback.
# What is in it is gone when it stops. Needs Debian's ceph-mon ceph-osd radosgw ceph-common, and curl; no privileges.
#   deploy/try/ceph.sh start FOLDER [PORT]    starts it (7480), makes the bucket s3auth and new keys; FOLDER/env exports what S3Auth needs
#   deploy/try/ceph.sh stop FOLDER            stops it, and removes the folder
set -euo pipefail

usage() { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# -ge 2 ] || usage
action=$1 folder=$2 port=${3:-7480}

stop() {
  # The gateway first: it would wait for its cluster.
  for name in client.rgw osd.0 mon.a; do
    [ -f "$folder/run/$name.pid" ] || continue
    pid=$(cat "$folder/run/$name.pid")
    kill "$pid" 2>/dev/null || continue
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$pid" 2>/dev/null || true
  done
}

case $action in
  start) ;;
  stop)
    [ -f "$folder/ceph.conf" ] || { echo "There is no gateway in $folder." >&2; exit 1; }
    stop
    rm -rf "$folder"
    exit ;;
  *) usage ;;
esac

[ ! -e "$folder" ] || { echo "$folder is there already: stop what is in it first." >&2; exit 1; }
# Of the gateway and of the monitor.
for one in "$port" $((port + 1)); do
  if (exec 3<> "/dev/tcp/127.0.0.1/$one") 2> /dev/null; then
    echo "Another program listens on port $one. Stop it, or name another port: $0 start FOLDER PORT" >&2
    exit 1
  fi
done
umask 077
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
mkdir "$folder"/{mon,osd,rgw,run,log}
trap 'stop; echo "It did not start; see $folder/log" >&2' ERR

cluster=$(cat /proc/sys/kernel/random/uuid) disk=$(cat /proc/sys/kernel/random/uuid)
monitor="v2:127.0.0.1:$((port + 1))"

cat > "$folder/ceph.conf" <<CONF
[global]
fsid = $cluster
mon_host = $monitor
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_ipv6 = false
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
keyring = $folder/keyring
run_dir = $folder/run
crash_dir = $folder/run
admin_socket = $folder/run/\$name.asok
pid_file = $folder/run/\$name.pid
log_file = $folder/log/\$name.log
mon_cluster_log_file = $folder/log/cluster.log
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0

[mon]
mon_data = $folder/mon
mon_initial_members = a
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
mon_data_avail_warn = 1
mon_data_avail_crit = 0

[osd]
osd_data = $folder/osd
osd_objectstore = memstore
memstore_device_bytes = 17179869184

[client.rgw]
rgw_data = $folder/rgw
# Without tcp_nodelay each listing takes 40 ms longer.
rgw_frontends = beast endpoint=127.0.0.1:$port tcp_nodelay=1
# Beside path style: host style, as http://BUCKET.s3.localhost:$port.
rgw_dns_name = s3.localhost
# No other APIs: with "notifications", a session could send the names of new files to any address.
rgw_enable_apis = s3, sts
# The STS, for temporary credentials (SESSION_CREDENTIALS=sts).
rgw_s3_auth_use_sts = true
rgw_sts_key = $(tr -dc 'a-z0-9' < /dev/urandom | head -c 16 || true)
CONF

key() { ceph-authtool --gen-print-key; }
cat > "$folder/keyring" <<KEYS
[mon.]
key = $(key)
caps mon = "allow *"
[client.admin]
key = $(key)
caps mon = "allow *"
caps osd = "allow *"
[osd.0]
key = $(key)
caps mon = "allow profile osd"
caps osd = "allow *"
[client.rgw]
key = $(key)
caps mon = "allow rwx"
caps osd = "allow rwx"
KEYS

with=(-c "$folder/ceph.conf")
{
  monmaptool --create --fsid "$cluster" --addv a "[$monitor]" "$folder/monmap"
  ceph-mon "${with[@]}" -i a --mkfs --monmap "$folder/monmap" --keyring "$folder/keyring"
  ceph-mon "${with[@]}" -i a
  ceph "${with[@]}" --connect-timeout 30 osd new "$disk" 0
  ceph-osd "${with[@]}" -i 0 --mkfs --osd-uuid "$disk"
  ceph-osd "${with[@]}" -i 0
  radosgw "${with[@]}" -n client.rgw
  for _ in $(seq 120); do
    curl --noproxy '*' -sf -o /dev/null "http://127.0.0.1:$port" && break
    sleep 1
  done
} > "$folder/log/start.log" 2>&1

id=$(tr -dc 'A-Z0-9' < /dev/urandom | head -c 20 || true)
secret=$(tr -dc 'A-Za-z0-9' < /dev/urandom | head -c 40 || true)
radosgw-admin "${with[@]}" user create --uid s3auth --display-name s3auth --access-key "$id" --secret-key "$secret" > /dev/null 2>> "$folder/log/start.log"
curl --noproxy '*' -sSf -X PUT --aws-sigv4 aws:amz:us-east-2:s3 -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' -K - "http://127.0.0.1:$port/s3auth" <<< "user = \"$id:$secret\""

# Makes public ACLs ineffective, because a session may upload with one. Leaves out BlockPublicAcls and BlockPublicPolicy: with them,
# Ceph 16 refuses every upload and every bucket policy.
curl --noproxy '*' -sSf -X PUT --aws-sigv4 aws:amz:us-east-2:s3 -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' -K - "http://127.0.0.1:$port/s3auth?publicAccessBlock=" \
  -d '<PublicAccessBlockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IgnorePublicAcls>true</IgnorePublicAcls><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>' <<< "user = \"$id:$secret\""

# The role of sessions: what any session may do at most. The server narrows each session to one miner's folders, or to reading. The
# condition refuses sessions, because the holder of one could otherwise get another one that is not narrowed.
radosgw-admin "${with[@]}" role create --role-name s3auth-sessions --assume-role-policy-doc '{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam:::user/s3auth"]}, "Action": ["sts:AssumeRole"], "Condition": {"Null": {"aws:TokenIssueTime": "true"}}}]}' > /dev/null 2>> "$folder/log/start.log"
radosgw-admin "${with[@]}" role-policy put --role-name s3auth-sessions --policy-name sessions --policy-doc '{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"], "Resource": "arn:aws:s3:::s3auth/data/*"},
  {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::s3auth"}]}' > /dev/null 2>> "$folder/log/start.log"

cat > "$folder/env" <<ENV
export S3_ENDPOINT=http://127.0.0.1:$port S3_BUCKET=s3auth
export AWS_ACCESS_KEY_ID=$id AWS_SECRET_ACCESS_KEY=$secret
export SESSION_CREDENTIALS=sts STS_ROLE_ARN=arn:aws:iam:::role/s3auth-sessions
ENV
echo "Ceph's gateway listens on http://127.0.0.1:$port; its keys are in $folder/env"
