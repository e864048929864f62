"""The body of an event for whoever reads it: the bytes that were hashed, or what of them may be shown."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

from agencies.actors import Actor
from cases.selectors.paging import Row
from cases.selectors.precision.facts import body_shown
from cases.selectors.precision.viewers import NOTHING
from cases.selectors.reach.parts import reading

CASE = "case/"


def body_of(actor: Actor, row: Row) -> dict[str, Any]:
    """From a row of `audit_event` with its body as text: `body` (None where a part is withheld), `shown`, `withheld`.

    What was hashed cannot be masked. Where the reader sees every member the bytes are given, and anybody can compute
    the hash from them; else the members that are seen, a keyed hash in place of each that is not, and the result of
    the computation, which the server did on the bytes (`intact`).
    """
    try:
        whole = orjson.loads(row["body"])
    except orjson.JSONDecodeError:
        # It was changed in the database: what stands there is nobody's act, and told to nobody.
        return {"body": None, "shown": {}, "withheld": [], "intact": False}
    leaf = hashlib.sha256(b"\x00" + row["body"].encode()).hexdigest()
    intact = leaf == row["leaf"] and whole.get("prev") == row["prev"] and row["next_prev"] in (None, row["leaf"])
    shown: dict[str, Any] = whole
    withheld: list[str] = []
    if row["stream"].startswith(CASE):
        read = reading(actor, row["stream"].removeprefix(CASE))
        shown, withheld = body_shown(whole, read.viewpoint if read else NOTHING, row["id"])
    return {"body": None if withheld else row["body"], "shown": shown, "withheld": withheld, "intact": intact}
