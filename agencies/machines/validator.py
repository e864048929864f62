"""What the toolkit asks before it gives a system a token."""

from __future__ import annotations

from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes

from agencies.machines.tokens import living
from agencies.models import Client
from agencies.vocabulary import LABELS, Scope


class ClientScopes(BaseScopes):
    """What exists, and of it what this client was given."""

    def get_all_scopes(self) -> dict[str, str]:
        return {scope.value: LABELS[scope].en for scope in Scope}

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        found = Client.objects.filter(application=application).first() if application is not None else None
        return list(found.scopes) if found else []

    get_default_scopes = get_available_scopes


class ClientValidator(OAuth2Validator):
    """A client of ours that is alive, by its secret; any other grant than the one is refused."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        if not super().authenticate_client(request, *args, **kwargs):
            return False
        return living(request.client.pk) is not None

    def authenticate_client_id(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> bool:
        """There is no public client."""
        return False

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        return grant_type == "client_credentials" and client.authorization_grant_type == "client-credentials"
