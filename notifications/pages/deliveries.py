"""投递: what is not delivered, for administrators, and resending or withdrawing one or all of a filter."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from agencies.vocabulary import Label
from audit import clock
from cases.web.pages import PageRequest, page, post_only
from cases.web.show.words import say
from cases.workflow.errors import NotAllowed
from cases.workflow.view import Text
from notifications.channels.problems import in_both
from notifications.delivery import fate, keeping
from notifications.delivery.keeping import Kept, Wanted
from notifications.wording import topic_name

PAGE = 50
CHANNELS = {
    "inbox": Label("站内消息", "Inbox"),
    "email": Label("邮件", "E-mail"),
    "sms": Label("短信", "SMS"),
    "wecom": Label("企业微信", "WeCom"),
    "dingtalk": Label("钉钉", "DingTalk"),
    "feishu": Label("飞书", "Feishu"),
    "webhook": Label("Webhook", "Webhook"),
}
STATES = {
    "waiting": (Label("等待投递", "Waiting"), ""),
    "retrying": (Label("重试中", "Retrying"), "warn"),
    "dead": (Label("已停止", "Given up"), "bad"),
    "withdrawn": (Label("已撤回", "Withdrawn"), ""),
}
WORDS = {
    "title": Label("投递", "Deliveries"),
    "about": Label(
        "尚未送达的消息；失败的自动重试三天，之后停止，由管理员处理",
        "What has not arrived; what fails is tried for three days, then waits for an administrator",
    ),
    "all": Label("全部", "All"),
    "channel": Label("渠道", "Channel"),
    "topic": Label("事项", "About"),
    "agency": Label("单位", "Agency"),
    "apply": Label("查询", "Search"),
    "reset": Label("重置", "Reset"),
    "state": Label("状态", "State"),
    "number": Label("案号", "Case"),
    "to": Label("收件人", "To"),
    "attempts": Label("已试", "Tries"),
    "next": Label("下次", "Next"),
    "reason": Label("原因", "Reason"),
    "since": Label("产生时间", "Since"),
    "pick": Label("选择", "Choose"),
    "resend": Label("重新投递", "Resend"),
    "withdraw": Label("撤回", "Withdraw"),
    "chosen": Label("对所选的消息", "The chosen ones"),
    "whole": Label("对符合当前条件的全部消息：共", "All that match the filter:"),
    "pieces": Label("条", ""),
    "older": Label("较早的消息", "Older"),
    "newest": Label("回到最新", "Newest"),
    "same_id": Label(
        "重新投递沿用原编号，已收到的接收端不会重复处理", "Resent with the same id: who has it already knows it again"
    ),
    "none": Label("没有未送达的消息", "Everything has arrived"),
    "none_text": Label("消息送达后不再列在这里", "Messages are listed here until they arrive"),
    "none_found": Label("没有符合条件的消息", "Nothing matches"),
    "none_found_text": Label("其他状态或渠道可能有，请调整条件", "There may be some in other states or channels"),
    "scroll": Label("表格，可左右滚动", "Table; scrolls sideways"),
    "filter": Label("筛选", "Filter"),
}
NOBODY_CHOSEN = Label(
    "没有选择消息，没有改动。请勾选后再提交。", "Nothing was chosen and nothing changed; tick some first."
)
NONE_CHANGED = Label(
    "没有改动：这些消息已经送达、正在投递或已是这个状态。",
    "Nothing changed: they have arrived, are on their way, or are so already.",
)


@page
def deliveries(request: PageRequest) -> HttpResponse:
    """The newest first, by state, channel, topic and agency; `after` continues below a line."""
    agencies = keeping.kept_by(request.actor)
    if not agencies:
        raise refused()
    scope, wanted = keeping.scope_of(request.actor), keeping.wanted_from(request.GET, agencies)
    after = request.GET.get("after", "")
    found = keeping.undelivered(scope, wanted, limit=PAGE + 1, cursor=after)
    shown = found[:PAGE]
    counts = keeping.counted(scope)
    picked = {name: request.GET.get(name, "") for name in ("channel", "topic", "agency") if request.GET.get(name)}
    context = {
        "words": WORDS,
        "rows": [_row(kept) for kept in shown],
        "older": keeping.cursor_of(shown[-1]) if len(found) > len(shown) else "",
        "after": after,
        "matching": keeping.matching(scope, wanted),
        "views": _views(counts, wanted, picked),
        "channels": CHANNELS.items(),
        "topics": [(topic, topic_name(topic)) for topic in keeping.topics(scope)],
        "agencies": agencies,
        "picked": {**picked, "state": wanted.state},
        "filtered": bool(picked or wanted.state),
    }
    return render(request, "notifications/deliveries.html", context)


@post_only
@page
def change(request: PageRequest) -> HttpResponse:
    """`do` resend or withdraw, for the ids that were ticked or, with `all`, for everything that matches."""
    agencies = keeping.kept_by(request.actor)
    if not agencies:
        raise refused()
    back = {name: request.POST.get(name, "") for name in ("state", "channel", "topic", "agency")}
    wanted = keeping.wanted_from(back, agencies)
    if not request.POST.get("all"):
        wanted = Wanted(state=wanted.state, ids=tuple(request.POST.getlist("id")))
    target = redirect(f"{reverse('deliveries:list')}?{urlencode({k: v for k, v in back.items() if v})}")
    if wanted.ids == ():
        messages.warning(request, say(NOBODY_CHOSEN))
        return target
    do = fate.withdraw if request.POST.get("do") == "withdraw" else fate.resend
    n = do(actor=request.actor, wanted=wanted, now=clock.now())
    messages.success(request, say(_done(n, withdrawn=do is fate.withdraw))) if n else messages.warning(
        request, say(NONE_CHANGED)
    )
    return target


def refused() -> NotAllowed:
    return NotAllowed(
        Text(
            "投递情况由单位管理员和系统管理员查看。消息没有收到的，请联系本单位管理员。",
            "Deliveries are for administrators. If a message did not reach you, ask your agency's administrator.",
        )
    )


def _done(n: int, *, withdrawn: bool) -> Label:
    if withdrawn:
        return Label(f"已撤回 {n} 条", f"Withdrew {n}")
    return Label(f"已重新投递 {n} 条，将在片刻内发出", f"Resent {n}; they go out in a moment")


def _row(kept: Kept) -> dict[str, Any]:
    state, tone = STATES[kept.state]
    return {
        "kept": kept,
        "topic": topic_name(kept.topic),
        "channel": CHANNELS.get(kept.channel, Label(kept.channel, kept.channel)),
        "state": state,
        "tone": tone,
        "problem": in_both(kept.problem),
        "waits": kept.state in ("waiting", "retrying"),
    }


def _views(counts: dict[str, int], wanted: Wanted, picked: dict[str, str]) -> list[dict[str, Any]]:
    undelivered = sum(number for state, number in counts.items() if state != "withdrawn")
    views = [("", WORDS["all"], undelivered), *((state, STATES[state][0], counts[state]) for state in keeping.STATES)]
    return [
        {
            "href": f"?{urlencode({**({'state': state} if state else {}), **picked})}",
            "label": label,
            "count": count,
            "current": wanted.state == state,
            "bad": state == "dead" and count > 0,
        }
        for state, label, count in views
    ]
