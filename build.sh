#!/usr/bin/env bash
# Restores, builds and tests everything. What the tests against real servers need is installed where that is allowed (Debian
# or Ubuntu, as root or with sudo that asks no password); what is missing is named, and the tests that need it are skipped.
#   ./build.sh                       everything
#   ./build.sh --target=Test         without the end-to-end tests
#   ./build.sh --target=Nightly      everything, a million damaged inputs, and ten minutes of load
set -euo pipefail
cd "$(dirname "$0")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# program, the Debian package it comes in, what the tests use it for
needs=(
  "ceph-mon|ceph-mon|a real S3 server"
  "ceph-osd|ceph-osd|a real S3 server"
  "radosgw|radosgw|a real S3 server"
  "ceph|ceph-common|a real S3 server"
  "swift-proxy-server|swift-proxy|a second S3 server"
  "swift-account-server|swift-account|a second S3 server"
  "swift-container-server|swift-container|a second S3 server"
  "swift-object-server|swift-object|a second S3 server"
  "memcached|memcached|a second S3 server"
  "redis-server|redis-server|counting together"
  "nginx|nginx|instances behind a proxy"
  "faketime|faketime|a clock that is stepped"
  "python3-boto3|python3-boto3|clients in Python"
  "python3-requests|python3-requests|clients in Python"
  "node|nodejs|other signers"
  "npm|npm|other signers"
  "chromium|chromium|the page in a browser"
  "curl|curl|the README's commands"
  "jq|jq|the README's commands"
  "zsh|zsh|completion in shells"
  "fish|fish|completion in shells"
)

have() {
  case "$1" in
    # The system's own Python, for which the packages are, where there is one.
    python3-*) "$([ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3)" -c "import ${1#python3-}" >/dev/null 2>&1 ;;
    # Not on everyone's PATH.
    nginx) command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ] ;;
    chromium) command -v chromium chromium-browser google-chrome >/dev/null 2>&1 ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
  esac
}

# A real S3 server may be given by environment or be MinIO; then Ceph is not needed.
real_server_given() { [ -n "${S3AUTH_TEST_S3_ENDPOINT:-}" ] || command -v minio >/dev/null 2>&1; }

missing() {
  for need in "${needs[@]}"; do
    IFS='|' read -r program package purpose <<<"$need"
    if [ "$purpose" = "a real S3 server" ] && real_server_given; then continue; fi
    have "$program" || echo "$package"
  done
}

install_missing() {
  local packages
  packages=$(missing | sort -u)
  [ -n "$packages" ] || return 0

  local root=""
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true >/dev/null 2>&1; then root="sudo -n"; else return 0; fi
  fi
  command -v apt-get >/dev/null 2>&1 || return 0

  echo "Installing for the tests:" $packages
  $root apt-get update -qq >/dev/null || true
  for package in $packages; do
    # One by one: a package that this system does not have must not keep the others away.
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 || true
  done
}

# Only a run with end-to-end tests needs them.
if ! printf '%s\n' "$@" | grep -qE -- '--target=(Clean|Restore|Build|Pages|Sbom|Reproducible)$'; then
  install_missing
  left=$(missing | sort -u | tr '\n' ' ')
  if [ -n "$left" ]; then
    echo "Not here, and not installable by this run: ${left}- the tests that need them are skipped and say so."
  fi
fi

# What this run writes of its tests: what was skipped and why, and the counts as the last line.
summary=artifacts/test-results/summary.txt
rm -rf artifacts/test-results

dotnet tool restore >/dev/null
status=0
dotnet cake build.cake "$@" || status=$?

if [ -f "$summary" ]; then cat "$summary"; fi
exit "$status"
