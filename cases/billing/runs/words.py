"""The sentences of rows that cannot be billed, and of runs that cannot go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cases.workflow.view import Text

FIELDS: Final = {
    "account": Text("户号", "account"),
    "cycle_from": Text("抄表周期起", "first day of the cycle"),
    "cycle_to": Text("抄表周期止", "last day of the cycle"),
    "kwh": Text("电量", "kWh"),
    "sharp": Text("尖电量", "sharp peak kWh"),
    "peak": Text("峰电量", "peak kWh"),
    "flat": Text("平电量", "flat kWh"),
    "valley": Text("谷电量", "valley kWh"),
    "previous": Text("上期示数", "previous reading"),
    "current": Text("本期示数", "present reading"),
    "multiplier": Text("倍率", "multiplier"),
    "used_before": Text("本年此前用电量", "kWh of this year before"),
    "energy_price": Text("代理购电价格", "proxy price"),
}
REASONS: Final[dict[str, Text]] = {
    "no_account": Text("没有户号", "There is no account"),
    "cycle": Text(
        "抄表周期 {first} 至 {last} 不是 1 至 {most} 日，请核对起止日期",
        "The cycle {first} to {last} has not 1 to {most} days; check both",
    ),
    "cycle_not_over": Text("抄表周期止 {last} 尚未过去", "The cycle ends on {last}, which is not over"),
    "not_a_day": Text("{field}“{value}”不是日期", "{field} “{value}” is no date"),
    "not_a_number": Text("{field}“{value}”不是数字", "{field} “{value}” is no number"),
    "not_read": Text("{field}为 -1，表示未抄到表，请补抄", "{field} is -1: the meter was not read; read it"),
    "negative": Text("{field}为负数 {value}", "{field} is negative: {value}"),
    "no_energy": Text("没有电量，也没有两次示数", "There is neither energy nor two readings"),
    "parts_missing": Text("峰电量和谷电量须同时填写", "Peak and valley belong together"),
    "one_reading": Text("只有一次示数，须有上期和本期示数", "One reading alone; give the previous and the present one"),
    "decreasing": Text(
        "本期示数 {current} 小于上期示数 {previous}，请核对或按换表处理",
        "The present reading {current} is below the previous {previous}; check it, or the change of the meter",
    ),
    "multiplier": Text("倍率应为正整数，现为 {value}", "The multiplier is a whole number above zero, not {value}"),
    "multiplier_without_readings": Text(
        "填了电量又填倍率：电量应为乘倍率后的电量，请去掉倍率或改填示数",
        "Energy is given beside a multiplier: give the energy after it, or readings instead",
    ),
    "disagrees": Text("同一行的电量互不一致：{values}", "The energies of the row disagree: {values}"),
    "price": Text("代理购电价格 {value} 不在 0 至 20 元之间或多于四位小数", "The price {value} is not usable"),
    "unknown_account": Text("本企业的执行名单中没有这个户号", "No list addressed to this company names the account"),
    "several_cases": Text(
        "这个户号在多件案件中待出账，请在案件中逐件出账", "Several cases await a bill of it; bill each there"
    ),
    "no_open_bill": Text(
        "该户没有待出账单的事项：尚未告知用户、名单已停止执行或本期已出账",
        "No bill is due of it: the user was not told, the list has ended, or it is billed",
    ),
    "twice": Text(
        "同一户号在文件中出现 {times} 次，无法确定以哪一行为准", "The account stands {times} times in the file"
    ),
    "billed_before": Text(
        "与已出账单 {bill}（{first} 至 {last}）的周期重叠", "It overlaps bill {bill} ({first} to {last})"
    ),
}
PROBLEMS: Final[dict[str, Text]] = {
    "starter_gone": Text(
        "出账人已不在电费核算岗位，出账中止；由另一名电费核算人员点“继续出账”。",
        "Whoever started it bills no more; another billing officer may go on.",
    ),
    "reviewer_gone": Text(
        "复核人已不在复核岗位，复核中止；由另一名复核人员再次复核。",
        "Whoever reviewed it reviews no more; another reviewer may go on.",
    ),
    "fault": Text(
        "系统连续出错，已停止；已出的账单有效。请告知系统管理员，排除后继续。",
        "The system failed twice in succession and stopped; the bills made so far stand. Tell the administrator, then"
        " go on.",
    ),
}


def sentence(reason: str, figures: Mapping[str, Any]) -> Text:
    """The sentence of a reason with its figures in place."""
    found = REASONS[reason]
    field = FIELDS.get(str(figures.get("field", "")))
    zh = {**figures, "field": field.zh if field else ""}
    en = {**figures, "field": field.en.capitalize() if field else ""}
    return Text(found.zh.format_map(zh), found.en.format_map(en))
