"""Where a system gets its token and gives it back. Answers have the form of RFC 6749 (4.4, 5) and RFC 7009."""

from __future__ import annotations

import json
from base64 import b64decode
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from oauth2_provider.oauth2_backends import OAuthLibCore
from oauth2_provider.settings import oauth2_settings

from agencies.access.addresses import client_address
from agencies.access.rates import TooOften, spend
from agencies.machines.asking import ADDRESS_TRIES, CLIENT_TRIES, record_refused, record_revoked, record_token
from audit import clock
from audit.sight import working_as

MOST_BYTES = 8 * 1024


@csrf_exempt
@sensitive_post_parameters()
def token(request: HttpRequest) -> HttpResponse:
    """A token for a system that proves who it is by its secret."""
    return _answer(request, revoking=False)


@csrf_exempt
@sensitive_post_parameters()
def revoke(request: HttpRequest) -> HttpResponse:
    """End a token of one's own before its time."""
    return _answer(request, revoking=True)


@sensitive_variables()
def _answer(request: HttpRequest, *, revoking: bool) -> HttpResponse:
    if request.method != "POST":
        return _error(405, "invalid_request", headers={"Allow": "POST"})
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return _error(413, "invalid_request")
    if request.content_type != "application/x-www-form-urlencoded" or request.GET:
        return _error(400, "invalid_request")
    client_id = _client_id(request)
    try:
        spend(ADDRESS_TRIES, client_address(request))
        spend(CLIENT_TRIES, client_id)
    except TooOften as slow:
        return _error(429, "slow_down", headers={"Retry-After": str(slow.wait)})
    core = OAuthLibCore(oauth2_settings.OAUTH2_SERVER_CLASS(oauth2_settings.OAUTH2_VALIDATOR_CLASS(), **_lifetime()))
    ask = core.create_revocation_response if revoking else core.create_token_response
    with working_as("machines"):
        _, headers, body, status = ask(request)
        _told(request, client_id, status, body, revoking=revoking)
    own = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return HttpResponse(body or "", status=status, headers={**headers, **own})


def _lifetime() -> dict[str, int]:
    return {"token_expires_in": oauth2_settings.ACCESS_TOKEN_EXPIRE_SECONDS}


def _told(request: HttpRequest, client_id: str, status: int, body: str | None, *, revoking: bool) -> None:
    """Every token that was given, refused or given back is an event of the account."""
    address, now = client_address(request), clock.now()
    answer = json.loads(body) if body else {}
    if status != 200:
        record_refused(client_id, str(answer.get("error", "invalid_request")), address, now)
    elif revoking:
        record_revoked(client_id, address, now)
    else:
        record_token(client_id, str(answer["scope"]).split(), int(answer["expires_in"]), address, now)


@sensitive_variables()
def _client_id(request: HttpRequest) -> str:
    """Who says to ask, before it is proved; empty where nobody does."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            return unquote_plus(b64decode(given, validate=True).decode().partition(":")[0])[:255].replace("\x00", "")
        except ValueError:
            return ""
    return request.POST.get("client_id", "")[:255].replace("\x00", "")


def _error(status: int, code: str, *, headers: dict[str, str] | None = None) -> HttpResponse:
    return JsonResponse({"error": code}, status=status, headers={"Cache-Control": "no-store", **(headers or {})})
