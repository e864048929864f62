"""Who may call an operation, as the OpenAPI page says it: people by their session, systems by a token with a scope."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from agencies.vocabulary import LABELS, Scope
from cases.api.bearer import ANY

Schema = dict[str, Any]
PERSON, SYSTEM = "cookieAuth", "clientCredentials"


class SessionScheme(OpenApiAuthenticationExtension):
    """The cookie of the session."""

    target_class = "cases.api.base.SessionLogin"
    name = PERSON

    def get_security_definition(self, auto_schema: Any) -> Schema:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class ClientScheme(OpenApiAuthenticationExtension):
    """The token of a system."""

    target_class = "cases.api.bearer.ClientToken"
    name = SYSTEM

    def get_security_definition(self, auto_schema: Any) -> Schema:
        scopes = {scope.value: f"{LABELS[scope].zh} {LABELS[scope].en}" for scope in Scope}
        return {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/api/v1/oauth/token", "scopes": scopes}}}


class Operations(AutoSchema):
    """An operation that names no scope is for people only."""

    def get_auth(self) -> list[Schema]:
        # The framework's own answer makes the two schemes known, and says where nobody need be logged in.
        public = [way for way in super().get_auth() if not way]
        return [*security_of(getattr(self.view, "scopes", {}).get(self.method)), *public]


def security_of(scope: str | None) -> list[Schema]:
    """The ways into an operation whose scope for systems is this, None for people only."""
    system = [] if scope is None else [{SYSTEM: [] if scope == ANY else [str(scope)]}]
    return [{PERSON: []}, *system]
