"""The door: the login page, and what stood in a form whose session had ended, carried through the door and back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from agencies import sso
from agencies.access.second import factors, keys
from agencies.access.sessions import AGE, ELSEWHERE, IDLE, ended_by, ended_of
from agencies.models import User
from audit import clock
from cases.web.frame import other_language
from cases.web.show import words
from cases.workflow.drafts.services import last_saved
from cases.workflow.view import Text

DEMO_PEOPLE = (
    ("drc-handler1", Text("发改委 经办", "commission, handler")),
    ("drc-reviewer1", Text("发改委 审核", "commission, reviewer")),
    ("drc-approver1", Text("发改委 签发", "commission, approver")),
    ("grid-handler1", Text("供电公司 经办", "grid company, handler")),
    ("grid-crew1", Text("供电公司 现场", "grid company, field crew")),
    ("cac-handler1", Text("网信办 经办", "cyberspace office, handler")),
    ("telecom-handler1", Text("通管局 经办", "telecom bureau, handler")),
    ("sup-supervisor1", Text("省督查", "provincial supervision")),
)
AGENCY_NAMES = (
    Text("发改委", "Commission"),
    Text("供电公司", "Grid company"),
    Text("网信办", "Cyberspace office"),
    Text("通信管理局", "Telecom bureau"),
)
# Before the names of carried fields, so that they cannot be taken for the fields of the login form.
CARRIED = "typed."
# The token belongs to the session that ended; the passwords of the page that changes one stand in no page's source.
LEFT_BEHIND = frozenset({"csrfmiddlewaretoken", "current", "password", "again", "code", "credential", "secret", "url"})

Pairs = list[tuple[str, str]]


def ask(request: HttpRequest) -> HttpResponse:
    """Whoever is not logged in is led to the door; a form that was sent is carried along."""
    if "HX-Request" in request.headers:
        # A fragment has no room for the login page: the whole page goes there and comes back to where it was.
        here = request.headers.get("HX-Current-URL", "") if request.method == "POST" else request.get_full_path()
        response = HttpResponse(status=401)
        response["HX-Redirect"] = _door(request, here)
        return response
    if request.method == "POST":
        return login_form(request, request.get_full_path(), carried=sent(request), status=401)
    return redirect(_door(request, request.get_full_path()))


def _door(request: HttpRequest, target: str) -> str:
    """The address of the login page, which leads to the target and says why one has to log in again."""
    why = {"ended": ended_by(request), "saved": _saved(request)}
    said = {name: value for name, value in why.items() if value}
    return f"{reverse('web:login')}?{urlencode({'next': target, **said}, safe='/:')}"


def _saved(request: HttpRequest) -> str:
    """The time at which whoever was logged out by itself last saved a draft, of the hours that a session lasts."""
    user_id, now = ended_of(request), clock.now()
    since = now - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    saved_at = last_saved(user_id, since=since) if user_id else None
    return f"{timezone.localtime(saved_at):%H:%M}" if saved_at else ""


def saved_words(given: str) -> str:
    """What the login page says of that draft; nothing for what is no time of day."""
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", given):
        return ""
    return gettext("草稿已于 %(at)s 保存。登录后回到此页。") % {"at": given}


def ended(why: str) -> str:
    """What the login page says to somebody whose session has ended by itself."""
    minutes, hours = settings.SESSION_IDLE_SECONDS // 60, settings.SESSION_COOKIE_AGE // 3600
    return {
        IDLE: gettext("超过 %(n)s 分钟没有操作，已自动退出。请重新登录。") % {"n": minutes},
        ELSEWHERE: gettext("这次登录已被结束：在别处退出、登录数超限，或密码、双因素已更换。请重新登录。"),
        AGE: gettext("登录已满 %(n)s 小时，已自动退出。请重新登录。") % {"n": hours},
    }.get(why, "")


def login_form(request: HttpRequest, target: str, *, carried: Pairs, status: int = 200, **more: Any) -> HttpResponse:
    """The login page, with what is carried through it."""
    context = {
        "next": target,
        "carried": carried,
        **_lost(request),
        "demo": _demo(),
        "sso": settings.OIDC is not None,
        "public_tips": settings.PUBLIC_TIPS,
        "stages": [look.text for look in words.STAGES.values()],
        "agencies": AGENCY_NAMES,
        "other_language": other_language(),
        **more,
    }
    response = render(request, "web/login.html", context, status=status)
    if status == 401:
        response["WWW-Authenticate"] = 'Session realm="lianzhi"'
    return response


def second_form(
    request: HttpRequest, user: User, target: str, *, carried: Pairs, status: int = 200, error: str = ""
) -> HttpResponse:
    """The second step of the login, with what is carried through it."""
    context = {"next": target, "carried": carried, **_lost(request), "error": error}
    return render(request, "web/entry/second.html", {**context, **ways_to_prove(request, user)}, status=status)


def confirm_form(
    request: HttpRequest, user: User, target: str, *, carried: Pairs, status: int = 200, error: str = ""
) -> HttpResponse:
    """The page to prove anew who one is, with what is carried through it and back to the act."""
    context = {"next": target, "carried": carried, **_lost(request), "error": error}
    context["sign_on"] = sso.can_confirm(request.session, user)
    return render(request, "web/entry/confirm.html", {**context, **ways_to_prove(request, user)}, status=status)


def ways_to_prove(request: HttpRequest, user: User) -> dict[str, Any]:
    """How this person can prove who it is: a code or a key; the password where there is no second factor."""
    has_key = keys.has_any(user)
    return {
        "has_factor": factors.has_any(user),
        "has_app": factors.has_app(user),
        "key_options": json.dumps(keys.to_ask(request, user)) if has_key else "",
        "minutes": settings.STEP_UP_SECONDS // 60,
    }


def carried_in(request: HttpRequest) -> Pairs:
    """What the login form carries."""
    return [(name.removeprefix(CARRIED), value) for name, value in _pairs(request.POST) if name.startswith(CARRIED)]


def resume(request: HttpRequest, target: str, carried: Pairs, *, status: int = 200, step: str = "edit") -> HttpResponse:
    """A page that leads back to the form, filled in as it was; nothing is done before it is sent again from there."""
    fields = [(name, step if name == "step" else value) for name, value in carried]
    context = {
        "target": target,
        "fields": fields,
        "expired": status != 200,
        "proven": step != "edit",
        **_lost(request),
    }
    return render(request, "web/resume.html", context, status=status)


def from_here(request: HttpRequest) -> bool:
    """Whether the browser says that the form stood on a page of this site."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def sent(request: HttpRequest) -> Pairs:
    """What a form that could not be taken had in it."""
    return list(_pairs(request.POST))


def _pairs(post: QueryDict) -> Iterator[tuple[str, str]]:
    for name, values in post.lists():
        if name not in LEFT_BEHIND:
            yield from ((name, str(value)) for value in values)


def _lost(request: HttpRequest) -> dict[str, bool]:
    """What is not carried, so that the pages say so: files, and the address and the secret of a channel."""
    post = request.POST
    return {
        "lost_files": bool(request.FILES) or post.get("lost_files") == "1",
        "lost_address": bool(post.get("url") or post.get("secret")) or post.get("lost_address") == "1",
    }


def _demo() -> dict[str, Any] | None:
    if not settings.DEMO:
        return None
    return {"password": settings.DEMO_PASSWORD, "people": [{"username": u, "label": t} for u, t in DEMO_PEOPLE]}
