"""What each kind of version asks for, in words: drawn on the page, read from it, and written out line by line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from cases.policy.entered.local import STATUSES, VOLUMES
from cases.policy.tariff.words import COMPONENTS, KIND_NAMES, NON_RESIDENTIAL, PERIODS, VOLTAGES
from cases.workflow.view import Text

Choices = tuple[tuple[str, Text], ...]
NOTHING: Final = Text("", "")


class Asked(NamedTuple):
    """One member of a body: `sort` is text, long, number, choice, yesno, several, list or map."""

    name: str
    label: Text
    sort: str = "text"
    required: bool = False
    choices: Choices = ()
    hint: Text = NOTHING


def _named(words: Mapping[str, tuple[str, str]], only: Sequence[str] | None = None) -> Choices:
    return tuple((code, Text(*words[code])) for code in (only or words))


PAPER: Final = _named(
    {"in_force": ("有效", "In force"), "draft": ("征求意见稿", "Draft"), "repealed": ("已废止", "Repealed")}, STATUSES
)
PLAN: Final = (*PAPER, ("reference", Text("仅供比较", "For comparison only")))
_VOLUMES: Final = _named({"whole": ("全部电量", "The whole volume"), "share": ("按比例", "A share of it")}, VOLUMES)
_BY_PERIOD: Final = Text("分时电价填写，单位元/kWh", "Only with time of use; CNY/kWh")

ASKED: Final[dict[str, tuple[Asked, ...]]] = {
    "surcharge_document": (
        Asked("number", Text("文号", "Number of the paper"), required=True),
        Asked(
            "rate",
            Text("加价标准（元/kWh）", "Rate (CNY/kWh)"),
            "number",
            hint=Text(
                "省级文件填写；市、县文件留空，执行省的标准", "The province's; leave it empty for a city or county"
            ),
        ),
        Asked("volume", Text("加价电量", "Energy charged"), "choice", required=True, choices=_VOLUMES),
        Asked("share", Text("比例", "Share"), "number", hint=Text("按比例的填写，如 0.6", "Of a share, such as 0.6")),
        Asked("covers_persons", Text("适用于个人", "Covers natural persons"), "yesno", required=True),
        Asked("status", Text("文件状态", "Status of the paper"), "choice", required=True, choices=PAPER),
    ),
    "local_suspension_rule": (
        Asked("title", Text("名称", "Title"), required=True),
        Asked("number", Text("文号", "Number of the paper"), required=True),
        Asked("content", Text("条文内容", "What the article says"), "long", required=True),
        Asked("status", Text("文件状态", "Status of the paper"), "choice", required=True, choices=PAPER),
    ),
    "tariff": (
        Asked("kind", Text("电价类别", "Price class"), "choice", required=True, choices=_named(KIND_NAMES)),
        Asked("zh", Text("名称", "Name in Chinese"), hint=Text("不填则用类别名称", "Empty: the name of the class")),
        Asked("en", Text("英文名称", "Name in English")),
        Asked("variant", Text("特殊情形", "Special case")),
        Asked(
            "voltages",
            Text("电压等级", "Voltages"),
            "several",
            choices=_named(VOLTAGES),
            hint=Text("不选为全部等级", "None: every voltage"),
        ),
        Asked(
            "prices",
            Text("单价（元/kWh）", "Prices (CNY/kWh)"),
            "list",
            hint=Text("阶梯电价每档一个，用空格分开", "One a tier, with blanks between"),
        ),
        Asked(
            "limits",
            Text("分档电量（kWh）", "Limits (kWh)"),
            "list",
            hint=Text("比单价少一个", "One fewer than prices"),
        ),
        Asked(
            "accumulation",
            Text("累计周期", "Accumulated by"),
            "choice",
            choices=(("year", Text("按年", "Year")), ("month", Text("按月", "Month"))),
        ),
        Asked("periods", Text("分时单价", "Price by time of day"), "map", choices=_named(PERIODS), hint=_BY_PERIOD),
        Asked("hours", Text("各时段小时数", "Hours of each period"), "map", choices=_named(PERIODS)),
        Asked("components", Text("价格组成", "Components"), "map", choices=_named(COMPONENTS)),
        Asked("capacity", Text("容量电价（元/kVA·月）", "Capacity price (CNY/kVA a month)"), "number"),
        Asked("demand", Text("需量电价（元/kW·月）", "Demand price (CNY/kW a month)"), "number"),
        Asked("status", Text("状态", "Status"), "choice", required=True, choices=PLAN),
    ),
    "proxy_price": (
        Asked("month", Text("月份", "Month"), required=True, hint=Text("例如 2026-12", "Such as 2026-12")),
        Asked(
            "kind",
            Text("电价类别", "Price class"),
            "choice",
            required=True,
            choices=_named(KIND_NAMES, NON_RESIDENTIAL[:2]),
        ),
        Asked("voltages", Text("电压等级", "Voltages"), "several", choices=_named(VOLTAGES)),
        Asked("components", Text("价格组成（元/kWh）", "Components (CNY/kWh)"), "map", choices=_named(COMPONENTS)),
        Asked("periods", Text("分时单价", "Price by time of day"), "map", choices=_named(PERIODS), hint=_BY_PERIOD),
    ),
}


def read_body(kind: str, get: Callable[[str], str], every: Callable[[str], list[str]]) -> dict[str, Any]:
    """The body out of the fields of a form (`b-<name>`, of a map `b-<name>-<part>`); what is empty is left out."""
    body: dict[str, Any] = {}
    for asked in ASKED[kind]:
        name = f"b-{asked.name}"
        if asked.sort == "several":
            value: Any = every(name)
        elif asked.sort == "list":
            value = [part for part in re.split(r"[\s,，、;；]+", get(name)) if part]
        elif asked.sort == "map":
            parts = {code: get(f"{name}-{code}").strip() for code, _ in asked.choices}
            value = {code: _hours(asked, part) for code, part in parts.items() if part}
        elif asked.sort == "yesno":
            value = {"yes": True, "no": False}.get(get(name))
        else:
            value = get(name).strip()
        if value not in ("", None, [], {}):
            body[asked.name] = value
    return body


def written(kind: str, body: Mapping[str, Any]) -> Iterator[tuple[Text, Text]]:
    """What a body says, one line a member that says something."""
    for asked in ASKED[kind]:
        value = body.get(asked.name)
        if value not in ("", None, [], {}):
            yield asked.label, _said(asked, value)


def _hours(asked: Asked, part: str) -> Any:
    """Hours are whole numbers, prices texts; what cannot be read stays as it is and is refused by name."""
    return int(part) if asked.name == "hours" and part.isascii() and part.isdigit() and len(part) < 3 else part


def _said(asked: Asked, value: Any) -> Text:
    words = dict(asked.choices)
    if asked.sort == "yesno":
        return Text("是", "Yes") if value else Text("否", "No")
    if asked.sort == "choice":
        return words.get(value, Text(str(value), str(value)))
    if asked.sort == "several":
        found = [words.get(one, Text(one, one)) for one in value]
        return Text("、".join(one.zh for one in found), ", ".join(one.en for one in found))
    if asked.sort == "list":
        return Text(" / ".join(value), " / ".join(value))
    if asked.sort == "map":
        pairs = [(label, value[code]) for code, label in asked.choices if code in value]
        return Text(
            "，".join(f"{label.zh} {part}" for label, part in pairs),
            ", ".join(f"{label.en} {part}" for label, part in pairs),
        )
    return Text(str(value), str(value))
