"""提醒设置: where somebody is reached, which kinds over which channels and when, and who stands in for whom today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from agencies.errors import AgencyError
from agencies.models import Substitution, User
from agencies.services import change_language
from agencies.vocabulary import Label
from audit import clock
from cases.models.sealing import CannotOpen
from cases.policy.dated import CHINA
from cases.web.pages import PageRequest, page
from cases.web.show.words import say
from cases.workflow.errors import NotVisible
from notifications.channels.problems import in_both
from notifications.channels.senders import usable
from notifications.choices import checking, codes, services, store
from notifications.choices.kinds import AT_ONCE, CHANNELS, DIGEST, EMAIL, GROUPS, OFF, SMS, Group
from notifications.choices.models import Contact
from notifications.choices.planning import Chosen, Quiet
from notifications.choices.sealing import opened
from notifications.pages.samples import may_see

CHANNEL_NAMES = {EMAIL: Label("邮件", "Mail"), SMS: Label("短信", "Text message")}
MODE_NAMES = {
    AT_ONCE: Label("即时", "At once"),
    DIGEST: Label("每日汇总", "Daily digest"),
    OFF: Label("不发送", "Do not send"),
}
DONE = {
    "saved": Label("提醒设置已保存", "Notification settings saved"),
    "entered": Label("验证码正在发出，请查收后填写", "A code is on its way; type it in when it has come"),
    "confirmed": Label("联系方式已确认，今后的提醒会发到这里", "Confirmed; notifications will come here"),
    "removed": Label("联系方式已移除，不再发送到这里", "Removed; nothing goes there any more"),
}
# Proposed where somebody switches quiet hours on.
NIGHT = Quiet(time(22, 0), time(7, 30))


@never_cache
@page
def settings_page(request: PageRequest) -> HttpResponse:
    """The page, and what its buttons do."""
    if request.method != "POST":
        return _shown(request)
    do = CHANGES.get(request.POST.get("do", ""))
    if do is None:
        raise NotVisible
    try:
        messages.success(request, say(DONE[do(request)]))
    except AgencyError as refused:
        return _shown(request, refused)
    return redirect("notifications:settings")


def _choose(request: PageRequest) -> str:
    typed, now = request.POST, clock.now()
    chosen = store.of_oneself(request.actor.user_id)
    by_group = {code: (typed.get(f"mode_{code}", ""), typed.getlist(f"channels_{code}")) for code in GROUPS}
    groups = checking.choices(by_group, chosen.confirmed)
    hours = checking.quiet(bool(typed.get("quiet")), typed.get("quiet_from", ""), typed.get("quiet_to", ""))
    digest_at = checking.moment(typed.get("digest_at", ""), "digest_at")
    services.choose(actor=request.actor, groups=groups, quiet=hours, digest_at=digest_at, now=now)
    change_language(actor=request.actor, language=typed.get("language", ""), now=now)
    return "saved"


def _enter(request: PageRequest) -> str:
    channel = request.POST.get("channel", "")
    typed = request.POST.get(channel, "")
    services.enter_contact(actor=request.actor, channel=channel, typed=typed, now=clock.now())
    codes.ring()
    return "entered"


def _again(request: PageRequest) -> str:
    channel = request.POST.get("channel", "")
    waiting = Contact.objects.filter(user_id=request.actor.user_id, channel=channel, confirmed_at__isnull=True).first()
    if waiting is None:
        raise NotVisible
    services.enter_contact(actor=request.actor, channel=channel, typed=opened(waiting), now=clock.now())
    codes.ring()
    return "entered"


def _confirm(request: PageRequest) -> str:
    channel = request.POST.get("channel", "")
    code = request.POST.get(f"code_{channel}", "")
    services.confirm_contact(actor=request.actor, channel=channel, code=code, now=clock.now())
    return "confirmed"


def _remove(request: PageRequest) -> str:
    if not services.remove_contact(actor=request.actor, channel=request.POST.get("channel", ""), now=clock.now()):
        raise NotVisible
    return "removed"


CHANGES: dict[str, Callable[[PageRequest], str]] = {
    "choose": _choose,
    "enter": _enter,
    "again": _again,
    "confirm": _confirm,
    "remove": _remove,
}


def _shown(request: PageRequest, refused: AgencyError | None = None) -> HttpResponse:
    own = request.actor.user_id
    chosen = store.of_oneself(own)
    typed = request.POST if refused is not None else {}
    quiet = chosen.quiet or NIGHT
    context = {
        "refused": refused.text if refused else None,
        "wrong": refused.field if refused else "",
        "contacts": [_contact(channel, own, typed) for channel in CHANNELS if channel in usable()],
        "groups": [_group(group, chosen, typed, request) for group in GROUPS.values()],
        "channels": [(code, CHANNEL_NAMES[code]) for code in CHANNELS if code in chosen.confirmed],
        "mailed": EMAIL in chosen.confirmed,
        "quiet_on": bool(typed.get("quiet")) if typed.get("do") == "choose" else chosen.quiet is not None,
        "quiet_from": typed.get("quiet_from") or f"{quiet.start:%H:%M}",
        "quiet_to": typed.get("quiet_to") or f"{quiet.end:%H:%M}",
        "digest_at": typed.get("digest_at") or f"{chosen.digest_at:%H:%M}",
        "language": typed.get("language") or User.objects.values_list("language", flat=True).get(pk=own),
        "absent": _substitutions(own),
        "samples": may_see(request.actor),
    }
    return render(request, "notifications/settings.html", context, status=refused.status if refused else 200)


def _contact(channel: str, own: int, typed: Mapping[str, str]) -> dict[str, Any]:
    """One channel: what is in use, what waits for its code, and what was typed just now."""
    rows = Contact.objects.filter(user_id=own, channel=channel)
    used = next((row for row in rows if row.confirmed_at is not None), None)
    waiting = next((row for row in rows if row.confirmed_at is None), None)
    over = waiting is not None and (clock.now() >= waiting.expires_at or waiting.tries >= services.TRIES)
    return {
        "channel": channel,
        "name": CHANNEL_NAMES[channel],
        "used": _masked(used),
        "since": used.confirmed_at if used else None,
        "waiting": _masked(waiting),
        "over": over,
        "problem": in_both(waiting.problem) if waiting and waiting.problem else None,
        "expires": waiting.expires_at if waiting else None,
        "typed": typed.get(channel, "") if typed.get("do") == "enter" else "",
    }


def _masked(contact: Contact | None) -> str:
    if contact is None:
        return ""
    try:
        return checking.masked(contact.channel, opened(contact))
    except CannotOpen:
        return "***"


def _group(group: Group, chosen: Chosen, typed: Mapping[str, str], request: PageRequest) -> dict[str, Any]:
    choice = chosen.of(group)
    again = typed.get("do") == "choose"
    mode = typed.get(f"mode_{group.code}", "") if again else choice.mode
    picked = request.POST.getlist(f"channels_{group.code}") if again else choice.channels
    return {
        "code": group.code,
        "name": group.name,
        "explains": group.explains,
        "why": group.why,
        "modes": [(code, MODE_NAMES[code], code == mode) for code in group.modes],
        "picked": picked,
    }


def _substitutions(own: int) -> list[dict[str, Any]]:
    """Who stands in for this person today, and for whom this person does: both are told what the other is."""
    today = clock.now().astimezone(CHINA).date()
    running = Substitution.objects.filter(ended_at__isnull=True, first_day__lte=today, last_day__gte=today)
    rows = running.select_related("absent", "substitute", "agency")
    return [
        {
            "by": row.substitute.display_name if row.absent_id == own else "",
            "of": row.absent.display_name if row.substitute_id == own else "",
            "agency": row.agency_id,
            "until": row.last_day,
        }
        for row in rows
        if own in (row.absent_id, row.substitute_id)
    ]
