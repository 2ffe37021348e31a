#!/bin/sh
# tell.sh SECONDS COUNT COMMAND...: runs the command and meanwhile tells the story of story.txt, one panel every SECONDS.
# How many panels were told is written to the file COUNT, so that the demo goes on from there. Plain lines, no
# escape codes: a terminal and a pipe get the same.
set -eu
pace=$1 count=$2
shift 2
mkdir -p "$(dirname "$count")"
echo 0 >"$count"

# wait_or_end N sleeps N seconds, less if this script ended meanwhile.
wait_or_end() {
	left=$1
	while [ "$left" -gt 0 ]; do
		sleep 1 >/dev/null 2>&1
		kill -0 $$ 2>/dev/null || exit 0
		left=$((left - 1))
	done
}

told=0
# show prints one panel in one write, so that the end of the build does not cut it.
show() {
	[ -n "$panel" ] || return 0
	printf '%s\n' "$panel"
	told=$((told + 1))
	echo "$told" >"$count"
	wait_or_end "$pace"
}

tell() {
	panel=
	while IFS= read -r line; do
		case $line in
		'# '*)
			show
			panel="     ${line#*: }
"
			;;
		?*) panel="$panel     $line
" ;;
		esac
	done <"$(dirname "$0")/story.txt"
	show
	while :; do
		wait_or_end 20
		echo "     (still building: $(($(date +%s) - began)) s)"
	done
}

began=$(date +%s)
echo "building imod; meanwhile, what it is for:"
echo
tell </dev/null &
teller=$!
trap 'kill "$teller" 2>/dev/null || :' EXIT
status=0
"$@" || status=$?
kill "$teller" 2>/dev/null || :
wait "$teller" 2>/dev/null || :
trap - EXIT
[ "$status" -ne 0 ] || echo "built in $(($(date +%s) - began)) s"
exit "$status"
