#!/usr/bin/env bash
# Restores, builds and tests everything.
#   ./build.sh                       builds and tests; skips the tests whose programs are missing, and names them
#   ./build.sh --install             first installs these programs (Debian or Ubuntu, as root or with sudo)
#   ./build.sh --target=Test         without the end-to-end tests and the Python package
#   ./build.sh --target=Python       only the Python package: types, wheel, tests
#   ./build.sh --target=Tool         s3auth as one file for each system, its packages and installer, and their tests
#   ./build.sh --target=Nightly      everything, a million damaged inputs, and ten minutes of load
set -euo pipefail
cd "$(dirname "$0")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# program | its Debian package | what the tests use it for
needs=(
  "ceph-mon|ceph-mon|a real S3 server (Ceph)"
  "ceph-osd|ceph-osd|a real S3 server (Ceph)"
  "radosgw|radosgw|a real S3 server (Ceph)"
  "ceph|ceph-common|a real S3 server (Ceph)"
  "swift-proxy-server|swift-proxy|a second S3 server (OpenStack Swift)"
  "swift-account-server|swift-account|a second S3 server (OpenStack Swift)"
  "swift-container-server|swift-container|a second S3 server (OpenStack Swift)"
  "swift-object-server|swift-object|a second S3 server (OpenStack Swift)"
  "memcached|memcached|a second S3 server (OpenStack Swift)"
  "redis-server|redis-server|Redis, which instances share"
  "nginx|nginx|instances behind a proxy"
  "faketime|faketime|clocks that jump"
  "python3-boto3|python3-boto3|Python clients"
  "python3-requests|python3-requests|Python clients"
  "python3-pytest|python3-pytest|the Python package"
  "python3-httpx|python3-httpx|the Python package"
  "python3-fsspec|python3-fsspec|the Python package"
  "python3-pandas|python3-pandas|the Python package"
  "python3-dask|python3-dask|the Python package"
  "python3-mypy|python3-mypy|the Python package"
  "python3-build|python3-build|the Python package"
  "python3-setuptools|python3-setuptools|the Python package"
  "python3-wheel|python3-wheel|the Python package"
  "python3-pip|python3-pip|the Python package"
  "aws|awscli|temporary credentials in other tools"
  "rclone|rclone|temporary credentials in other tools"
  "s3cmd|s3cmd|temporary credentials in other tools"
  "node|nodejs|comparison with other signers"
  "npm|npm|comparison with other signers"
  "chromium|chromium|the page in a browser"
  "curl|curl|the README's commands"
  "jq|jq|the README's commands"
  "zsh|zsh|shell completion"
  "fish|fish|shell completion"
  "gcc|build-essential|s3auth as a native program, with which the other tests are faster"
)
if printf '%s\n' "$@" | grep -qE -- '--target=(Tool|Nightly)'; then
  needs+=(
    "aarch64-linux-gnu-gcc|gcc-aarch64-linux-gnu|s3auth for linux-arm64"
    "qemu-aarch64-static|qemu-user-static|s3auth for linux-arm64"
    "mmdebstrap|mmdebstrap|an empty Debian system"
    "dpkg-deb|dpkg|Debian packages"
  )
fi

have() {
  case "$1" in
    # Debian's Python modules belong to the system's Python, which need not be the first on the PATH. -I: not from this folder.
    python3-*) "$([ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3)" -I -c "import ${1#python3-}" >/dev/null 2>&1 ;;
    # /usr/sbin is not on every user's PATH.
    nginx) command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ] ;;
    chromium) command -v chromium chromium-browser google-chrome >/dev/null 2>&1 ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
  esac
}

# MinIO, or a server that the environment names, takes the place of Ceph.
has_own_s3_server() { [ -n "${S3AUTH_TEST_S3_ENDPOINT:-}" ] || command -v minio >/dev/null 2>&1; }

# Prints one line "package|purpose" for each missing program.
missing() {
  for need in "${needs[@]}"; do
    IFS='|' read -r program package purpose <<<"$need"
    if [[ $purpose == *Ceph* ]] && has_own_s3_server; then continue; fi
    have "$program" || echo "$package|$purpose"
  done
}

install_missing() {
  local packages root=()
  packages=$(missing | cut -d'|' -f1)
  [ -n "$packages" ] || return 0
  command -v apt-get >/dev/null 2>&1 || { echo "--install needs apt-get (Debian or Ubuntu)."; return 0; }
  [ "$(id -u)" = 0 ] || root=(sudo)

  echo "Installing" $packages
  "${root[@]}" apt-get update -qq >/dev/null || true
  for package in $packages; do
    # One at a time, so that a package that this system does not have does not prevent the others.
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 ||
      echo "Could not install $package."
  done
}

# Cake does not know --install.
install=false
for argument; do
  shift
  if [ "$argument" = --install ]; then install=true; else set -- "$@" "$argument"; fi
done

if $install; then install_missing; fi

# Only the tests need these programs.
if ! printf '%s\n' "$@" | grep -qE -- '--target=(Clean|Restore|Build|OpenApi|Pages|Sbom|Reproducible)$'; then
  left=$(missing)
  if [ -n "$left" ]; then
    echo "Some programs are missing. The tests that need them are skipped:"
    echo "$left" | sed -E 's/^(.*)\|(.*)$/  \1: \2/'
    $install || echo "Install them with: ./build.sh --install"
  fi
fi

# The tests' summary: figures, skipped tests with their reasons, and the counts as the last line.
summary=artifacts/test-results/summary.txt
rm -rf artifacts/test-results

dotnet tool restore >/dev/null
status=0
dotnet cake build.cake "$@" || status=$?

if [ -f "$summary" ]; then cat "$summary"; fi
exit "$status"
