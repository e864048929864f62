"""Systems of agencies: the token in the header `Authorization`, and which of our addresses it opens.

Closed by default: an address that names no scope for a method is not for systems. What only a person answers for
(approving, reviewing, cutting, billing, revealing) has no scope at all, so that no token can ever hold it.
"""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from agencies.machines.tokens import Grant, grant_of
from agencies.models import User
from agencies.vocabulary import Scope
from cases.workflow.errors import NotAllowed, WorkflowError
from cases.workflow.view import Text

REALM = 'Bearer realm="lianzhi"'
# For an address that every system may read: which regions and agencies there are.
ANY = "*"
# The acts of the table that a system may do, by scope; all of them are acts of a handler, and none is a decision.
ACTS: dict[str, Scope] = {
    "open_case": Scope.SIGNALS_WRITE,
    "attach_signal": Scope.SIGNALS_WRITE,
    "report_traffic": Scope.FINDINGS_WRITE,
    "report_subscriber": Scope.FINDINGS_WRITE,
    "report_consumption": Scope.FINDINGS_WRITE,
}


class InvalidToken(WorkflowError):
    """The token opens nothing, for whichever reason."""

    status = 401
    code = "invalid_token"
    default = Text(
        "访问令牌无效、已过期或已停用。请用 POST /api/v1/oauth/token 重新取得；仍不成功请联系系统运维人员。",
        "The access token is invalid, expired or ended; get another with POST /api/v1/oauth/token.",
    )
    challenge = f'{REALM}, error="invalid_token"'


class InsufficientScope(NotAllowed):
    """A token that holds, for something it does not cover."""

    code = "insufficient_scope"

    def __init__(self, needed: str | None) -> None:
        if needed is None:
            super().__init__(
                Text(
                    "这里只由工作人员本人登录后办理，外部系统不能调用。",
                    "This is for people who log in themselves; no system can do it.",
                )
            )
        else:
            super().__init__(Text(f"访问令牌缺少授权范围 {needed}。", f"The access token lacks the scope {needed}."))
        self.challenge = f'{REALM}, error="insufficient_scope"' + (f', scope="{needed}"' if needed else "")


class ClientToken(BaseAuthentication):
    """A request with a bearer token is that of the system, whatever cookies it carries."""

    def authenticate(self, request: Request) -> tuple[User, Grant] | None:
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        kind, _, token = header.partition(" ")
        if kind.lower() != "bearer":
            return None
        grant = grant_of(token.strip()) if token.isascii() and len(token) < 200 else None
        if grant is None:
            raise InvalidToken
        return grant.user, grant

    def authenticate_header(self, request: Request) -> str:
        return REALM


def check_scope(request: Request, needed: str | None) -> None:
    """Raises InsufficientScope where a system may not do what it asks. People need no scope."""
    grant: Any = request.auth
    if not isinstance(grant, Grant):
        return
    if needed is None or (needed != ANY and needed not in grant.scopes):
        raise InsufficientScope(needed)
