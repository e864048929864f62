"""单位通知渠道: the robots and webhooks of the agencies that this person administers, and one of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from agencies.access.rates import EXPORTS, TooOften, spend
from agencies.access.standing import is_fresh
from agencies.directory import AgencyRef
from agencies.errors import AgencyError
from agencies.models import Agency
from agencies.selectors import administered
from agencies.vocabulary import Role
from audit import clock
from cases.web.pages import PageRequest, page
from cases.web.views.entry import confirm
from cases.workflow.errors import NotAllowed, NotVisible
from cases.workflow.view import Text
from notifications.channels.endpoints import services
from notifications.channels.endpoints.model import CHANNELS, Endpoint
from notifications.channels.problems import in_both
from notifications.channels.robots import ROBOTS
from notifications.choices.kinds import GROUPS

LANGUAGES = (("zh", "中文"), ("en", "English"))
# Where messages go from now on, and what they are signed with: before that one proves who one is, as before adding one.
PROVING = frozenset({"on", "secret"})


@never_cache
@page
def endpoints(request: PageRequest) -> HttpResponse:
    """All of them, and a form for one more; the secret of a new webhook is shown on this very page, once."""
    agencies = _agencies(request)
    told: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        if not is_fresh(request.session):
            return confirm.ask(request)
        try:
            made, secret = _add(request, agencies)
        except AgencyError as refused:
            told, status = (
                {"refused": refused.text, "at_fault": refused.field, "typed": _typed(request)},
                refused.status,
            )
        else:
            if not secret:
                messages.success(request, gettext("已添加。请发一条测试消息，确认对方能收到"))
                return redirect("channels:endpoint", made.pk)
            told = {"secret": secret, "of": _shown(made)}
    context = {
        "rows": [_shown(each) for each in _mine(agencies)],
        "agencies": [(agency.code, agency.name) for agency in agencies],
        "channels": CHANNELS.items(),
        "topics": GROUPS.values(),
        "languages": LANGUAGES,
        "hosts": sorted(settings.OUTGOING_HOSTS),
        "typed": {"topics": list(GROUPS), "language": "zh"},
    }
    return render(request, "notifications/endpoints.html", {**context, **told}, status=status)


@never_cache
@page
def endpoint(request: PageRequest, endpoint_id: UUID) -> HttpResponse:
    """One of them: what it hears, whether it works, and what can be done."""
    row = _find(request, endpoint_id)
    told: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        if request.POST.get("do") in PROVING and not is_fresh(request.session):
            # A secret is carried over no page: without it the robot's own would be taken away.
            return confirm.ask_first(request)
        try:
            told = _change(request, row)
        except AgencyError as refused:
            told, status = (
                {"refused": refused.text, "at_fault": refused.field, "typed": _typed(request)},
                refused.status,
            )
        if "done" in told:
            messages.success(request, told["done"])
            return redirect("channels:endpoint", row.pk)
        row.refresh_from_db()
    shown = _shown(row)
    context = {
        "one": shown,
        "topics": GROUPS.values(),
        "languages": LANGUAGES,
        "typed": {"name": row.name, "topics": row.topics, "language": row.language},
        "both_until": row.former_until if row.former_until and row.former_until > clock.now() else None,
    }
    return render(request, "notifications/endpoint.html", {**context, **told}, status=status)


def _change(request: PageRequest, row: Endpoint) -> dict[str, Any]:
    """What the button answers: `done`, a sentence; or `secret`, or what a test was answered, shown on this page."""
    do, post = request.POST.get("do", ""), request.POST
    asked: dict[str, Any] = {"actor": request.actor, "endpoint": row, "now": clock.now()}
    if do == "change":
        services.change_endpoint(
            **asked, name=post.get("name", ""), topics=post.getlist("topics"), language=post.get("language", "")
        )
        return {"done": gettext("已保存")}
    if do in {"on", "off"}:
        services.switch_endpoint(**asked, active=do == "on")
        return {"done": gettext("已启用") if do == "on" else gettext("已停用，不再向它发送")}
    if do == "secret":
        secret = services.change_secret(**asked, secret=post.get("secret", ""), at_once=post.get("at_once") == "1")
        return {"secret": secret} if secret else {"done": gettext("已更换密钥")}
    if do == "test":
        _spend(request)
        return {"tested": True, "problem": services.try_endpoint(**asked)}
    raise NotVisible


def _spend(request: PageRequest) -> None:
    """A test calls another machine: not more often than files are taken away."""
    try:
        spend(EXPORTS, f"endpoint {request.actor.user_id}")
    except TooOften as slow:
        raise AgencyError(slow.text.zh, slow.text.en, code=slow.code) from slow


def _add(request: PageRequest, agencies: list[AgencyRef]) -> tuple[Endpoint, str]:
    post = request.POST
    if post.get("agency", "") not in {agency.code for agency in agencies}:
        raise NotVisible
    return services.add_endpoint(
        actor=request.actor,
        agency=Agency.objects.get(code=post["agency"]),
        draft=services.Draft(
            channel=post.get("channel", ""),
            name=post.get("name", ""),
            url=post.get("url", "").strip(),
            secret=post.get("secret", ""),
            topics=post.getlist("topics"),
            language=post.get("language", ""),
        ),
        now=clock.now(),
    )


def _typed(request: PageRequest) -> dict[str, Any]:
    """All of it but the secret, which no page repeats."""
    kept = {name: value for name, value in request.POST.dict().items() if name != "secret"}
    return {**kept, "topics": request.POST.getlist("topics")}


def _agencies(request: PageRequest) -> list[AgencyRef]:
    found = administered(request.actor, Role.AGENCY_ADMIN)
    if not found:
        raise NotAllowed(
            Text(
                "单位通知渠道由单位管理员设置。需要接入群机器人或业务系统的，请联系本单位管理员。",
                "Channels of an agency are set up by its own administrator; ask them.",
            )
        )
    return found


def _mine(agencies: list[AgencyRef]) -> QuerySet[Endpoint]:
    return (
        Endpoint.objects.filter(agency_id__in=[agency.id for agency in agencies])
        .select_related("agency")
        .order_by("-active", "agency__code", "created_at", "id")
    )


def _find(request: PageRequest, endpoint_id: UUID) -> Endpoint:
    found = _mine(_agencies(request)).filter(pk=endpoint_id).first()
    if found is None:
        raise NotVisible
    return found


def _shown(row: Endpoint) -> dict[str, Any]:
    """A row without its address."""
    return {
        "id": row.pk,
        "name": row.name,
        "agency": row.agency.name,
        "channel": CHANNELS[row.channel],
        "host": row.host,
        "topics": [GROUPS[code].name for code in row.topics if code in GROUPS],
        "active": row.active,
        "gone": row.off == Endpoint.Off.GONE,
        "hook": row.channel == "webhook",
        "signs": row.channel == "webhook" or bool(ROBOTS[row.channel].secret),
        "has_secret": row.secret_version > 0,
        "failures": row.failures,
        "failed_at": row.failed_at,
        "problem": in_both(row.problem) if row.problem else None,
        "answered_at": row.answered_at,
        "created_at": row.created_at,
    }
