"""
Tries every S3 operation that boto3 knows, and ways around the rules, with the temporary credentials of a session, and says what the store
does. A refusal counts only if the same request works with the operator's own keys, or if the store refuses it as unknown.

Arguments: endpoint, region, bucket, other_bucket, role_arn; operator, stranger and session: keys (id, secret, token); user: the
operator's name; places: prefixes of keys by their place (inside, beside, above). The answer: rows of name, group and result by place;
"unclear" lists the requests that prove nothing; "missing" lists the operations that boto3 knows and this program does not.
"""

import json
import sys

from session_keys import ANOTHER, UNCHANGED, Keys, Refusal
from session_requests import Store, operations_without_request, requests_of

# The error codes for an operation that the store does not implement.
UNKNOWN = {"NotImplemented", "MethodNotAllowed", "405", ANOTHER}


def result(request, session, operator, place):
    """Returns the result of one request at one place, and what is unclear about it."""
    prepared = request.prepare(place)
    got = attempt(request, session, place, prepared)
    if got is None:
        return "allowed", None
    control = attempt(request, operator, place, prepared)
    if got == UNCHANGED:
        return "no effect", None
    if control in UNKNOWN or control in request.unknown:
        return "unknown", None if got in UNKNOWN or got == control or is_denial(got) else f"{got}, the operator {control}"
    if is_denial(got) and (control in {None, UNCHANGED} or control in request.reached):
        return "refused", None
    return "unclear", f"{got}, the operator {control}"


def attempt(request, keys, place, prepared):
    """Returns the store's error code, or None if it did what was asked."""
    try:
        request.send(keys, place, prepared)
    except Refusal as refusal:
        return refusal.code
    return None


def is_denial(code):
    return code in {"AccessDenied", "403"}


def main():
    arguments = json.load(sys.stdin)
    operator = Keys(arguments, arguments["operator"])
    session = Keys(arguments, arguments["session"])
    store = Store(arguments, operator)
    store.fill()
    rows, unclear = [], []
    for request in requests_of(store):
        results = {}
        for where, places in store.places_of(request).items():
            found = set()
            for place in places:
                said, doubt = result(request, session, operator, place)
                found.add(said)
                if doubt:
                    unclear.append(f"{request.name}, {where} ({place}): {doubt}")
            results[where] = " or ".join(sorted(found))
        rows.append({"name": request.name, "group": request.group, "results": results})
    json.dump({"rows": rows, "unclear": unclear, "missing": operations_without_request(session.s3)}, sys.stdout)


main()
