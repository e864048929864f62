"""What has arrived since a page was drawn: asked for by the page itself, with the id of the last message it knows.

Nothing is kept open: a server with few threads would soon have none left for work. A page that was away (asleep,
offline, a restarted server) asks with the id it knew before and gets what it missed, each message once.
"""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext

from agencies.digits import from_digits
from cases.web.pages import PageRequest, page
from notifications import selectors
from notifications.context import line, shown

# A page that slept over a holiday shows the newest of these and leads to the rest.
MOST = 20


@page
def arrivals(request: PageRequest) -> HttpResponse:
    """204 where nothing has changed; else the number for the bell, and the lines newer than `after`, newest first."""
    now = selectors.standing(request.actor)
    # A number that no message has yet, or none at all: from here on.
    after = min(from_digits(request.GET.get("after", "")) or 0, now.newest)
    unread = shown(now.unread)
    if after == now.newest and request.GET.get("unread", "") == unread:
        return HttpResponse(status=204)
    found = selectors.inbox(request.actor, since=after, limit=MOST + 1) if after < now.newest else []
    lines = [{**line(message), "fresh": True} for message in found[:MOST]]
    return JsonResponse(
        {
            # What came between the two questions is shown now and, being known by its id, not again.
            "after": max([now.newest, *(each["id"] for each in lines)]),
            "unread": unread,
            "label": gettext("消息，%(n)s 条未读") % {"n": unread or "0"},
            "more": len(found) > MOST,
            "lines": [
                {
                    "id": each["id"],
                    "group": each["group"],
                    "row": render_to_string("notifications/line.html", {"line": each}, request),
                    "note": render_to_string("notifications/arrived.html", {"line": each}, request),
                }
                for each in lines
            ],
        }
    )
