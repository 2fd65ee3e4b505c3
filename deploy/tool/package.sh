#!/usr/bin/env bash
# Makes the Debian packages, Homebrew's formula, the Python package's wheel, SHA256SUMS and install.sh from the programs in a folder.
#   package.sh FOLDER VERSION [URL]     URL is where the folder will be downloaded from
# The folder has s3auth-VERSION-RID for each system, one of them for this machine, and licences.txt. ./build.sh --target=Tool calls this.
set -euo pipefail
folder=$(cd "$1" && pwd) version=$2 url=${3:-}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The time of the commit, so that the same sources make the same packages.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH

case $(uname -m) in x86_64) own=x64 ;; *) own=arm64 ;; esac
tool="$folder/s3auth-$version-linux-$own"

# The newest glibc symbol that a program uses shows which glibc it needs.
glibc_of() { readelf --version-info --wide "$1" | grep -o 'GLIBC_2\.[0-9]*' | sort -Vu | tail -n 1 | cut -d_ -f2; }

commands() { "$tool" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\).*/\1/p'; }

# Text for man(1), as it is.
preformatted() { printf '.nf\n'; sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^[.']/\\\\\&&/"; printf '.fi\n'; }

man_page() {
  printf '.TH S3AUTH 1 "%s" "s3auth %s"\n' "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d)" "$version"
  printf '.SH NAME\ns3auth \\- transfer files of a Bittensor subnet through an S3Auth server\n.SH SYNOPSIS\n'
  "$tool" --help | preformatted
  for command in $(commands); do
    printf '.SH %s\n' "${command^^}"
    "$tool" "$command" --help | preformatted
  done
}

deb() {
  local architecture=$1 program=$2 root=$work/$1
  local shares=$root/usr/share
  install -D -m 755 "$program" "$root/usr/bin/s3auth"
  install -D -m 644 "$folder/licences.txt" "$shares/doc/s3auth/copyright"
  install -d "$shares/man/man1" "$shares/bash-completion/completions" "$shares/zsh/vendor-completions" \
    "$shares/fish/vendor_completions.d"
  man_page | gzip -9n > "$shares/man/man1/s3auth.1.gz"
  "$tool" completion bash > "$shares/bash-completion/completions/s3auth"
  "$tool" completion fish > "$shares/fish/vendor_completions.d/s3auth.fish"
  # zsh reads the first line to know what the file completes, and runs the file at the first completion.
  { echo '#compdef s3auth'; "$tool" completion zsh; echo '_s3auth "$@"'; } > "$shares/zsh/vendor-completions/_s3auth"
  install -d "$root/DEBIAN"
  cat > "$root/DEBIAN/control" <<EOF
Package: s3auth
Version: $version
Architecture: $architecture
Section: net
Priority: optional
Maintainer: The S3Auth authors <s3auth@example.org>
Installed-Size: $(du -k -s "$root/usr" | cut -f1)
Depends: libc6 (>= $(glibc_of "$program")), libssl3 | libssl3t64, ca-certificates
Description: upload and download files of a Bittensor subnet
 s3auth uploads a miner's files and downloads them as a validator, through an
 S3Auth server. It signs requests with a Bittensor wallet.
EOF
  find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
  chmod -R u=rwX,go=rX "$root"
  dpkg-deb --root-owner-group -Zxz --build "$root" "$folder/s3auth_${version}_$architecture.deb" >/dev/null
}

deb amd64 "$folder/s3auth-$version-linux-x64"
if [ -e "$folder/s3auth-$version-linux-arm64" ]; then deb arm64 "$folder/s3auth-$version-linux-arm64"; fi

sum_of() { sha256sum "$folder/s3auth-$version-$1" | cut -d' ' -f1; }
formula_url=${url:-https://downloads.example.com/s3auth}
sed -e "s|@VERSION@|$version|g; s|@URL@|${formula_url%/}|g" "$here/s3auth.rb" > "$work/s3auth.rb"
for rid in osx-arm64 osx-x64 linux-arm64 linux-x64; do
  if [ -e "$folder/s3auth-$version-$rid" ]; then sed -i "s|@$rid@|$(sum_of "$rid")|" "$work/s3auth.rb"; fi
done
cp "$work/s3auth.rb" "$folder/s3auth.rb"

cd "$folder"
sed -e "s|@VERSION@|$version|g; s|@URL@|${url%/}|; s|@GLIBC@|$(glibc_of "$tool")|" "$here/install.sh" > install.sh
sha256sum "s3auth-$version"-* > "$work/sums"
sed -i -e "/^@SUMS@\$/{r $work/sums
d}" install.sh
chmod 755 install.sh

# Debian's modules belong to the system's Python, which need not be the first on the PATH.
python=$([ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3)
"$python" -I -c 'import build, setuptools, wheel' 2>/dev/null || {
  echo "The Python package needs python3-build, python3-setuptools and python3-wheel: ./build.sh --install --target=Tool" >&2
  exit 1
}
"$python" -m build --no-isolation --outdir "$work/python" "$here/../../clients/python" >/dev/null
cp "$work/python/s3auth-$version-py3-none-any.whl" .
sha256sum "s3auth-$version"-* ./*.deb install.sh licences.txt s3auth.rb | sed 's|  \./|  |' > SHA256SUMS
