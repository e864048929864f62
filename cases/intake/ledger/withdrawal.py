"""Taking back a list that was imported by mistake, as long as nobody has acted on its cases. Everything is kept.

A list that was cancelled half-way is taken back like a whole one; one whose issuer has been answered is not.

One person is enough: a withdrawal decides nothing about anybody, and takes back only what the import by itself had
recorded. In one transaction, while no import goes on:

1. The batch is `withdrawn`, with who, when and why; its rows keep cells, reading, fate and site.
2. What another list says too stays said: the equal row of that list takes the place of the withdrawn one.
3. Its other signals are withdrawn, and every case is told so (`cases.workflow.retracting`).
4. Identities and the keys of sites that only it had taught are free: the right file comes in as if for the first time.

A case that only this list had opened stays with the commission, whose triage is open: excluding a lead takes two people
(`propose_exclusion`, `decide_exclusion`), and the system decides nothing. There is no undoing: import the file again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from agencies.actors import Actor, system_actor
from agencies.directory import AgencyRef, get_directory
from agencies.visibility import seen, sight_keys
from audit import sight
from audit.actions import Action
from audit.services import record_by
from audit.sight import working_as
from cases.intake.ledger import resting
from cases.intake.receiving import check_sender
from cases.models import Feedback, ListBatch
from cases.models.feedback import lock_answers
from cases.models.intake import lock_intake
from cases.selectors.paging import fetch
from cases.workflow.errors import GuardRefused, InvalidInput
from cases.workflow.retracting import WithdrawnList, retract
from cases.workflow.view import Text

REASONS: Final = {
    "wrong_file": Text("选错文件", "The wrong file"),
    "wrong_details": Text("类型、级别或下发单位填错", "Wrong kind, level or issuer"),
    "issuer_recalled": Text("下发单位收回", "Recalled by its issuer"),
    "trial": Text("试导入", "A trial import"),
}
NAMED: Final = 10


NOT_WRITTEN: Final = Text(
    "该批次没有可撤回的行：正在导入的，请先停止导入或待其完成；在匹配列、预览的，取消即可；已取消且未写入任何行的，或不能识别的，"
    "无须撤回。",
    "No row of this batch can be taken back. Stop the import first or let it finish; cancel a list that is not"
    " confirmed; one that was cancelled before its first row, or is no list, needs no withdrawal.",
)


def is_written(batch: ListBatch) -> bool:
    """Whether it has rows to take back, and none is on its way: all of them, or those before it was cancelled."""
    states = ListBatch.State
    return batch.state == states.DONE or (batch.state == states.CANCELLED and batch.rows_done > 0)


def check_reason(why: str) -> str:
    """Raises InvalidInput."""
    if why not in REASONS:
        words, codes = "、".join(f"{code}（{label.zh}）" for code, label in REASONS.items()), ", ".join(REASONS)
        raise InvalidInput(fields={"reason": Text(f"撤回原因应为：{words}。", f"The reason is one of: {codes}.")})
    return why


def withdraw_batch(*, actor: Actor, batch: ListBatch, why: str, now: datetime) -> ListBatch:
    """Take the list back; `batch` is one that the actor may see.

    Raises NotAllowed (neither a handler of the sender nor of the leading commission), InvalidInput (the reason),
    GuardRefused (nothing imported yet, answered, acted on, merged since, replies in use).
    """
    agency = get_directory().by_id[batch.agency_id]
    check_sender(actor, agency)
    check_reason(why)
    looker = sight.current()
    with working_as("withdrawal"), transaction.atomic():
        # In the order of those who answer the list, and of those who import it.
        lock_answers(batch.id)
        held = ListBatch.objects.select_for_update(no_key=True).get(id=batch.id)
        lock_intake()
        _check_state(held)
        _check_untouched(held, actor, looker)
        _record(held, actor, agency, why, now)
        gone = WithdrawnList(held.id, held.name, held.kind, actor.user_id)
        retract(resting.retractions(held), of=gone, actor=system_actor(), now=now)
        # Now that its cases are locked: somebody may have acted while this was getting there.
        _check_untouched(held, actor, looker)
        _free(held, now)
    batch.refresh_from_db()
    return batch


def _check_state(batch: ListBatch) -> None:
    if batch.state == ListBatch.State.WITHDRAWN:
        raise GuardRefused(Text("该批次已经撤回。", "This batch has been withdrawn already."), code="already_withdrawn")
    if not is_written(batch):
        raise GuardRefused(NOT_WRITTEN, code="not_imported")
    sent = Feedback.objects.filter(batch_id=batch.id, state=Feedback.State.SENT).order_by("number").last()
    if sent is not None:
        raise GuardRefused(_answered(sent), code="answered", figures={"version": str(sent.number)})
    if batch.kind == ListBatch.Kind.TRACE and resting.replies_in_use(batch):
        raise GuardRefused(
            Text(
                "溯源反馈已用于认定点位，不能整批撤回；回复有误的，请报送更正后的反馈。",
                "These replies have named sites already; send corrected replies instead of withdrawing the list.",
            ),
            code="replies_in_use",
        )


def _answered(sent: Feedback) -> Text:
    """Whoever reads the list reads what was sent, so its number may be told."""
    return Text(
        f"该批次的反馈第{sent.number}版已报送下发单位（{sent.document_number}），名单不能再撤回。"
        "名单有误的，请生成新一版反馈更正，所涉案件逐件办理（如提出误报排除）。",
        f"Version {sent.number} of the feedback ({sent.document_number}) went to the issuer, so the list stays."
        " Correct it by a new version of the feedback, and deal with its cases singly.",
    )


def _check_untouched(batch: ListBatch, actor: Actor, looker: sight.Sight) -> None:
    """Nobody but imports has acted on a case since the list came."""
    system = system_actor().user_id
    if acted := resting.acted_on(batch, system):
        named = _named(acted, actor, looker)
        raise GuardRefused(
            Text(
                f"名单所涉案件已有人办理，不能撤回：{named.zh}。这些案件请逐件办理（如提出误报排除）。",
                f"Somebody has acted on cases of this list: {named.en}. It cannot be withdrawn; deal with them singly.",
            ),
            code="acted_on",
            figures={"cases": named.en, "count": str(len(acted))},
        )
    if merged := resting.merged_since(batch, system):
        named = _named(merged, actor, looker)
        raise GuardRefused(
            Text(
                f"名单导入后有案件因此并案：{named.zh}。请先撤销并案，再撤回名单。",
                f"Cases were merged since the list came: {named.en}. Undo the merges first.",
            ),
            code="merged_since",
            figures={"cases": named.en, "count": str(len(merged))},
        )


def _named(numbers: list[str], actor: Actor, looker: sight.Sight) -> Text:
    """The numbers that this person may know, a few of them; of the others how many there are."""
    with sight.looking(looker) if not actor.is_system else working_as("withdrawal"):
        if actor.is_system:
            known = numbers
        else:
            sql = f"SELECT c.number FROM cases_case c WHERE c.number = ANY(%s) AND {seen('c.id')} ORDER BY c.number"
            known = [row["number"] for row in fetch(sql, [numbers, sight_keys(actor)])]
    shown, more = known[:NAMED], len(numbers) - len(known[:NAMED])
    zh, en = "、".join(shown), ", ".join(shown)
    if not more:
        return Text(zh, en)
    return Text(f"{zh}等 {len(numbers)} 件" if shown else f"{more} 件", f"{en} and {more} more" if shown else f"{more}")


def _record(batch: ListBatch, actor: Actor, agency: AgencyRef, why: str, now: datetime) -> None:
    """The state, the event, and the rows that hand over what other lists say too."""
    counts = batch.counts
    data: dict[str, Any] = {
        "batch": str(batch.id),
        "batch_name": batch.name,
        "kind": batch.kind,
        "sha256": batch.sha256,
        "why": why,
        "rows": batch.rows_done,
        "counts": {name: counts.get(name, {}) for name in ("fates", "effects")},
    }
    role = "system" if actor.is_system else "handler"
    record_by(
        "SELECT list_withdraw(%s, %s, %s)",
        [str(batch.id), actor.user_id],
        stream=f"agency/{agency.code}",
        action=Action.IMPORT_WITHDRAWN,
        actor={"id": actor.user_id, "username": actor.username, "agency": agency.id, "role": role},
        data=data,
        now=now,
    )


def _free(batch: ListBatch, now: datetime) -> None:
    """What is left of its signals is withdrawn, and its keys are free."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_signal s SET withdrawn_at = %s FROM cases_listrow r"
            " WHERE r.id = s.row_id AND r.batch_id = %s AND s.withdrawn_at IS NULL",
            [now, str(batch.id)],
        )
        cursor.execute("SELECT list_release(%s, %s)", [str(batch.id), resting.keys_to_free(batch)])
