#!/usr/bin/env bash
# Asks the server who it is, as a shell script of a WHM administrator would: curl
# and text matching, which is why answers must be compact JSON. Prints a line
# for each thing that it saw, and stops at the first that is wrong.
#
# Wants HOSTKEEP_ADDR (host:port), HOSTKEEP_USER, HOSTKEEP_TOKEN (with
# basic-system-info and basic-whm-functions) and HOSTKEEP_CA (the file of
# certificates to trust).
set -euo pipefail
: "${HOSTKEEP_ADDR:?}" "${HOSTKEEP_USER:?}" "${HOSTKEEP_TOKEN:?}" "${HOSTKEEP_CA:?}"

fail() {
	echo "not ok - $*" >&2
	exit 1
}
ok() { echo "ok - $*"; }

# call TOKEN FUNCTION sets status and body. The header comes from standard input,
# so that the token stands in no process list.
call() {
	local answer
	answer=$(printf 'Authorization: whm %s:%s\n' "$HOSTKEEP_USER" "$1" |
		curl --silent --show-error --max-time 30 --cacert "$HOSTKEEP_CA" -H @- \
			--write-out '\n%{http_code}' "https://$HOSTKEEP_ADDR/json-api/$2?api.version=1") ||
		fail "$2: no answer"
	status=${answer##*$'\n'}
	body=${answer%$'\n'*}
}

# has ABOUT TEXT wants TEXT in the body, and matches ABOUT REGEXP a match of it.
has() { [[ $body == *"$2"* ]] || fail "$1: no $2 in: $body"; }
matches() { [[ $body =~ $2 ]] || fail "$1: nothing like $2 in: $body"; }

# good FUNCTION calls it and checks what API 1 says of every success.
good() {
	call "$HOSTKEEP_TOKEN" "$1"
	[ "$status" = 200 ] || fail "$1: HTTP status is $status, not 200"
	has "$1" '"metadata":{'
	has "$1" '"version":1'
	has "$1" "\"command\":\"$1\""
	has "$1" '"result":1'
	has "$1" '"reason":"OK"'
}

good version
matches version '"data":\{"version":"([0-9]+(\.[0-9]+)+)"\}'
ok "version is ${BASH_REMATCH[1]}"

good gethostname
matches gethostname '"data":\{"hostname":"([A-Za-z0-9.-]+)"\}'
ok "gethostname is ${BASH_REMATCH[1]}"

good applist
matches applist '"data":\{"app":\[([^]]*)\]\}'
names=$(tr -d '"' <<<"${BASH_REMATCH[1]}" | tr ',' '\n')
for name in applist gethostname version; do
	grep -qx "$name" <<<"$names" || fail "applist: data.app lacks $name"
done
[ "$names" = "$(LC_ALL=C sort -u <<<"$names")" ] || fail "applist: data.app is not in alphabetical order"
ok "applist names $(wc -l <<<"$names") functions"

call AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA version
[ "$status" = 403 ] || fail "wrong token: HTTP status is $status, not 403"
has "wrong token" '{"cpanelresult":{'
has "wrong token" '"apiversion":"2"'
has "wrong token" '"reason":"Access denied"'
has "wrong token" '"result":"0"'
has "wrong token" '"type":"text"'
matches "wrong token" '"error":"([^"]*)"'
[ "${BASH_REMATCH[1]}" = "Access denied" ] || fail "wrong token: error is ${BASH_REMATCH[1]}, not Access denied"
ok "a wrong token prints its error: ${BASH_REMATCH[1]}"
