"""What a message says, made when it is read, in the language of the reader."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from agencies.vocabulary import Label

# Topic → what stands before the task, for one case and for many at once; and whether its date belongs there.
_WORDS = {
    "task.opened": (Label("待办", "to do"), Label("新待办", "new tasks"), True),
    "task.assigned": (Label("已分派", "assigned"), Label("已分派", "assigned"), True),
    "task.due_changed": (Label("期限已改", "new deadline"), Label("期限已改", "with a new deadline"), True),
    "task.cancelled": (Label("已撤销，不再办理", "called off"), Label("已撤销，不再办理", "called off"), False),
    "task.paused": (Label("已中止，暂不办理", "on hold"), Label("已中止，暂不办理", "on hold"), False),
    "task.resumed": (Label("恢复办理", "goes on"), Label("恢复办理", "going on"), True),
    "case.unlisted": (
        Label("已无名单线索支持，请复核", "has no list row behind it any more; review it"),
        Label("已无名单线索支持，请复核", "cases have no list row behind them any more; review them"),
        False,
    ),
    "case.unlisted_measured": (
        Label(
            "已无名单线索支持，而处置措施已启动，请立即复核",
            "has no list row behind it, and a measure was begun: review it now",
        ),
        Label(
            "已无名单线索支持，而处置措施已启动，请立即复核",
            "cases have no list row behind them, and measures were begun: review them now",
        ),
        False,
    ),
    "case.still_drawing": (
        Label("停电后仍在用电，请到场核实", "is still drawing power after the cut; look at the site"),
        Label("停电后仍在用电，请到场核实", "supplies are still drawn after the cut; look at the sites"),
        False,
    ),
    "deadline.tomorrow": (Label("期限将至", "is due soon"), Label("期限将至", "tasks are due soon"), True),
    "deadline.today": (Label("今日到期", "is due today"), Label("今日到期", "tasks are due today"), True),
    "deadline.overdue": (
        Label("已逾期，催办", "is overdue, a reminder to its reviewers"),
        Label("已逾期，催办", "tasks are overdue, a reminder to their reviewers"),
        True,
    ),
    "deadline.pressed": (
        Label("已逾期，报牵头单位督办", "is overdue, brought to the commission"),
        Label("已逾期，报牵头单位督办", "tasks are overdue, brought to the commission"),
        True,
    ),
    "deadline.reported": (
        Label("已逾期，通报督查", "is overdue, reported to the supervision"),
        Label("已逾期，通报督查", "tasks are overdue, reported to the supervision"),
        True,
    ),
    "case.received": (Label("对方已签收", "was acknowledged"), Label("对方已签收", "were acknowledged"), False),
    "case.returned": (Label("对方已退回", "was returned"), Label("对方已退回", "were returned"), False),
    "case.done": (Label("对方已办理", "was done"), Label("对方已办理", "were done"), False),
    "case.acted": (Label("有新进展", "has moved on"), Label("有新进展", "cases have moved on"), False),
    "task.ended": (
        Label("加价已停止执行，请不再加收", "the surcharge has ended; charge it no more"),
        Label("加价已停止执行，请不再加收", "surcharges have ended; charge them no more"),
        False,
    ),
    "endpoint.gone": (
        Label("单位通知渠道已失效并停用，请检查", "A channel of the agency is gone and was switched off; look at it"),
        Label("单位通知渠道已失效并停用，请检查", "channels of the agency are gone and were switched off"),
        False,
    ),
    "calendar.missing": (
        Label("年放假安排尚未载入，涉及该年的期限为暂定", "has no holiday plan yet; deadlines in it are provisional"),
        Label("年放假安排尚未载入", "without a holiday plan"),
        False,
    ),
    "calendar.proposed": (
        Label("年放假安排已录入，请对照通知核对", "holiday plan was entered; compare it with the notice"),
        Label("年放假安排待核对", "holiday plans to be checked"),
        False,
    ),
    "report.ready": (Label("已生成", "is ready"), Label("已生成", "are ready"), False),
    "task.answered": (Label("已有结果", "answered"), Label("已有结果", "answered"), False),
}
_WORDS["delivery.stuck"] = (Label("消息投递受阻", "messages are stuck"), Label("", ""), False)
# About a deadline that is past: when it was, instead of by when.
_PASSED = frozenset({"deadline.overdue", "deadline.pressed", "deadline.reported"})
_OTHER = (Label("有新进展", "has moved on"), Label("有新进展", "cases have moved on"), False)


def topics() -> tuple[str, ...]:
    """Every topic that has words of its own."""
    return tuple(_WORDS)


def topic_name(topic: str) -> Label:
    """What a topic is about, without a case."""
    return _WORDS.get(topic, _OTHER)[0]


def wording(topic: str, payload: Mapping[str, Any]) -> Label:
    """One line: which case, what has to be done, by when."""
    if topic == "delivery.stuck":
        return _stuck(payload)
    one, many, dated = _WORDS.get(topic, _OTHER)
    zh, en = str(payload.get("label_zh", "")), str(payload.get("label_en", ""))
    task = Label(f"：{zh}" if zh else "", f": {en}" if en else "")
    if count := payload.get("count"):
        return Label(f"{count} 件{many.zh}{task.zh}", f"{count} {many.en}{task.en}")
    number, due = str(payload.get("number", "")), _due(payload.get("due_at")) if dated else ""
    by = Label(_by_zh(due), _by_en(due)) if topic not in _PASSED else Label(f"，期限 {due}", f", due {due}")
    late = Label("（迟发）", " (told late)") if payload.get("late") is True else Label("", "")
    about = f"{number} " if number else ""
    return Label(f"{about}{one.zh}{task.zh}{by.zh}{late.zh}", f"{about}{one.en}{task.en}{by.en}{late.en}")


def _stuck(payload: Mapping[str, Any]) -> Label:
    """The day's word to administrators: how many, since when, and that it comes late."""
    dead, retrying = int(payload["dead"]), int(payload["retrying"])
    since, late = _due(payload.get("oldest")), payload.get("late")
    zh = f"消息投递受阻：已停止 {dead} 条，仍在重试 {retrying} 条，最早 {since}，请查看“投递”"
    en = f"messages are stuck: {dead} given up, {retrying} still tried, the oldest of {since}; see Deliveries"
    return Label(f"{zh}（迟报）" if late else zh, f"{en} (told late)" if late else en)


def _due(at: object) -> str:
    return f"{timezone.localtime(datetime.fromisoformat(at)):%m-%d %H:%M}" if isinstance(at, str) and at else ""


def _by_zh(due: str) -> str:
    return f"，{due} 前" if due else ""


def _by_en(due: str) -> str:
    return f", by {due}" if due else ""
