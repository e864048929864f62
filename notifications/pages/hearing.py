"""谁会收到: for an act of the table, alone or for a case, who would be told what and why."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from agencies.vocabulary import Label
from audit import clock
from cases.web.pages import PageRequest, page
from cases.workflow.transitions import TRANSITIONS
from notifications.choices.kinds import INBOX
from notifications.hearing.answer import Heard, answer
from notifications.pages.settings import CHANNEL_NAMES

ONLY_INBOX = Label("站内消息", "Inbox")
IN_DIGEST = Label("每日汇总", "daily digest")


@page
def hearing(request: PageRequest) -> HttpResponse:
    """Without an act only the form."""
    action, number = request.GET.get("action", ""), request.GET.get("case", "").strip()
    found = answer(request.actor, action, number, clock.now()) if action else None
    context: dict[str, Any] = {
        "acts": [(code, row.label, code == action) for code, row in TRANSITIONS.items()],
        "number": number,
        "answer": found,
        "label": TRANSITIONS[action].label if found else None,
        "lines": [_line(each) for each in found.heard] if found else [],
    }
    return render(request, "notifications/hearing.html", context)


def _line(heard: Heard) -> dict[str, Any]:
    mine = None
    if heard.mine is not None:
        mine = [(INBOX, ONLY_INBOX, None)] + [
            (each.channel, CHANNEL_NAMES[each.channel], IN_DIGEST if each.digest else None) for each in heard.mine
        ]
    return {"heard": heard, "mine": mine}
