#!/bin/sh
# Installs s3auth @VERSION@: one program, without .NET. For root it goes into /usr/local/bin, for others into ~/.local/bin.
#
#   curl -fsSL URL/install.sh | S3AUTH_DOWNLOAD_URL=URL sh
#
# URL is the folder that has this script and the programs. Options, after `sh -s --`:
#   --from URL   instead of $S3AUTH_DOWNLOAD_URL
#   --to DIR     instead of the folders above
#
# ./build.sh --target=Tool fills in the version, the checksums and, if it was given, the URL.
set -eu

version='@VERSION@'
default_url='@URL@'

# The SHA-256 of each program, and its name. The script installs no program with another SHA-256.
sums='
@SUMS@
'

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Prints the name of this system's build, such as linux-x64.
system() {
  kernel=$(uname -s) machine=$(uname -m)
  case $machine in
    x86_64 | amd64) machine=x64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) fail "There is no s3auth for $machine processors. Use the .NET tool: docs/miners.md." ;;
  esac
  case $kernel in
    Linux)
      if ldd --version 2>&1 | grep -qi musl; then echo "linux-musl-$machine"; else echo "linux-$machine"; fi
      ;;
    Darwin)
      # A shell under Rosetta says x86_64.
      if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || true)" = 1 ]; then machine=arm64; fi
      echo "osx-$machine"
      ;;
    *) fail "There is no s3auth for $kernel here. On Windows, download s3auth-$version-win-x64.exe." ;;
  esac
}

# download URL FILE
download() {
  if have curl; then
    curl -fsSL --retry 3 -o "$2" "$1"
  elif have wget; then
    wget -q -O "$2" "$1"
  else
    fail "Install curl or wget first."
  fi
}

# Says what the program for this system needs.
requirements() {
  case $build in
    linux-musl-*) echo "It needs libstdc++ and OpenSSL: apk add libstdc++ libssl3" ;;
    linux-*) echo "It needs glibc @GLIBC@ or later (Debian 12, Ubuntu 22.04, RHEL 9). Elsewhere, use the .NET tool: docs/miners.md." ;;
    *) echo "It needs macOS 12 or later." ;;
  esac
}

sha256() {
  if have sha256sum; then
    sha256sum "$1" | cut -d' ' -f1
  elif have shasum; then
    shasum -a 256 "$1" | cut -d' ' -f1
  elif have openssl; then
    openssl dgst -sha256 "$1" | sed 's/.* //'
  else
    fail "There is no sha256sum, shasum or openssl, so the download cannot be verified."
  fi
}

# Prints how to install packages: their names on Debian, Alpine and Fedora.
advise() {
  if have apt-get; then
    echo "apt-get install $1"
  elif have apk; then
    echo "apk add $2"
  elif have dnf; then
    echo "dnf install $3"
  else
    echo "install $1"
  fi
}

has_file() {
  for candidate; do
    if [ -e "$candidate" ]; then return 0; fi
  done
  return 1
}

has_openssl() {
  has_file /lib/libssl.so.3 /usr/lib/libssl.so.3 /lib64/libssl.so.3 /usr/lib64/libssl.so.3 \
    /lib/*-linux-gnu/libssl.so.3 /usr/lib/*-linux-gnu/libssl.so.3 /usr/lib/*-linux-gnu/libssl.so.1.1 /usr/lib64/libssl.so.1.1 ||
    { have ldconfig && ldconfig -p 2>/dev/null | grep -q 'libssl\.so\.[13]'; }
}

has_certificates() {
  has_file "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" /etc/ssl/cert.pem /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem
}

main() {
  url=${S3AUTH_DOWNLOAD_URL:-$default_url} folder=''
  while [ $# -gt 0 ]; do
    case $1 in
      --from | --to)
        if [ $# -lt 2 ]; then fail "$1 needs a value."; fi
        if [ "$1" = --from ]; then url=$2; else folder=$2; fi
        shift 2
        ;;
      *) fail "Unknown option $1. The options are --from URL and --to DIR." ;;
    esac
  done
  case $version in
    @*) fail "This is the template. ./build.sh --target=Tool writes the script into artifacts/tool." ;;
  esac
  if [ -z "$url" ]; then fail "Pass the programs' address: --from URL, or S3AUTH_DOWNLOAD_URL=URL."; fi
  if [ -z "$folder" ]; then
    if [ "$(id -u)" = 0 ]; then folder=/usr/local/bin; else folder=$HOME/.local/bin; fi
  fi

  build=$(system)
  name=s3auth-$version-$build
  expected=$(printf '%s\n' "$sums" | sed -n "s/^\([0-9a-f]\{64\}\)  $name\$/\1/p")
  if [ -z "$expected" ]; then fail "There is no s3auth for $build. Use the .NET tool: docs/miners.md."; fi

  mkdir -p "$folder" || fail "Cannot create $folder. Choose another folder with --to DIR."
  # The temporary file is in the same folder, so that the last step is a rename, and because /tmp may be mounted with noexec.
  file=$(mktemp "$folder/.s3auth.XXXXXX") || fail "Cannot write to $folder. Choose another folder with --to DIR, or run this as root."
  trap 'rm -f "$file"' EXIT
  trap 'exit 130' INT TERM
  download "${url%/}/$name" "$file" || fail "Cannot download ${url%/}/$name."
  found=$(sha256 "$file")
  if [ "$found" != "$expected" ]; then
    fail "The download is not the expected program, so it is not installed. SHA-256 of $name: expected $expected, found $found."
  fi
  chmod 755 "$file"
  if ! answer=$("$file" --version 2>&1); then
    fail "The program does not run on this system: $(printf '%s\n' "$answer" | tail -n 1)
$(requirements)"
  fi
  mv -f "$file" "$folder/s3auth"
  trap - EXIT
  echo "Installed s3auth $version in $folder."

  status=0
  if [ "${build%%-*}" = linux ]; then
    if ! has_openssl; then
      echo "OpenSSL is missing, and s3auth does not work without it. Run: $(advise libssl3 libssl3 openssl-libs)" >&2
      status=1
    fi
    if ! has_certificates; then
      package=ca-certificates
      echo "The certificates of public CAs are missing, and https:// needs them. Run: $(advise $package $package $package)" >&2
    fi
  fi
  case ":$PATH:" in
    *":$folder:"*)
      other=$(command -v s3auth || true)
      if [ -n "$other" ] && [ "$other" != "$folder/s3auth" ]; then
        echo "Another s3auth comes first in your PATH: $other" >&2
      fi
      ;;
    *) echo "$folder is not in your PATH. Add this line to ~/.profile: export PATH=\"$folder:\$PATH\"" >&2 ;;
  esac
  if [ "$status" = 0 ]; then echo "Next: s3auth configure"; fi
  return "$status"
}

# The only call is at the end, so that nothing runs if the download of this script was cut off.
main "$@"
