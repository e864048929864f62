"""离岗交接: what is open in a leaving person's name, a successor for each role or row, and all of it in one step."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from agencies.errors import AgencyError
from agencies.models import User
from agencies.vocabulary import LABELS, Role
from audit import clock
from cases.web.pages import PageRequest, page
from cases.web.show import accounts as accounts_page
from cases.web.views.people.changes import find
from cases.workflow.errors import NotAllowed
from cases.workflow.handover import Choice, Plan, Receipt, carry_out, draw_up
from cases.workflow.view import Text


@never_cache
@page
def hand_over(request: PageRequest, username: str) -> HttpResponse:
    """The preview; after the confirmation of what was previewed, back to the person with the receipt."""
    user = find(request, username)
    choice, refused = _choice(request), None
    if request.method == "POST" and request.POST.get("step") == "confirm":
        try:
            receipt = _carry_out(request, user, choice)
        except AgencyError as error:
            refused = error
        else:
            messages.success(request, _said(user, receipt))
            return redirect("web:person", username)
    context, status = _preview(request, user, choice, refused)
    return render(request, "web/hand_over.html", context, status=status)


def _carry_out(request: PageRequest, user: User, choice: Choice) -> Receipt:
    seen, fate = request.POST.get("seen", "").split(), request.POST.get("fate", "")
    return carry_out(actor=request.actor, user=user, choice=choice, seen=seen, fate=fate, now=clock.now())


def _preview(
    request: PageRequest, user: User, choice: Choice, refused: AgencyError | None
) -> tuple[dict[str, Any], int]:
    """The plan as of now, below the sentence of what was refused, if something was."""
    try:
        plan = draw_up(request.actor, user, choice)
    except AgencyError as error:
        if error.status == 403:
            raise NotAllowed(Text(*error.text), code=error.code) from error
        refused, choice = error, Choice()
        plan = draw_up(request.actor, user, choice)
    shown = {**_shown(plan, choice), **accounts_page.of_person(request.actor, user), "fate": request.POST.get("fate")}
    return {**shown, "refused": refused.text if refused else None}, refused.status if refused else 200


def _choice(request: PageRequest) -> Choice:
    """`role.handler=username`; `task.<id>=username`, `-` for nobody; nothing where the role's successor takes it."""
    typed: dict[str, str] = (request.POST if request.method == "POST" else request.GET).dict()
    by_role = {key[5:]: value for key, value in typed.items() if key.startswith("role.") and value}
    by_task = {key[5:]: value for key, value in typed.items() if key.startswith("task.") and value}
    return Choice(by_role, {task: "" if value == "-" else value for task, value in by_task.items()})


def _shown(plan: Plan, choice: Choice) -> dict[str, Any]:
    roles = sorted({role for row in plan.rows for role in row.roles})
    return {
        "rows": [{"task": row, "chosen": _chosen(row.task_id, choice)} for row in plan.rows],
        "moving": sum(1 for row in plan.rows if row.moves),
        "by_role": [(role, LABELS[Role(role)], choice.by_role.get(role, "")) for role in roles],
        "ending": [
            {"row": held, "label": LABELS[Role(held.role)], "only": held.pk in plan.only_holder}
            for held in plan.memberships
        ],
        "running": plan.substitutions,
        "imports": plan.imports,
        "seen": " ".join(sorted(plan.seen)),
    }


def _chosen(task_id: str, choice: Choice) -> str:
    return (choice.by_task[task_id] or "-") if task_id in choice.by_task else ""


def _said(user: User, receipt: Receipt) -> str:
    said = gettext(
        "%(name)s 的交接已办结：移交待办 %(handed)s 项，留给单位 %(left)s 项，终止角色 %(roles)s 个、代理 %(subs)s 项。"
        "回执 %(leaf)s"
    )
    return said % {
        "name": user.display_name,
        "handed": receipt.handed,
        "left": receipt.left,
        "roles": receipt.roles,
        "subs": receipt.substitutions,
        "leaf": receipt.leaf[:16],
    }
