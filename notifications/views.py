"""消息: the list, and the link of a message, which marks it as read and leads to its case."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from agencies.digits import from_digits
from agencies.vocabulary import Label
from audit import clock
from cases.web.pages import PageRequest, page, post_only
from cases.workflow.errors import NotVisible
from notifications import selectors, services
from notifications.context import line

PAGE_SIZE = 25

WORDS = {
    "title": Label("消息", "Messages"),
    "all": Label("全部", "All"),
    "unread": Label("未读", "Unread"),
    "mark_all": Label("全部标为已读", "Mark all as read"),
    "none": Label("没有消息", "No messages"),
    "none_text": Label("轮到本单位办理时，这里会有提示", "You will be told here when it is your agency's turn"),
    "older": Label("更早的消息", "Older messages"),
    "newest": Label("回到最新", "Back to the newest"),
}


@page
def inbox(request: PageRequest) -> HttpResponse:
    """Newest first; `after` continues below a message, `unread=1` leaves out what was read."""
    unread_only, after = request.GET.get("unread") == "1", from_digits(request.GET.get("after", ""))
    found = selectors.inbox(request.actor, unread_only=unread_only, after=after, limit=PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    latest = found if after is None else selectors.inbox(request.actor, limit=1)
    context = {
        "words": WORDS,
        "lines": [line(message) for message in shown],
        "unread_only": unread_only,
        "after": after,
        "newest": latest[0].id if latest else None,
        "older": shown[-1].id if len(found) > PAGE_SIZE else None,
    }
    return render(request, "notifications/inbox.html", context)


@page
def open_message(request: PageRequest, message_id: int) -> HttpResponse:
    """On to the case, which checks for itself whether it is still visible, or to what a notice is about."""
    message = selectors.find_message(request.actor, message_id)
    if message is None:
        raise NotVisible
    services.mark_read(actor=request.actor, ids=[message.id], now=clock.now())
    if message.case_id is None:
        return redirect(message.link or reverse("notifications:inbox"))
    # A message about many cases names none.
    return redirect(reverse("web:case", args=[message.number]) if message.number else reverse("web:tasks"))


@post_only
@page
def read_all(request: PageRequest) -> HttpResponse:
    """All that had arrived when the page was drawn; what came since has been seen by nobody."""
    services.mark_read(actor=request.actor, now=clock.now(), newest=from_digits(request.POST.get("newest", "")))
    return redirect(reverse("notifications:inbox"))
