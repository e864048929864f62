"""消息: the list, the link of a message, which marks it as read and leads on, and marking without opening."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from agencies.digits import from_digits
from agencies.vocabulary import Label
from audit import clock
from cases.web.pages import PageRequest, inside, page, post_only
from cases.workflow.errors import NotVisible
from notifications import selectors, services
from notifications.choices.kinds import GROUPS
from notifications.context import line, of_request

PAGE_SIZE = 25

WORDS = {
    "title": Label("消息", "Messages"),
    "all": Label("全部", "All"),
    "unread": Label("未读", "Unread"),
    "kind": Label("类别", "Kind"),
    "mark_all": Label("全部标为已读", "Mark all as read"),
    "choices": Label("提醒设置", "Notification settings"),
    "hearing": Label("谁会收到", "Who is told"),
    "undo": Label("撤销", "Undo"),
    "none": Label("没有消息", "No messages"),
    "none_text": Label("轮到本单位办理时，这里会有提示", "You will be told here when it is your agency's turn"),
    "none_unread": Label("没有未读消息", "No unread messages"),
    "none_unread_text": Label("都看过了。全部消息在“全部”里", "You have read them all; the others are under All"),
    "none_kind": Label("没有这一类消息", "No messages of this kind"),
    "none_kind_text": Label("其他类别可能有，请看“全部”", "There may be others; look under All"),
    "older": Label("更早的消息", "Older messages"),
    "newest": Label("回到最新", "Back to the newest"),
}


@page
def inbox(request: PageRequest) -> HttpResponse:
    """Newest first; `after` continues below a message, `unread=1` leaves out what was read, `kind` other groups."""
    unread_only, after = request.GET.get("unread") == "1", from_digits(request.GET.get("after", ""))
    kind = request.GET.get("kind", "")
    group = kind if kind in GROUPS else ""
    # Before the list: what comes in between is in the list, and known to the page when it asks for arrivals.
    newest = of_request(request, request.actor).standing.newest
    found = selectors.inbox(request.actor, unread_only=unread_only, group=group, after=after, limit=PAGE_SIZE + 1)
    lines = [line(message) for message in found[:PAGE_SIZE]]
    none = "none_kind" if group else "none_unread" if unread_only else "none"
    context = {
        "words": WORDS,
        "lines": lines,
        "unread_only": unread_only,
        "after": after,
        "group": group,
        "groups": GROUPS.values(),
        "none": (WORDS[none], WORDS[f"{none}_text"]),
        "newest": max([newest, *(each["id"] for each in lines)]),
        "older": lines[-1]["id"] if len(found) > PAGE_SIZE else None,
        "here": request.get_full_path(),
        **_undone(request),
    }
    return render(request, "notifications/inbox.html", context)


@page
def open_message(request: PageRequest, message_id: int) -> HttpResponse:
    """On to the case, which checks for itself whether it is still visible, or to what a notice is about."""
    message = selectors.find_message(request.actor, message_id)
    if message is None:
        raise NotVisible
    services.mark_read(actor=request.actor, ids=[message.id], now=clock.now())
    return redirect(_target(message))


@post_only
@page
def read_all(request: PageRequest) -> HttpResponse:
    """All that had arrived when the page was drawn, and the lines that came since and were shown; no other."""
    now, newest = clock.now(), from_digits(request.POST.get("newest", ""))
    arrived = [number for text in request.POST.getlist("arrived") if (number := from_digits(text)) is not None]
    count = services.mark_read(actor=request.actor, now=now, newest=newest, arrived=arrived)
    return redirect(f"{reverse('notifications:inbox')}?{urlencode({'marked': count, 'at': now.isoformat()})}")


@post_only
@page
def mark(request: PageRequest) -> HttpResponse:
    """One message read or unread (`read`, `unread`: its id), or those of one moment unread again (`undo`)."""
    if request.POST.get("undo"):
        at = _instant(request.POST["undo"])
        if at is None:
            raise NotVisible
        services.mark_unread(actor=request.actor, read_at=at)
    else:
        read, unread = (from_digits(request.POST.get(name, "")) for name in ("read", "unread"))
        message = selectors.find_message(request.actor, read or unread or 0)
        if message is None:
            raise NotVisible
        if read:
            services.mark_read(actor=request.actor, ids=[message.id], now=clock.now())
        else:
            services.mark_unread(actor=request.actor, ids=[message.id])
    return redirect(inside(request, reverse("notifications:inbox")))


def _target(message: selectors.InboxMessage) -> str:
    """Where a message leads: its case; one about none or about many where it says, else to the tasks."""
    if message.case_id is None:
        return message.link or reverse("notifications:inbox")
    if message.number:
        return reverse("web:case", args=[message.number])
    return message.link or reverse("web:tasks")


def _undone(request: PageRequest) -> dict[str, object]:
    """What was marked a moment ago, as the address says, and how to undo it."""
    count, at = from_digits(request.GET.get("marked", "")), _instant(request.GET.get("at", ""))
    if count is None or at is None:
        return {}
    said = Label(f"已将 {count} 条消息标为已读", f"{count} messages were marked as read")
    return {"marked": said, "undo": at.isoformat() if count else ""}


def _instant(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
