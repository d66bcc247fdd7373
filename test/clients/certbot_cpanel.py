#!/usr/bin/env python3
"""Adds a TXT record to a zone, or takes it away, by certbot-dns-cpanel's calls.

API 2 on port 2083: the server filters the records that it lists by name, type,
value and TTL, and names lines by numbers. Written anew from what the plugin sends
and reads.

  certbot_cpanel.py add|rm NAME VALUE

Wants HOSTKEEP_ADDR (host:port of cPanel), HOSTKEEP_USER, HOSTKEEP_TOKEN (of that
cPanel user) and HOSTKEEP_CA. Prints a line for what it did.
"""
import json
import os
import ssl
import sys
import urllib.parse
import urllib.request

TTL = 60


def fail(text):
    print("not ok - " + text, file=sys.stderr)
    sys.exit(1)


def setting(name):
    return os.environ.get(name) or fail(name + " is not set")


TRUST = ssl.create_default_context(cafile=setting("HOSTKEEP_CA"))


def ask(function, **params):
    """Answers data; a status other than 2xx is an exception."""
    query = {
        "cpanel_jsonapi_user": setting("HOSTKEEP_USER"),
        "cpanel_jsonapi_apiversion": "2",
        "cpanel_jsonapi_module": "ZoneEdit",
        "cpanel_jsonapi_func": function,
        **params,
    }
    request = urllib.request.Request(f"https://{setting('HOSTKEEP_ADDR')}/json-api/cpanel?{urllib.parse.urlencode(query)}")
    request.add_header("Authorization", f"cpanel {setting('HOSTKEEP_USER')}:{setting('HOSTKEEP_TOKEN')}")
    with urllib.request.urlopen(request, timeout=60, context=TRUST) as answer:
        return json.load(answer)["cpanelresult"]["data"]


def change(function, **params):
    result = ask(function, **params)[0]["result"]
    if result["status"] != 1:
        fail(f"{function}: {result['statusmsg']}")


def main(what, name, value):
    zones = [z for z in ask("fetchzones")[0]["zones"] if name == z or name.endswith("." + z)]
    if not zones:
        fail(f"no zone for {name}")
    zone = max(zones, key=len)
    if what == "add":
        change("add_zone_record", domain=zone, name=name[: -len(zone) - 1], type="TXT", txtdata=value, ttl=TTL)
        print(f"ok - added to {zone}")
        return
    found = ask("fetchzone_records", domain=zone, name=name + ".", type="TXT", txtdata=value, ttl=TTL)
    lines = sorted((int(record["line"]) for record in found), reverse=True)
    if len(lines) != 1:
        fail(f"{len(lines)} lines of {name} with its value: {found}")
    for line in lines:
        change("remove_zone_record", domain=zone, line=line)
    print(f"ok - removed line {lines[0]} of {zone}")


main(*sys.argv[1:])
