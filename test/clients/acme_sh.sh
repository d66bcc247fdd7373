#!/usr/bin/env bash
# Adds a TXT record to a zone, or takes it away, by the calls and the text matching
# of acme.sh's hook dns_cpanel (API 2 on port 2083). The hook itself is under
# another licence, so this is written anew from what it sends and reads. It shows
# what an ACME client in plain shell depends on: compact JSON, one object for each
# record, and the first line of a zone.
#
#   acme_sh.sh add|rm NAME VALUE
#
# Wants HOSTKEEP_ADDR (host:port of cPanel), HOSTKEEP_USER, HOSTKEEP_TOKEN (of that
# cPanel user) and HOSTKEEP_CA. Prints a line for what it did.
set -euo pipefail
: "${HOSTKEEP_ADDR:?}" "${HOSTKEEP_USER:?}" "${HOSTKEEP_TOKEN:?}" "${HOSTKEEP_CA:?}"
what=$1 name=$2 value=$3

fail() {
	echo "not ok - $*" >&2
	exit 1
}

# ask MODULE FUNCTION [PARAMETERS] sets answer. The hook looks at no HTTP status; the
# header comes from standard input, so that the token stands in no process list.
ask() {
	answer=$(printf 'Authorization: cpanel %s:%s\n' "$HOSTKEEP_USER" "$HOSTKEEP_TOKEN" |
		curl --silent --show-error --max-time 60 --cacert "$HOSTKEEP_CA" -H @- \
			"https://$HOSTKEEP_ADDR/json-api/cpanel?cpanel_jsonapi_apiversion=2&cpanel_jsonapi_module=$1&cpanel_jsonapi_func=$2${3-}") ||
		fail "$2: no answer"
}

# changed looks for the one sign of a change that failed.
changed() { ! grep -oE 'data":\[[^]]*\]' <<<"$answer" | grep -q '"newserial":null' || fail "$1: $answer"; }

ask CustInfo displaycontactinfo
ask ZoneEdit fetchzones
zone=
for candidate in $(grep -oE '"[a-z0-9.-]*":\["; cPanel first' <<<"$answer" | cut -d: -f1 | tr -d '"{'); do
	[[ $name != *"$candidate" ]] || { zone=$candidate && break; }
done
[ -n "$zone" ] || fail "no zone for $name in: $answer"

case $what in
add)
	ask ZoneEdit add_zone_record "&domain=$zone&name=${name%".$zone"}&type=TXT&txtdata=$value&ttl=1"
	changed "add_zone_record"
	echo "ok - added to $zone"
	;;
rm)
	ask ZoneEdit fetchzone_records "&domain=$zone"
	line=$(sed 's/},{/},\n{/g' <<<"$answer" | grep -F -- "$name" | grep -F -- "$value" | grep -oE 'line":[0-9]+' | cut -d: -f2) || true
	[ -n "$line" ] || fail "no line of $name with its value in: $answer"
	ask ZoneEdit remove_zone_record "&domain=$zone&line=$line"
	changed "remove_zone_record"
	echo "ok - removed line $line of $zone"
	;;
*) fail "add or rm?" ;;
esac
