#!/usr/bin/env bash
# release.sh VERSION LDFLAGS: archives of imod for linux on amd64 and arm64, each with its bill of materials, and SHA-256 sums of all.
# The same source, Go and C compilers give the same bytes. One of the two is cross-compiled; without its C compiler it is left out, in words.
set -euo pipefail
version=$1
flags=$2
out=build/release
time=$(git log -1 --format=%ct)
rm -rf "$out"
mkdir -p "$out" .bin
go -C tools/sbom build -trimpath -buildvcs=false -o ../../.bin/sbom .

RELEASE_MODCACHE=$(go env GOMODCACHE)
export RELEASE_MODCACHE

archive() { # GOARCH CC
	local name="imod-$version-linux-$1" dir
	dir=$(mktemp -d)
	# no path, no time, no id of the build in the binary; the C linker's id would be one
	GOOS=linux GOARCH=$1 CGO_ENABLED=1 CC=$2 go build -trimpath -buildvcs=false -toolexec="$PWD/scripts/release-asm.sh" \
		-ldflags="-s -w -buildid= -extldflags=-Wl,--build-id=none $flags" -o "$dir/imod" ./cmd/imod
	for path in "$RELEASE_MODCACHE" "$PWD" /go-build; do
		if grep -aqF -e "$path" "$dir/imod"; then
			echo "the binary holds a path of this machine: $path" >&2
			exit 1
		fi
	done
	.bin/sbom -name imod -version "$version" -time "$time" "$dir/imod" >"$out/$name.cdx.json"
	cp -r LICENSE LICENSES NOTICE README.md CHANGELOG.md "$dir/"
	cp "$out/$name.cdx.json" "$dir/sbom.cdx.json"
	chmod -R u=rwX,go=rX "$dir"
	# fixed order, owner, mode and time: the same source gives the same archive
	tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$time" -C "$dir" -cf - . | gzip -9 -n >"$out/$name.tar.gz"
	rm -rf "$dir"
	echo "$out/$name.tar.gz"
}

compiler() { # GOARCH: its C compiler on this machine
	case "$(go env GOHOSTARCH)-$1" in
	amd64-amd64 | arm64-arm64) echo gcc ;;
	*-amd64) echo x86_64-linux-gnu-gcc ;;
	*-arm64) echo aarch64-linux-gnu-gcc ;;
	esac
}

[ "$(go env GOHOSTOS)" = linux ] || { echo "a release is built on linux, this is $(go env GOHOSTOS)" >&2; exit 1; }
for arch in amd64 arm64; do
	cc=$(compiler "$arch")
	if command -v "$cc" >/dev/null; then
		archive "$arch" "$cc"
	else
		echo "no $arch archive: $cc is missing; apt-get install gcc-$(echo "${cc%-gcc}" | tr _ -) libc6-dev-$arch-cross" >&2
	fi
done
(cd "$out" && sha256sum -- *.tar.gz *.cdx.json >SHA256SUMS && cat SHA256SUMS)
