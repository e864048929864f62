"""Lists and how far they are answered, the register of blind spots, and what supervision asked."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from cases.policy.blindspots import blind_spots
from cases.web.show.charts.marks import write
from cases.web.show.dashboard.facts import Facts
from cases.web.show.due import day_words
from cases.web.show.words import say
from cases.workflow.view import Text


def batches(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "name": batch.name,
            "href": reverse("web:import", args=[batch.id]),
            "day": day_words(batch.received_at),
            "sites": write(clearance.sites),
            "answered": write(clearance.answered),
            "closed": write(clearance.closed),
            "rate": "--" if clearance.rate is None else f"{clearance.rate}%",
        }
        for batch, clearance in facts.batches
    ]


def batch_cells(facts: Facts) -> list[list[str]]:
    heads = [
        gettext("名单"),
        gettext("接收日期"),
        gettext("点位"),
        gettext("已答复"),
        gettext("已办结"),
        gettext("清零率"),
    ]
    names = ("name", "day", "sites", "answered", "closed", "rate")
    return [
        heads,
        *(
            [str(row[name]).replace(",", "") if name != "name" else row[name] for name in names]
            for row in batches(facts)
        ),
    ]


def blind(facts: Facts) -> dict[str, Any] | None:
    found = facts.blind
    if found is None:
        return None
    names = {spot.code: Text(spot.zh, spot.en) for spot in blind_spots()}
    register = reverse("web:blind_spots")
    return {
        "cases": write(found.cases),
        "kwh": "--" if found.kwh is None else write(float(found.kwh) / 10_000, 1),
        "href": register,
        "reasons": [
            {"text": say(names.get(code, code)), "n": write(n), "href": f"{register}?reason={code}"}
            for code, n in found.by_reason
        ],
    }


def urges(facts: Facts) -> list[dict[str, str]]:
    counts, page = facts.urges, reverse("web:urges")
    return [
        {"text": gettext("未答复"), "n": write(counts.open), "href": f"{page}?state=open"},
        {"text": gettext("逾期未答复或逾期答复"), "n": write(counts.late), "href": f"{page}?late=yes"},
        {"text": gettext("期内提出"), "n": write(counts.asked), "href": ""},
        {"text": gettext("期内答复"), "n": write(counts.answered), "href": ""},
    ]
