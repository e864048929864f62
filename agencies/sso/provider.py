"""The provider: what it says of itself, a code for a token, and whether the token is what it has to be."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from urllib.parse import quote

import jwt
from django.conf import settings
from django.utils.crypto import constant_time_compare

from agencies.outgoing import call

# Only signatures by a key that the provider alone holds; `none` and shared secrets prove nothing.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY_SECONDS = 30


class ProviderFailed(Exception):
    """The provider does not answer, or not as it has to; `code` says which step."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def discover() -> dict[str, Any]:
    """Its addresses (OpenID Connect Discovery 1.0), for the very issuer that was configured."""
    found = _json("discovery", f"{_us().issuer}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != _us().issuer:
        raise ProviderFailed("wrong_issuer")
    return found


def redeem(provider: dict[str, Any], code: str, verifier: str, redirect_uri: str) -> str:
    """The id token for a code. Raises ProviderFailed."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
        "client_id": _us().client_id,
    }
    headers = {}
    methods = provider.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if "client_secret_basic" in methods:
        pair = f"{quote(_us().client_id, safe='')}:{quote(_us().client_secret, safe='')}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    else:
        form["client_secret"] = _us().client_secret
    answer = _json("token", str(provider.get("token_endpoint", "")), form=form, headers=headers)
    return str(answer.get("id_token", ""))


def verify(provider: dict[str, Any], token: str, nonce: str) -> dict[str, Any]:
    """The claims of an id token: signed by the provider, for us, for this login, and not too old."""
    keys = _json("keys", str(provider.get("jwks_uri", "")))
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise ProviderFailed("algorithm")
        claims: dict[str, Any] = jwt.decode(
            token,
            key=_key(keys, header),
            algorithms=[str(header["alg"])],
            audience=_us().client_id,
            issuer=str(provider["issuer"]),
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except jwt.PyJWTError as error:
        raise ProviderFailed(f"token_{type(error).__name__.removesuffix('Error').lower()}") from error
    if not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise ProviderFailed("nonce")
    if claims.get("azp", _us().client_id) != _us().client_id:
        raise ProviderFailed("azp")
    return claims


def _us() -> Any:
    """Who we are to the provider. No page asks where there is none."""
    return settings.OIDC


def _key(keys: dict[str, Any], header: dict[str, Any]) -> Any:
    """The provider's key with this id; without an id there may be only one."""
    usable = [key for key in jwt.PyJWKSet.from_dict(keys).keys if key.public_key_use in (None, "sig")]
    named = [key for key in usable if key.key_id == header.get("kid")] if "kid" in header else usable
    if len(named) != 1:
        raise ProviderFailed("key")
    return named[0].key


def _json(
    step: str, url: str, *, form: dict[str, str] | None = None, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    try:
        answer = call(url, form=form, headers=headers)
        found = json.loads(answer.content) if answer.status == 200 else None
    except (OSError, ValueError) as error:
        raise ProviderFailed(step) from error
    if not isinstance(found, dict):
        raise ProviderFailed(step)
    return found
