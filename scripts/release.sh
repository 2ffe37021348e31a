#!/usr/bin/env bash
# release.sh VERSION LDFLAGS: archives of imod for this machine, and for arm64 if its C compiler is there, with SHA-256 sums.
set -euo pipefail
version=$1
flags=$2
out=build/release
rm -rf "$out"
mkdir -p "$out"

archive() { # GOARCH CC
	local name="imod-$version-linux-$1" dir
	dir=$(mktemp -d)
	GOOS=linux GOARCH=$1 CGO_ENABLED=1 CC=$2 go build -trimpath -buildvcs=false -ldflags="-s -w -buildid= $flags" -o "$dir/imod" ./cmd/imod
	cp -r LICENSE LICENSES NOTICE README.md CHANGELOG.md "$dir/"
	# fixed order, owner and time: the same source gives the same archive
	tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git log -1 --format=%ct)" -C "$dir" -cf - . | gzip -n >"$out/$name.tar.gz"
	rm -rf "$dir"
	echo "$out/$name.tar.gz"
}

case "$(go env GOHOSTARCH)" in
amd64) archive amd64 gcc ;;
arm64) archive arm64 gcc ;;
*) echo "no release for $(go env GOHOSTARCH)" >&2 && exit 1 ;;
esac
if [ "$(go env GOHOSTARCH)" = amd64 ]; then
	if command -v aarch64-linux-gnu-gcc >/dev/null; then
		archive arm64 aarch64-linux-gnu-gcc
	else
		echo "no arm64 archive: apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross" >&2
	fi
fi
(cd "$out" && sha256sum ./*.tar.gz >SHA256SUMS && cat SHA256SUMS)
