"""Other machines: which may be called, the virus scanner, the city's sign-on, and the systems that call us."""

from __future__ import annotations

from typing import Any

from config.env import provider
from config.settings.base import BASE_DIR, DEMO, env

# Hosts that may be called at all; those of them whose addresses lie inside a network.
OUTGOING_PRIVATE = frozenset(env.hosts("LIANZHI_OUTGOING_PRIVATE"))
OUTGOING_HOSTS = frozenset(env.hosts("LIANZHI_OUTGOING_HOSTS")) | OUTGOING_PRIVATE
CLAMAV = env.scanner("LIANZHI_CLAMAV")
# Single sign-on of the city's portal; None without the three variables that name it.
OIDC: Any = provider(
    env.get("LIANZHI_OIDC_ISSUER"),
    env.get("LIANZHI_OIDC_CLIENT_ID"),
    env.get("LIANZHI_OIDC_CLIENT_SECRET"),
    scope=env.text("LIANZHI_OIDC_SCOPE", "openid profile"),
    claim=env.text("LIANZHI_OIDC_CLAIM", "preferred_username"),
    field=env.choice("LIANZHI_OIDC_ACCOUNT", "username", ("username", "staff_no")),
    second_factor=env.words("LIANZHI_OIDC_SECOND_FACTOR"),
    plain=DEMO,
)
# Outlines of regions for the maps of the pages, and the number of the review that they passed (审图号), if they did.
MAP_GEOJSON = env.directory("LIANZHI_MAP_GEOJSON", BASE_DIR / "cases" / "data" / "maps")
MAP_APPROVAL_NO = env.text("LIANZHI_MAP_APPROVAL_NO", "")
# Every rate times this: 2 for a city whose offices sit behind one address. The demo plays weeks in a minute.
RATE_FACTOR = env.integer("LIANZHI_RATE_FACTOR", 50 if DEMO else 1, minimum=1, maximum=1000)

# --- Systems of agencies (OAuth 2.0, client credentials only) ---------------------------------------------------------

OAUTH2_PROVIDER = {
    # One grant and its two addresses; whatever else the toolkit can do has no address here.
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",
    "OAUTH2_VALIDATOR_CLASS": "agencies.machines.validator.ClientValidator",
    "SCOPES_BACKEND_CLASS": "agencies.machines.validator.ClientScopes",
    "SCOPES": {"cases:read": "", "signals:write": "", "findings:write": ""},
    "ACCESS_TOKEN_EXPIRE_SECONDS": 60 * env.integer("LIANZHI_TOKEN_MINUTES", 30, minimum=1, maximum=60),
    "CLIENT_SECRET_GENERATOR_LENGTH": 64,
    "PKCE_REQUIRED": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    # RFC 9700; a token is kept as its digest, so that a copy of the database opens nothing.
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
}
# The toolkit's own tables, named because a model of ours refers to one of them.
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth2_provider.AccessToken"  # noqa: S105
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "oauth2_provider.RefreshToken"  # noqa: S105
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "oauth2_provider.IDToken"  # noqa: S105
OAUTH2_PROVIDER_GRANT_MODEL = "oauth2_provider.Grant"
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = "oauth2_provider.DeviceGrant"
