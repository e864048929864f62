"""What a person is told of the own account: what others did to it since the last login, and what is due."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from django.contrib import messages
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from agencies.access.passwords import keeping
from agencies.access.passwords.rules import WARN_BEFORE
from agencies.access.standing import SIGN_ON
from agencies.models import User
from audit import clock
from audit.actions import Action
from audit.sight import Sight, looking
from cases.web.show.audit import action_label
from cases.web.show.due import when_words
from cases.web.show.words import say

BY_OTHERS = (
    Action.PASSWORD_CHANGED,
    Action.FACTORS_RESET,
    Action.ACCOUNT_UNLOCKED,
    Action.ACCOUNT_LOCKED,
    Action.SESSIONS_ENDED,
)
SYSTEM = "system"
_SINCE = """
SELECT body FROM audit_event WHERE stream = %(stream)s AND action = ANY(%(actions)s) AND seq > COALESCE((
    SELECT max(seq) FROM audit_event WHERE stream = %(stream)s AND action = 'login_succeeded' AND seq < (
        SELECT max(seq) FROM audit_event WHERE stream = %(stream)s AND action = 'login_succeeded')), 0)
 ORDER BY seq DESC LIMIT 5
"""
_RECENT = "SELECT body FROM audit_event WHERE stream = %s ORDER BY seq DESC LIMIT %s"


def greet(request: HttpRequest, user: User) -> None:
    """Say it on the first page after the login."""
    for line in by_others(user):
        messages.warning(request, line)
    days = None if SIGN_ON in request.session else days_left(user)
    if days is not None and 0 < days <= WARN_BEFORE.days:
        messages.warning(request, gettext("密码还有 %(n)s 天到期，请在“账号与安全”中修改。") % {"n": days})


def by_others(user: User) -> list[str]:
    """What was done to the account, by others or by guessing, between the login before this one and now."""
    # The request that logs somebody in looks as nobody yet.
    with looking(Sight(user=user.pk)), connection.cursor() as cursor:
        cursor.execute(_SINCE, {"stream": f"account/{user.username}", "actions": [a.value for a in BY_OTHERS]})
        bodies = [orjson.loads(bytes(row[0])) for row in cursor.fetchall()]
    found = [body for body in bodies if body["actor"]["id"] != user.pk or body["action"] == Action.ACCOUNT_LOCKED]
    said = gettext("上次登录以来：%(act)s（%(at)s）。不是你本人要求的，请立即联系管理员。")
    return [said % {"act": _act(body), "at": _at(body)} for body in reversed(found)]


def recent(user: User, count: int = 12) -> list[dict[str, Any]]:
    """The last events of the account, for the person's own page."""
    with connection.cursor() as cursor:
        cursor.execute(_RECENT, [f"account/{user.username}", count])
        bodies = [orjson.loads(bytes(row[0])) for row in cursor.fetchall()]
    return [{"act": _act(body), "at": _at(body), "by": _by(body, user)} for body in bodies]


def days_left(user: User) -> int | None:
    """In how many days the password has to be changed; None where the profile wants no regular change."""
    known = keeping.known(user)
    due = keeping.due_at(known.set_at if known else None)
    return None if due is None else (timezone.localdate(due) - timezone.localdate(clock.real_now())).days


def _by(body: dict[str, Any], user: User) -> str:
    """Who did it, where it was somebody else."""
    actor = body["actor"]
    if actor["id"] == user.pk:
        return ""
    return gettext("系统") if actor["username"] == SYSTEM else str(actor["username"])


def _act(body: dict[str, Any]) -> str:
    if body["action"] == Action.PASSWORD_CHANGED and body["data"].get("by") == "administrator":
        return gettext("管理员重设密码")
    return say(action_label(body["action"]))


def _at(body: dict[str, Any]) -> str:
    return when_words(datetime.fromisoformat(body["at"]))
