"""快捷键: which keys there are, what each stands for on the page, and the switch that turns them off."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from agencies.services.comfort import switch_keys, wants_keys
from agencies.vocabulary import Label
from cases.web.pages import PageRequest, page
from cases.web.show.words import say

WORDS: Final = {
    "title": Label("快捷键", "Keys"),
    "sub": Label(
        "每个快捷键都有页面上的对应按钮或链接；不可撤回的办理没有快捷键。在输入框中不起作用。",
        "Every key has a button or link on the page; what cannot be undone has none. Keys do nothing while you type.",
    ),
    "key": Label("按键", "Key"),
    "does": Label("作用", "What it does"),
    "control": Label("页面上的对应", "On the page"),
    "then": Label("再按", "then"),
    "nav": Label("左侧导航", "The navigation"),
    "on": Label("快捷键已启用", "Keys are on"),
    "off": Label("快捷键已停用", "Keys are off"),
    "turn_on": Label("启用快捷键", "Turn keys on"),
    "turn_off": Label("停用快捷键", "Turn keys off"),
    "kept": Label(
        "这一选择随账号保存，换一台电脑也有效。使用读屏软件或语音输入时，建议停用。",
        "This is kept with your account, for every computer. With a screen reader or speech input, turn them off.",
    ),
}
_BAR = Label("顶栏搜索框", "The search box of the bar")
KEYS: Final[tuple[tuple[tuple[str, ...], Label, Label], ...]] = (
    (("/",), Label("搜索案件", "Search cases"), _BAR),
    (("J",), Label("下一行", "Next row"), Label("列表各行的链接，Tab 键", "The links of the rows, by Tab")),
    (
        ("K",),
        Label("上一行", "Previous row"),
        Label("列表各行的链接，Shift+Tab", "The links of the rows, by Shift+Tab"),
    ),
    (("Enter",), Label("打开所在行", "Open the row"), Label("行内的链接", "The link of the row")),
    (("X",), Label("选择所在行", "Select the row"), Label("行首的复选框", "The checkbox of the row")),
    (("Shift", "X"), Label("选到所在行", "Select up to the row"), Label("各行的复选框", "The checkboxes of the rows")),
    (("F",), Label("筛选条件", "The filters"), Label("列表上方的筛选", "The filters above the list")),
    (("N",), Label("下一页", "Next page"), Label("列表下方的翻页", "The pager below the list")),
    (("P",), Label("上一页", "Previous page"), Label("列表下方的翻页", "The pager below the list")),
    (
        ("E",),
        Label("办理：打开核对页", "Proceed: open the page to check"),
        Label("“办理”按钮", "The button of the act"),
    ),
    (("Esc",), Label("取消选择", "Clear the selection"), Label("各行的复选框", "The checkboxes of the rows")),
    (("?",), Label("本页", "This page"), Label("顶栏的键盘图标", "The keyboard icon of the bar")),
)


@page
def keys(request: PageRequest) -> HttpResponse:
    """The list; the switch is a form."""
    if request.method == "POST":
        on = request.POST.get("keys") == "on"
        switch_keys(actor=request.actor, on=on)
        messages.success(request, say(WORDS["on" if on else "off"]))
        return redirect("web:keys")
    rows: list[dict[str, Any]] = [{"keys": list(k), "does": does, "control": control} for k, does, control in KEYS]
    context = {"words": WORDS, "on": wants_keys(request.actor.user_id), "rows": rows}
    return render(request, "web/entry/keys.html", context)
