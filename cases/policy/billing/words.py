"""The sentences of a reading that cannot be used, with places for its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

FIELDS: Final[dict[str, tuple[str, str]]] = {
    "account": ("户号", "account"),
    "cycle_from": ("抄表周期起", "first day of the cycle"),
    "cycle_to": ("抄表周期止", "last day of the cycle"),
    "kwh": ("电量", "kWh"),
    "sharp": ("尖电量", "sharp peak kWh"),
    "peak": ("峰电量", "peak kWh"),
    "flat": ("平电量", "flat kWh"),
    "valley": ("谷电量", "valley kWh"),
    "previous": ("上期示数", "previous reading"),
    "current": ("本期示数", "present reading"),
    "multiplier": ("倍率", "multiplier"),
    "demand_kw": ("最大需量", "highest demand"),
    "used_before": ("本年此前用电量", "kWh of this year before"),
    "energy_price": ("代理购电价格", "proxy price"),
}
REASONS: Final[dict[str, tuple[str, str]]] = {
    "no_account": ("没有户号", "There is no account"),
    "cycle": (
        "抄表周期 {first} 至 {last} 不是 1 至 {most} 日，请核对起止日期",
        "The cycle {first} to {last} has not 1 to {most} days; check both",
    ),
    "cycle_not_over": ("抄表周期止 {last} 尚未过去", "The cycle ends on {last}, which is not over"),
    "not_a_day": ("{field}“{value}”不是日期", "{field} “{value}” is no date"),
    "not_a_number": ("{field}“{value}”不是数字", "{field} “{value}” is no number"),
    "not_read": ("{field}为 -1，表示未抄到表，请补抄", "{field} is -1: the meter was not read; read it"),
    "negative": ("{field}为负数 {value}", "{field} is negative: {value}"),
    "no_energy": ("没有电量，也没有两次示数", "There is neither energy nor two readings"),
    "parts_missing": ("峰电量和谷电量须同时填写", "Peak and valley belong together"),
    "one_reading": ("只有一次示数，须有上期和本期示数", "One reading alone; give the previous and the present one"),
    "decreasing": (
        "本期示数 {current} 小于上期示数 {previous}，请核对或按换表处理",
        "The present reading {current} is below the previous {previous}; check it, or the change of the meter",
    ),
    "multiplier": ("倍率应为正整数，现为 {value}", "The multiplier is a whole number above zero, not {value}"),
    "multiplier_without_readings": (
        "填了电量又填倍率：电量应为乘倍率后的电量，请去掉倍率或改填示数",
        "Energy is given beside a multiplier: give the energy after it, or readings instead",
    ),
    "disagrees": ("同一行的电量互不一致：{values}", "The energies of the row disagree: {values}"),
    "price": ("代理购电价格 {value} 不在 0 至 20 元之间或多于四位小数", "The price {value} is not usable"),
}


def filled(sentence: tuple[str, str], figures: Mapping[str, Any]) -> tuple[str, str]:
    """A sentence in both languages with its figures in place."""
    zh, en = FIELDS.get(str(figures.get("field", "")), ("", ""))
    field = {"zh": zh, "en": en[:1].upper() + en[1:]}
    return sentence[0].format_map({**figures, "field": field["zh"]}), sentence[1].format_map(
        {**figures, "field": field["en"]}
    )


def said(code: str, figures: Mapping[str, Any]) -> tuple[str, str]:
    """Why a reading cannot be used."""
    return filled(REASONS[code], figures)
