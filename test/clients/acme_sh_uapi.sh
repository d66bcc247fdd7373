#!/usr/bin/env bash
# Adds a TXT record to a zone, or takes it away, by the calls and the text matching
# of acme.sh's hook dns_cpanel_uapi (UAPI on port 2083). The hook itself is under
# another licence, so this is written anew from what it sends and reads.
#
#   acme_sh_uapi.sh add|rm NAME VALUE
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

# ask PATH sets answer. The hook looks at no HTTP status; the header comes from
# standard input, so that the token stands in no process list.
ask() {
	answer=$(printf 'Authorization: cpanel %s:%s\n' "$HOSTKEEP_USER" "$HOSTKEEP_TOKEN" |
		curl --silent --show-error --max-time 60 --cacert "$HOSTKEEP_CA" -H @- "https://$HOSTKEEP_ADDR/execute/$1") ||
		fail "$1: no answer"
}
worked() { grep -q '"status":1' <<<"$answer" || fail "$1: $answer"; }

# objects puts each record on a line of its own, as far as text can.
objects() { sed 's/},{/},\n{/g' <<<"$answer"; }

ask DomainInfo/list_domains
worked list_domains
main=$(grep -oE '"main_domain":"[^"]*"' <<<"$answer" | cut -d'"' -f4)
addon=$(grep -oE '"addon_domains":\[[^]]*\]' <<<"$answer" | grep -oE '"[a-zA-Z0-9._-]+"' | tr -d '"' | grep -v addon_domains) || true
zone=
for candidate in $main $addon; do # the longest that the name ends with
	[[ $name != *"$candidate" || ${#candidate} -le ${#zone} ]] || zone=$candidate
done
[ -n "$zone" ] || fail "no zone for $name in: $answer"

ask "DNS/parse_zone?zone=$zone"
soa=$(objects | grep '"record_type":"SOA"' | head -n 1) || fail "no SOA in: $answer"
serial=$(grep -oE '"data_b64":\[[^]]*\]' <<<"$soa" | sed 's/"data_b64":\[//; s/[]"]//g' | cut -d, -f3 | base64 -d) || fail "no serial in: $soa"

case $what in
add)
	edit="add=%7B%22dname%22%3A%22${name%".$zone"}%22%2C%22ttl%22%3A14400%2C%22record_type%22%3A%22TXT%22%2C%22data%22%3A%5B%22$value%22%5D%7D"
	;;
rm)
	packed=$(printf %s "$value" | base64 | tr -d '\n')
	line=$(objects | grep '"record_type":"TXT"' | grep -F -- "$packed" | grep -oE '"line_index":[0-9]+' | head -n 1 | cut -d: -f2) || true
	[ -n "$line" ] || fail "no line of $name with its value in: $answer"
	edit="remove=$line"
	;;
*) fail "add or rm?" ;;
esac
ask "DNS/mass_edit_zone?zone=$zone&serial=$serial&$edit"
worked mass_edit_zone
echo "ok - $what in $zone at serial $serial"
