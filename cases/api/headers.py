"""The headers of a change: which version it rests on, and the key that makes sending it twice harmless."""

from __future__ import annotations

import re

from rest_framework.request import Request

from cases.workflow.engine import Result, usable_key
from cases.workflow.errors import InvalidInput, PreconditionRequired
from cases.workflow.view import Text

# A proxy that compresses answers makes our ETags weak on their way; the number in them is the same version.
_ETAG = re.compile(r'(?:W/)?"([1-9][0-9]{0,8})"')


def etag(version: int) -> str:
    """A case's version as an entity tag."""
    return f'"{version}"'


def expected_version(request: Request) -> int:
    """The version in If-Match. Raises PreconditionRequired without one, InvalidInput for anything but one ETag."""
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise PreconditionRequired
    found = _ETAG.fullmatch(header)
    if found is None:
        raise InvalidInput(
            Text(
                'If-Match 应为读取案件时得到的 ETag，例如 "7"。',
                'If-Match has to be the ETag of the case as you read it, such as "7".',
            ),
            code="unreadable_if_match",
        )
    return int(found.group(1))


def idempotency_key(request: Request) -> str | None:
    """The Idempotency-Key, None without one. Raises InvalidInput for one that is empty, too long or not printable."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    return usable_key(key)


def outcome_headers(result: Result) -> dict[str, str]:
    """The new version, and whether this answer had been given before."""
    headers = {"ETag": etag(result.version)}
    return headers | {"Idempotency-Replayed": "true"} if result.replayed else headers
