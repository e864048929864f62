"""The public form: what it offers, what stands in it, and what it says of the personal data of whoever fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from agencies.directory import get_directory
from cases.intake.tips.districts import cities
from cases.policy.privacy.retention import rules
from cases.web.frame import other_language
from cases.workflow.view import Text

# What people notice of a site from outside. The Chinese words go into the tip.
SIGNS: Final = {
    "noise": Text("昼夜不停的风扇轰鸣声", "Fans roaring day and night"),
    "heat": Text("持续向外排热风", "Hot air blown out all the time"),
    "machines": Text("成排的机箱或显卡设备", "Rows of computers or graphics cards"),
    "wiring": Text("私拉电线、电表飞转或经常跳闸", "Makeshift wiring, a racing meter or frequent tripping"),
    "closed": Text("房屋长期无人居住但用电不停", "Nobody lives there, yet power is used"),
}
SINCE: Final = {
    "week": Text("一周以内", "Within a week"),
    "month": Text("一个月以内", "Within a month"),
    "half_year": Text("半年以内", "Within half a year"),
    "longer": Text("半年以上", "Longer than half a year"),
}
MOST_PICTURES, PICTURE_MB = 3, 4
#: Longest text of each field.
LIMITS: Final = {"address": 120, "content": 1000, "name": 40, "phone": 30, "contact": 120}


def context(
    token: str, typed: Mapping[str, Any], errors: Mapping[str, Text] | None = None, *, had_files: bool = False
) -> dict[str, Any]:
    """The page with what was typed, and what has to be changed."""
    chosen = typed.get("district", "")
    return {
        "token": token,
        "typed": typed,
        "cities": [
            {
                "name": city.name,
                "options": [
                    {"value": code, "label": name, "chosen": code == chosen}
                    for code, name in (*city.districts, (city.code, city.name))
                ],
            }
            for city in cities(get_directory())
        ],
        "signs": [{"value": code, "label": text, "on": code in typed.get("signs", ())} for code, text in SIGNS.items()],
        "since": [{"value": code, "label": text, "chosen": code == typed.get("since")} for code, text in SINCE.items()],
        "errors": [{"anchor": name, "text": text} for name, text in (errors or {}).items()],
        "wrong": dict(errors or {}),
        "lost_files": had_files,
        "limits": LIMITS,
        "pictures": MOST_PICTURES,
        "mb": PICTURE_MB,
        "days": rules()["tip"].days,
        "other_language": other_language(),
    }
