"""The access log against its seals: every sealed section is still there, as it was, unless its pruning is on record."""

from collections.abc import Iterator
from typing import Any

from audit.access import STREAM
from audit.access.sections import digest_of
from audit.actions import Action
from audit.verification.projections import Event, Problem, Scope, Streams


def verify_access(scope: Scope, streams: Streams) -> Iterator[Problem]:
    """What is wrong with the sections. Lines after the last seal are not sealed yet and prove nothing."""
    for stream, events in streams:
        if stream != STREAM:
            for _ in events:
                pass
            continue
        sections, pruned = _read(events)
        yield from _order(sections)
        yield from _sections(scope.connection, sections, pruned)


def _read(events: Iterator[Event]) -> tuple[list[tuple[Event, dict[str, Any]]], int]:
    sections, pruned = [], 0
    for event in events:
        data = event.body.get("data", {})
        if event.body["action"] == Action.ACCESS_LOG_SEALED:
            sections.append((event, data))
        elif event.body["action"] == Action.ACCESS_LOG_PRUNED:
            pruned = max(pruned, int(data["through_id"]))
    return sections, pruned


def _order(sections: list[tuple[Event, dict[str, Any]]]) -> Iterator[Problem]:
    """Each section begins where the one before ended: no line stands between two seals."""
    through = 0
    for event, data in sections:
        after = data["after_id"]
        if after != through:
            yield _told(
                event,
                f"查阅日志各段不衔接：上一段止于第 {through} 行，本段始于第 {after} 行之后",
                f"sections of the access log do not join: one ends at {through}, the next begins after {after}",
            )
        through = data["through_id"]


def _sections(connection: Any, sections: list[tuple[Event, dict[str, Any]]], pruned: int) -> Iterator[Problem]:
    for event, data in sections:
        lines, digest = digest_of(connection, data["after_id"], data["through_id"])
        if data["through_id"] <= pruned:
            if lines:
                yield _told(
                    event,
                    f"查阅日志中已登记清理的一段仍有 {lines} 行",
                    f"{lines} lines of a section of the access log are still there, though its pruning is on record",
                )
        elif lines != data["lines"]:
            yield _told(
                event,
                f"查阅日志该段现有 {lines} 行，封存时为 {data['lines']} 行，有行被删除或插入",
                f"this section of the access log has {lines} lines and was sealed with {data['lines']}",
            )
        elif digest != data["digest"]:
            yield _told(
                event,
                f"查阅日志该段内容与封存时的散列不符：按内容计算为 {digest}",
                f"the lines of this section of the access log hash to {digest}, not to what was sealed",
            )


def _told(event: Event, zh: str, en: str) -> Problem:
    return Problem(event.id, event.stream, event.seq, "access", zh, en)
