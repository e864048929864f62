"""撤回批次: what will happen, the reason, and the deed."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from agencies.directory import get_directory
from audit import clock
from cases.intake.ledger.leftovers import exclude
from cases.intake.ledger.withdrawal import withdraw_batch
from cases.intake.selectors import get_batch
from cases.models import ListBatch
from cases.web.pages import PageRequest, page, post_only
from cases.web.show import imports as import_page
from cases.web.show.lists import ledger
from cases.web.show.words import say
from cases.workflow.errors import GuardRefused, InvalidInput, NotVisible


@page
def withdraw(request: PageRequest, batch_id: UUID) -> HttpResponse:
    """Ask for the reason, then take the list back. A refusal stands above the form, with the cases it names."""
    batch = get_batch(request.actor, batch_id)
    if batch is None:
        raise NotVisible
    import_page.check(request.actor, batch)
    if request.method != "POST":
        return render(request, "web/import_withdraw.html", _context(batch))
    try:
        withdraw_batch(actor=request.actor, batch=batch, why=request.POST.get("reason", ""), now=clock.now())
    except InvalidInput as wrong:
        text = wrong.fields.get("reason", wrong.text)
        return render(request, "web/import_withdraw.html", {**_context(batch), "refused": text}, status=400)
    except GuardRefused as refused:
        return render(request, "web/import_withdraw.html", {**_context(batch), "refused": refused.text}, status=409)
    messages.success(request, gettext("批次“%(name)s”已撤回，文件可以重新导入。") % {"name": batch.name})
    return redirect("web:import", batch_id=batch.id)


@post_only
@page
def exclude_left(request: PageRequest, batch_id: UUID) -> HttpResponse:
    """One step of excluding the cases that only this list had opened; what was refused is said with the reason."""
    batch = get_batch(request.actor, batch_id)
    if batch is None:
        raise NotVisible
    step = request.POST.get("step", "")
    done = exclude(actor=request.actor, batch=batch, step=step, now=clock.now())
    said = gettext("已提出排除 %(n)s 件") if step == "propose" else gettext("已审核同意排除 %(n)s 件")
    if done.done:
        messages.success(request, said % {"n": done.done})
    if done.why:
        why = gettext("%(n)s 件未办理：%(why)s") % {"n": done.refused, "why": say(done.why)}
        messages.error(request, why)
    return redirect("web:import", batch_id=batch.id)


def _context(batch: ListBatch) -> dict[str, object]:
    return {"batch": import_page.heading(batch, get_directory()), "reasons": ledger.reasons()}
