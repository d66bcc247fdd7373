#!/usr/bin/env bash
# Makes a token by curl in every place and form that clients are known to put
# parameters, and looks at it by every way of asking. Prints a line for each
# thing that it saw, and stops at the first that is wrong.
#
# Wants HOSTKEEP_ADDR (host:port), HOSTKEEP_USER, HOSTKEEP_TOKEN (with
# manage-api-tokens, list-accts, acct-summary and basic-system-info) and
# HOSTKEEP_CA.
set -euo pipefail
: "${HOSTKEEP_ADDR:?}" "${HOSTKEEP_USER:?}" "${HOSTKEEP_TOKEN:?}" "${HOSTKEEP_CA:?}"

fail() {
	echo "not ok - $*" >&2
	exit 1
}

# ask PATH CURL-ARGUMENT… sets status and body. The header comes from standard
# input, so that the token stands in no process list.
ask() {
	local answer path=$1
	shift
	answer=$(printf 'Authorization: %s %s:%s\n' "${scheme:-whm}" "$HOSTKEEP_USER" "$HOSTKEEP_TOKEN" |
		curl --silent --show-error --max-time 60 --cacert "$HOSTKEEP_CA" -H @- "$@" --write-out '\n%{http_code}' "https://$HOSTKEEP_ADDR$path") ||
		fail "$path: no answer"
	status=${answer##*$'\n'}
	body=${answer%$'\n'*}
	[ "$status" = 200 ] || fail "$path: HTTP status is $status: $body"
}
has() { [[ $body == *"$2"* ]] || fail "$1: no $2 in: $body"; }

create=/json-api/api_token_create
name=habits-$$-$SECONDS-$RANDOM
trap 'ask "/json-api/api_token_revoke?api.version=1&token_name=$name" >/dev/null' EXIT

# made ABOUT PATH CURL-ARGUMENT… makes a token with two privileges and an address,
# checks it, and takes it away again.
made() {
	local about=$1
	shift
	ask "$@"
	has "$about" '"result":1'
	has "$about" '"acls":["acct-summary","list-accts"]'
	has "$about" "\"name\":\"$name\""
	has "$about" '"whitelist_ips":["127.0.0.0/8"]'
	[[ $body =~ \"token\":\"[A-Z0-9]{32}\" ]] || fail "$about: no secret in: $body"
	ask '/json-api/api_token_revoke' --data api.version=1 --data "token_name=$name"
	has "$about" '"command":"api_token_revoke"'
	has "$about" '"result":1'
	echo "ok - $about"
}

v="api.version=1&token_name=$name"
made "GET, repeated names" "$create?$v&acl=list-accts&acl=acct-summary&whitelist_ip=127.0.0.0/8"
made "POST without a body" "$create?$v&acl=list-accts&acl=acct-summary&whitelist_ip=127.0.0.0%2f8" -X POST
made "POST with an empty body" "$create?$v&acl-1=list-accts&acl-7=acct-summary&whitelist_ip-0=127.0.0.0/8" --data ''
made "form, numbered with gaps" "$create" --data "$v&acl-0=list-accts&acl-10=acct-summary&whitelist_ip=127.0.0.0/8"
made "form, brackets" "$create" --data "$v&acl%5B%5D=list-accts&acl[1]=acct-summary&whitelist_ip[0]=127.0.0.0/8"
made "form and query" "$create?api.version=1&acl=list-accts&acl=acct-summary" --data "token_name=$name&whitelist_ip=127.0.0.0/8"
made "version 2 is answered like 1" "$create?api.version=2&token_name=$name&acl=list-accts&acl=acct-summary&whitelist_ip=127.0.0.0/8"
made "multipart" "$create" -F api.version=1 -F "token_name=$name" -F acl=list-accts -F acl=acct-summary -F whitelist_ip=127.0.0.0/8
made "JSON" "$create" -H 'Content-Type: application/json' --data "{\"api.version\":1,\"token_name\":\"$name\",\"acl\":[\"list-accts\",\"acct-summary\"],\"expires_at\":null,\"whitelist_ip\":\"127.0.0.0/8\"}"
made "Expect: 100-continue" "$create" -H 'Expect: 100-continue' --data "$v&acl=list-accts&acl=acct-summary&whitelist_ip=127.0.0.0/8"
made "HTTP/1.0" "$create" --http1.0 --data "$v&acl=list-accts&acl=acct-summary&whitelist_ip=127.0.0.0/8"
scheme=WHM made "the scheme in capitals" "$create" --compressed --data "$v&acl=list-accts&acl=acct-summary&whitelist_ip=127.0.0.0/8"

ask '/json-api/version?api.version=1' --head
[ -n "$body" ] && [[ $body != *metadata* ]] || fail "HEAD: $body"
echo "ok - HEAD has headers and no body"

ask '/json-api/version'
has "no api.version" '"version":"'
[[ $body != *metadata* ]] || fail "no api.version: the shape of API 1: $body"
echo "ok - without api.version it is API 0"

ask '/xml-api/version?api.version=1'
has "XML" '<data><version>'
has "XML" '<result>1</result>'
echo "ok - XML"
