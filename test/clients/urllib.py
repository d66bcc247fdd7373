#!/usr/bin/env python3
"""The life of an account in XML through Python's standard library.

/xml-api/ with api.version=1 and without, by GET and by form. Prints a line for
each thing that it saw, and stops at the first that is wrong.

Wants HOSTKEEP_ADDR (host:port), HOSTKEEP_USER, HOSTKEEP_TOKEN (with create-acct,
list-accts, acct-summary, suspend-acct and kill-acct) and HOSTKEEP_CA.
"""
import os
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree


def fail(text):
    print("not ok - " + text, file=sys.stderr)
    sys.exit(1)


def setting(name):
    return os.environ.get(name) or fail(name + " is not set")


TRUST = ssl.create_default_context(cafile=setting("HOSTKEEP_CA"))
REASON = "<b>\"unpaid\"</b> & ]]> 'é€' </reason>"


def call(function, params, post=False, secret=None, status=200):
    """Answers the root element."""
    url = f"https://{setting('HOSTKEEP_ADDR')}/xml-api/{function}"
    text = urllib.parse.urlencode(params)
    request = urllib.request.Request(url if post else url + "?" + text, data=text.encode() if post else None)
    request.add_header("Authorization", f"whm {setting('HOSTKEEP_USER')}:{secret or setting('HOSTKEEP_TOKEN')}")
    try:
        with urllib.request.urlopen(request, timeout=60, context=TRUST) as answer:
            got, kind, body = answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as refusal:
        got, kind, body = refusal.code, refusal.headers["Content-Type"], refusal.read()
    if got != status:
        fail(f"{function}: HTTP status is {got}, not {status}")
    if not kind.startswith("text/xml"):
        fail(f"{function}: the content type is {kind}")
    try:
        return ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        return fail(f"{function}: no XML: {error}: {body!r}")


def want(about, root, path, value=None):
    """The text at a path below the root, which must be there."""
    text = root.findtext(path)
    if text is None:
        fail(f"{about}: {path} is missing in {ElementTree.tostring(root, 'unicode')}")
    if value is not None and text != value:
        fail(f"{about}: {path} is {text!r}, not {value!r}")
    return text


def v1(function, result="1", post=False, **params):
    root = call(function, {"api.version": "1", **params}, post)
    if root.tag != "result":
        fail(f"{function}: the root is {root.tag}, not result")
    reason = want(function, root, "metadata/reason")
    want(function, root, "metadata/command", function)
    want(function, root, "metadata/version", "1")
    if want(function, root, "metadata/result") != result:
        fail(f"{function}: {reason}")
    return root


user = "p" + format(int(time.time() * 1000), "x")[-7:]
v1("createacct", post=True, username=user, domain=user + ".example", plan="default", password="Long.enough.1" + user)
print("ok - createacct made " + user)
try:
    account = v1("accountsummary", user=user)
    want("accountsummary", account, "data/acct/user", user)
    want("accountsummary", account, "data/acct/domain", user + ".example")
    v1("suspendacct", post=True, user=user, reason=REASON)
    want("accountsummary", v1("accountsummary", user=user), "data/acct/suspendreason", REASON)
    print("ok - the reason with XML's own characters came back")

    rows = v1("listaccts").findall("data/acct")
    if user not in [want("listaccts", row, "user") for row in rows]:
        fail("listaccts does not have the account")
    print(f"ok - listaccts has {len(rows)} acct elements")

    old = call("listaccts", {"searchtype": "user", "searchmethod": "exact", "search": user})
    if old.tag != "listaccts":
        fail(f"listaccts in API 0: the root is {old.tag}")
    want("listaccts in API 0", old, "status", "1")
    want("listaccts in API 0", old, "acct/suspendreason", REASON)
    print("ok - listaccts in API 0 is named for its function")
finally:
    v1("removeacct", post=True, user=user)
v1("accountsummary", result="0", user=user)
print("ok - removeacct removed it")

refused = call("listaccts", {}, secret="A" * 32, status=403)
if refused.tag != "cpanelresult":
    fail("a wrong token: the root is " + refused.tag)
want("a wrong token", refused, "error", "Access denied")
want("a wrong token", refused, "data/result", "0")
print("ok - a wrong token is refused in XML")
