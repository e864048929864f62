"""Log in, log out, who am I."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.access import proof
from agencies.access.second import factors
from agencies.access.standing import standing
from agencies.actors import Actor, NoSuchActor, load_actor
from agencies.models import User
from agencies.vocabulary import LABELS, Kind, Role
from cases.api import shapes
from cases.api.base import ApiView, say
from cases.api.params import Params
from cases.workflow.errors import InvalidInput, WorkflowError
from cases.workflow.view import Text

LONGEST = 128


class WrongCredentials(WorkflowError):
    """Which of the two was wrong is not said."""

    status = 401
    code = "wrong_credentials"
    default = Text(
        "用户名或密码不正确，或账号已停用。请核对后再试；账号停用的请联系本单位管理员，忘记密码的请联系安全管理员。",
        "The username or password is wrong, or the account is disabled. Check them. A disabled account is for your "
        "agency's administrator, a forgotten password for the security administrator.",
    )


class CodeRequired(WorkflowError):
    """The password was right, and the account has a second factor."""

    status = 401
    code = "second_factor_code_required"
    default = Text(
        "此账号已设置双因素。请在 code 中带上验证器的 6 位动态码或一个恢复码；只有安全密钥的，请用浏览器登录。",
        "This account has a second factor: send the app's 6 digits or a recovery code as code. With "
        "security keys alone, log in with a browser.",
    )


class SessionView(ApiView):
    """The session of this client. JSON only, so that no form of another site can log somebody in."""

    permission_classes = [AllowAny]

    @extend_schema(tags=["session"], operation_id="session_show", responses={200: shapes.Session})
    def get(self, request: Request) -> Response:
        """Who am I: the person, the posts and a fresh CSRF token. 401 without a session."""
        Params(request.query_params).done()
        if not request.user.is_authenticated:
            raise NotAuthenticated
        return Response(described(self.actor, request))

    @extend_schema(
        tags=["session"], operation_id="session_start", request=shapes.Credentials, responses={200: shapes.Session}
    )
    def post(self, request: Request) -> Response:
        """Log in with username and password, and `code` where there is a second factor.

        Keep the cookies; send `csrf_token` as X-CSRFToken with every change.
        """
        typed = _typed(self.body(), "username", "password", may="code")
        user = authenticate(request, username=typed["username"], password=typed["password"])
        if user is None:
            raise WrongCredentials
        if not factors.has_any(user):
            proof.enter(request, user)
        elif "code" in typed:
            proof.finish(request, user, code=typed["code"])
        else:
            raise CodeRequired
        try:
            actor = load_actor(int(user.pk))
        except NoSuchActor as gone:
            raise WrongCredentials from gone
        return Response(described(actor, request))

    @extend_schema(tags=["session"], operation_id="session_end", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Log out."""
        logout(request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class StepUpView(ApiView):
    @extend_schema(
        tags=["session"], operation_id="session_step_up", request=shapes.Proof, responses={200: shapes.Proven}
    )
    def post(self, request: Request) -> Response:
        """Prove anew who you are, before acts marked `step_up`: `code` with a second factor, else `password`."""
        user = cast("User", request.user)
        name = "code" if factors.has_any(user) else "password"
        typed = _typed(self.body(), name)
        proof.step_up(request, user, **typed)
        return Response({"seconds": settings.STEP_UP_SECONDS})


def described(actor: Actor, request: Request) -> dict[str, Any]:
    return {
        "user": {
            "id": actor.user_id,
            "username": actor.username,
            "name": actor.display_name,
            "language": actor.language,
        },
        "posts": [
            {
                "agency": {"id": post.agency_id, "code": post.agency_code, "name": post.agency_name},
                "kind": post.kind,
                "kind_label": say(LABELS[Kind(post.kind)]),
                "region": post.region_code,
                "unit": post.is_unit,
                "duties": sorted(post.duties),
                "roles": sorted(post.roles),
                "role_labels": [say(LABELS[Role(role)]) for role in sorted(post.roles)],
                "ceiling": post.ceiling,
            }
            for post in actor.posts
        ],
        "owes": standing(str(actor.user_id), request.session).owes,
        "csrf_token": get_token(request),
    }


def _typed(data: dict[str, Any], *names: str, may: str = "") -> dict[str, str]:
    """The texts of these names, of the optional one, and of no other. Raises InvalidInput."""
    wanted = [*names, *([may] if may and may in data else [])]
    problems = {name[:40]: Text("没有这一项", "there is no such field") for name in data if name not in wanted}
    for name in wanted:
        if not isinstance(data.get(name), str) or not 0 < len(data[name]) <= LONGEST:
            problems[name] = Text(f"请填写，最多 {LONGEST} 个字符", f"required, at most {LONGEST} characters")
    if problems:
        raise InvalidInput(fields=problems)
    return {name: data[name] for name in wanted}
