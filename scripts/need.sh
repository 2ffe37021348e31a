#!/usr/bin/env bash
# need.sh TOOL...: checks that the tools are there, and says what is missing and how to get it.
set -euo pipefail

minimum_go=1.26.5

how() {
	case "$1" in
	go) echo "Go $minimum_go or newer from https://go.dev/dl/" ;;
	gcc) echo "a C compiler: apt-get install gcc libc6-dev, or Xcode's command line tools" ;;
	git) echo "apt-get install git" ;;
	exiftool) echo "apt-get install --no-install-recommends libimage-exiftool-perl" ;;
	chromium) echo "apt-get install --no-install-recommends chromium" ;;
	gzip) echo "apt-get install gzip" ;;
	make) echo "apt-get install make" ;;
	node | npm) echo "Node.js 20 or newer with npm: https://nodejs.org, or apt-get install nodejs npm" ;;
	qemu-aarch64-static) echo "apt-get install --no-install-recommends qemu-user-static" ;;
	*) echo "install $1" ;;
	esac
}

# older A B: version A is below version B.
older() { [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

missing=0
for tool in "$@"; do
	if ! command -v "$tool" >/dev/null; then
		echo "missing: $tool. Get $(how "$tool")" >&2
		missing=1
	fi
done
[ "$missing" = 0 ] || exit 1

for tool in "$@"; do
	[ "$tool" = go ] || continue
	# With GOTOOLCHAIN=auto, the default, an older Go fetches the version that go.mod names.
	have=$(go env GOVERSION 2>/dev/null | sed 's/^go//' || true)
	if [ -z "$have" ] || older "$have" "$minimum_go"; then
		echo "go is ${have:-unusable}, $minimum_go is needed. Get $(how go)" >&2
		exit 1
	fi
done
