#!/usr/bin/env bash
# Installs what `make test` needs beyond Go, gcc and make: qemu for the arm64 digests, npm packages for the contracts,
# exiftool for the marks of pictures, jq and curl for the guides, Chromium and its driver for the pages.
# Nothing is installed twice. Without network it says which part is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=()
command -v gcc >/dev/null || packages+=(gcc libc6-dev)
command -v make >/dev/null || packages+=(make)
command -v qemu-aarch64-static >/dev/null || packages+=(qemu-user-static)
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)
command -v jq >/dev/null || packages+=(jq)
command -v curl >/dev/null || packages+=(curl)
command -v exiftool >/dev/null || packages+=(libimage-exiftool-perl)
command -v chromium >/dev/null || packages+=(chromium)

if [ "${#packages[@]}" -gt 0 ]; then
	if ! command -v apt-get >/dev/null; then
		echo "install these by your package manager, then run this again: ${packages[*]}" >&2
		exit 1
	fi
	sudo=()
	[ "$(id -u)" = 0 ] || sudo=(sudo)
	export DEBIAN_FRONTEND=noninteractive
	"${sudo[@]}" apt-get update -qq || echo "apt-get update failed; trying with the lists at hand" >&2
	if ! "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}"; then
		echo "could not install ${packages[*]}: is there a network? The tests that need them would fail, so this stops here" >&2
		exit 1
	fi
fi

if [ ! -d contracts/node_modules ] && ! npm --prefix contracts ci --no-audit --no-fund; then
	echo "could not fetch the npm packages of contracts/: is there a network? ABI check and contract tests need them" >&2
	exit 1
fi

if [ ! -d tests/web/node_modules ] && ! npm --prefix tests/web ci --ignore-scripts --no-audit --no-fund; then
	echo "could not fetch the npm packages of tests/web/: is there a network? The tests of the pages need them" >&2
	exit 1
fi

if ! go mod download; then
	echo "could not fetch the Go modules: is there a network?" >&2
	exit 1
fi
