"""名单来源对应: how the columns of each source were mapped, for the next list with the same header."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.selectors import display_names
from agencies.vocabulary import Label
from audit.actions import Action
from cases.intake.lists.fields import FIELDS
from cases.models import ListBatch, SourceMapping
from cases.web.pages import PageRequest, page
from cases.web.show.lists.mapping import ORDERS
from cases.web.show.settings.entrance import recent

MOST: Final = 200
WORDS: Final = {
    "title": Label("名单来源对应", "List sources"),
    "sub": Label(
        "同一表头再次报送时，系统按上一次人工确认的对应读取；在导入的“列对应”一步重新确认即更新",
        "A header that comes again is read as it was mapped last; confirm the columns of an import anew to change it",
    ),
    "agency": Label("报送单位", "Source"),
    "kind": Label("名单类型", "List"),
    "columns": Label("列对应", "Columns"),
    "dates": Label("日期顺序", "Dates"),
    "saved": Label("确认人", "Confirmed by"),
    "none": Label("还没有来源的对应", "No source has been mapped yet"),
    "none_text": Label("导入一份名单并确认各列后，会记在这里", "Import a list and confirm its columns"),
    "import": Label("导入监测名单", "Import a list"),
    "scroll": Label("表格，可左右滚动", "Table, scrolls sideways"),
    "column": Label("第", "column"),
}


@page
def sources(request: PageRequest) -> HttpResponse:
    """Those of the person's own agencies and their sub-units."""
    context = {"words": WORDS, "rows": _rows(request.actor), "recent": recent(request.actor, Action.SOURCE_MAPPED)}
    return render(request, "web/settings/sources.html", context)


def _rows(actor: Actor) -> list[dict[str, Any]]:
    directory = get_directory()
    own = {post.agency_id for post in actor.posts} | {post.principal_id for post in actor.posts}
    within = [agency.id for agency in directory.by_id.values() if agency.id in own or agency.parent_id in own]
    found = list(SourceMapping.objects.filter(agency_id__in=within).order_by("agency_id", "-saved_at")[:MOST])
    names = display_names(actor, [one.saved_by_id for one in found])
    orders = dict(ORDERS)
    return [
        {
            "agency": one.agency_id,
            "kind": ListBatch.Kind(one.kind).label,
            "columns": [
                {"field": FIELDS.get(name, name), "n": int(column) + 1}
                for name, column in sorted(one.columns.items(), key=lambda pair: int(pair[1]))
            ],
            "orders": [orders[order] for order in one.orders.values() if order in orders],
            "who": names.get(one.saved_by_id, ""),
            "at": one.saved_at,
        }
        for one in found
    ]
