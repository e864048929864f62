"""The only code that changes a case.

`perform`: transaction → lock the case row → answer given before? → visible? → agency, role, four-eyes (from the
events) → stage → gates → input → effect → one event, written with all it brings by one SQL function.
`available_actions` walks the same table without writing and says of every act "yes" or why not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction

from agencies.actors import Actor
from cases.selectors.reach.parts import reading
from cases.workflow.deciding.available import Availability, availabilities, available_actions
from cases.workflow.deciding.decision import decide, related_case
from cases.workflow.deciding.loading import Loaded, load_case, load_opening
from cases.workflow.deciding.opening import decide_opening
from cases.workflow.deciding.standing import is_visible
from cases.workflow.errors import IdempotencyConflict, InvalidInput, NotAllowed, NotVisible, StaleVersion
from cases.workflow.fields import Transition
from cases.workflow.recording import bell
from cases.workflow.recording.writing import Writing, commit, request_hash
from cases.workflow.telling import label_of
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import CaseView, Text

__all__ = ["Availability", "Result", "availabilities", "available_actions", "perform"]

OPEN_CASE = "open_case"
LONGEST_KEY = 200


class Person(Protocol):
    """Who acts. Everything else about a person is read under the lock of the case, never taken from the caller."""

    @property
    def user_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Result:
    """What was done. `leaf` is the receipt: the hex hash of the event in the case's chain."""

    case_id: str
    number: str
    version: int
    stage: str
    action: str
    at: str
    event_id: int
    leaf: str
    opened: list[dict[str, Any]] = field(default_factory=list)
    closed: list[dict[str, Any]] = field(default_factory=list)
    document_number: str | None = None
    replayed: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def perform(
    *,
    case_id: UUID | str | None,
    action: str,
    actor: Person,
    data: dict[str, Any],
    expected_version: int | None,
    idempotency_key: str | None,
    now: datetime,
) -> Result:
    """Do one act on one case, or raise a WorkflowError and change nothing.

    `case_id` None opens a case. `expected_version` None means: whatever it is now (for workers that have just
    decided on the locked row themselves); the API and the pages always name one. `now` is the injected clock.
    """
    transition = transition_of(action)
    key = usable_key(idempotency_key) if idempotency_key else ""
    check_address(action, case_id)
    with transaction.atomic():
        if case_id is None:
            return _open(transition, actor, data, key, now)
        return _act(
            transition,
            str(case_id),
            actor=actor,
            data=data,
            expected_version=expected_version,
            key=key,
            now=now,
        )


def check_address(action: str, case_id: object) -> None:
    """Opening names no case, and nothing else does without one."""
    if action == OPEN_CASE and case_id is not None:
        raise InvalidInput(
            Text("立案是新建案件，不针对已有案件。", "Opening makes a new case; it is not done on an existing one."),
            code="unknown_action",
        )
    if action != OPEN_CASE and case_id is None:
        raise NotVisible


def usable_key(key: str) -> str:
    """The key as it is stored; raises InvalidInput for one that is empty, too long or not printable."""
    if 0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable():
        return key
    raise InvalidInput(
        Text(
            f"幂等键（Idempotency-Key）应为 1 至 {LONGEST_KEY} 个可打印的 ASCII 字符，建议用 UUID。",
            f"An Idempotency-Key has 1 to {LONGEST_KEY} printable ASCII characters; a UUID is best.",
        ),
        code="unreadable_idempotency_key",
    )


def transition_of(action: str) -> Transition:
    try:
        return TRANSITIONS[action]
    except KeyError:
        raise InvalidInput(
            Text(f"没有“{action}”这一事项，请在可办事项中选择。", f"There is no action “{action}”."),
            code="unknown_action",
        ) from None


def _act(
    transition: Transition,
    case_id: str,
    *,
    actor: Person,
    data: dict[str, Any],
    expected_version: int | None,
    key: str,
    now: datetime,
) -> Result:
    related_id = related_case(transition, data)
    # Both cases of a merge are locked in the order of their ids, so that two merges cannot wait for each other.
    loaded = {i: load_case(i, actor.user_id, key, lock=True) for i in sorted({case_id, related_id or case_id})}
    main = loaded[case_id]
    view = visible(main)
    digest = request_hash(case_id, transition.action, data) if key else ""
    if main.replay is not None:
        return replayed(main.replay, digest)
    if expected_version is not None and expected_version != view.version:
        raise stale(view, expected_version, present(main.actor))
    other = loaded[related_id] if related_id else None
    writings = decide(transition, main, data, now, related=other)
    return write(writings, transition, key, digest)


def _open(transition: Transition, actor: Person, data: dict[str, Any], key: str, now: datetime) -> Result:
    opening = load_opening(actor.user_id, key, 1)
    person = present(opening.actor)
    digest = request_hash(None, transition.action, data) if key else ""
    if opening.replay is not None:
        result = replayed(opening.replay, digest)
        # The answer of then names the case; whoever does not see it any more is told what everybody is.
        visible(load_case(result.case_id, actor.user_id, lock=False))
        return result
    original = related_case(transition, data)
    related = load_case(original, actor.user_id, lock=False) if original else None
    writing = decide_opening(
        transition, person, opening.directory, data, opening.serials[0], now, related=related, rules=opening.rules
    )
    return write([writing], transition, key, digest)


def present(actor: Actor | None) -> Actor:
    """The person as of now; raises NotAllowed for an account that was disabled since."""
    if actor is None:
        raise NotAllowed(Text("账号已停用。", "The account is disabled."), code="account_disabled")
    return actor


def visible(loaded: Loaded) -> CaseView:
    """The case that was loaded; raises NotVisible where there is none for this person."""
    actor = present(loaded.actor)
    if loaded.view is None or not is_visible(loaded.view, actor):
        raise NotVisible
    return loaded.view


def replayed(replay: dict[str, Any], digest: str) -> Result:
    if replay["hash"] != digest:
        raise IdempotencyConflict
    return Result(**{**replay["response"], "replayed": True})


def stale(view: CaseView, expected: int, actor: Actor) -> StaleVersion:
    """What was done last is told to whoever reads the whole case."""
    read = reading(actor, view.id)
    last = view.acts[-1] if view.acts and read is not None and read.whole else None
    label = label_of(last.action) if last else None
    zh, en = (f"（最近一次：{label.zh}）", f" (last: {label.en})") if label else ("", "")
    return StaleVersion(
        Text(
            f"这件案件已由他人更新{zh}，你的内容尚未保存。请核对最新情况后再提交。",
            f"The case has moved on{en}; nothing of yours was saved. Look at it and submit again.",
        ),
        figures={"current_version": str(view.version), "your_version": str(expected)},
    )


def write(writings: list[Writing], transition: Transition, key: str, digest: str) -> Result:
    """Commit the events; the answer is remembered under the key in the same transaction."""
    if key:
        writings[0].side["idempotency"] = {
            "key": key,
            "hash": digest,
            "response": _answer(writings[0], transition),
        }
    result = answers(writings, transition, commit(writings))[0]
    bell.ring()
    return result


def answers(writings: list[Writing], transition: Transition, receipts: list[dict[str, Any]]) -> list[Result]:
    """What callers are told of written events, each with its receipt."""
    return [Result(**_answer(w, transition), **receipt) for w, receipt in zip(writings, receipts, strict=True)]


def _answer(writing: Writing, transition: Transition) -> dict[str, Any]:
    body = writing.body
    return {
        "case_id": writing.case_id,
        "number": writing.number,
        "version": writing.seq,
        "stage": body["to"],
        "action": transition.action.value,
        "at": body["at"],
        "opened": body.get("open", []),
        "closed": body.get("close", []),
        "document_number": body.get("document", {}).get("number"),
    }
