#!/bin/sh
# release-asm.sh TOOL ARGS...: what `go build -toolexec` runs for each tool of a release. Go's -trimpath misses assembly that includes a
# file by a relative path, so the assembler is told to cut off the module cache ($RELEASE_MODCACHE) too. A build flag for
# the assembler would do the same, but it is recorded in the binary, with the path.
set -eu
tool=$1
shift
[ "${tool##*/}" = asm ] || exec "$tool" "$@"
if [ "$*" = "-V=full" ]; then # the tool's name in the build cache: objects of the plain assembler are not reused
	echo "$("$tool" -V=full) trimmed"
	exit
fi
previous=
left=$#
while [ "$left" -gt 0 ]; do
	argument=$1
	shift
	[ "$previous" != -trimpath ] || argument="$argument;$RELEASE_MODCACHE=>"
	set -- "$@" "$argument"
	previous=$argument
	left=$((left - 1))
done
exec "$tool" "$@"
