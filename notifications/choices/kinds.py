"""The kinds of message a person chooses by: pure, the one list of what cannot be switched off.

Hand-offs, escalations and warnings reach whoever has to act, whatever they chose: they may decide over which of their
channels, and for hand-offs that the day's mail is enough. Everything else can be switched off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from agencies.vocabulary import Label
from cases.policy import deadlines

INBOX: Final = "inbox"
EMAIL: Final = "email"
SMS: Final = "sms"
# Over what a person can be reached outside of the product.
CHANNELS: Final = (EMAIL, SMS)

AT_ONCE: Final = "at_once"
DIGEST: Final = "digest"
OFF: Final = "off"

# A deadline that is nearer than this is told at once, in quiet hours, too.
URGENT_WITHIN: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds of message that are chosen together. `why`: what the form says where one cannot switch it off."""

    code: str
    name: Label
    explains: Label
    modes: tuple[str, ...]
    channels: tuple[str, ...]
    mode: str
    why: Label | None = None

    @property
    def must(self) -> bool:
        """Cannot be switched off."""
        return OFF not in self.modes


HANDOFFS: Final = Group(
    "handoffs",
    Label("移交与待办", "Hand-offs"),
    Label("待办、分派、改期、撤销、中止与答复", "Tasks that begin, change hands or date, are called off or answered"),
    (AT_ONCE, DIGEST),
    (EMAIL,),
    AT_ONCE,
    Label("轮到你办理的事项不能关闭提醒，只能改为每日汇总", "You have to act on these; a digest is the least"),
)
ESCALATIONS: Final = Group(
    "escalations",
    Label("到期、催办与督办", "Deadlines and escalations"),
    Label("到期提醒、催办、督办、通报", "Reminders and the steps that follow a missed deadline"),
    (AT_ONCE,),
    (EMAIL, SMS),
    AT_ONCE,
    Label(
        "期限提醒和催办督办不能关闭，也不进汇总", "A deadline does not wait for a digest, and cannot be switched off"
    ),
)
WARNINGS: Final = Group(
    "warnings",
    Label("警示", "Warnings"),
    Label("停电后仍在用电，措施已启动而线索不再成立", "A supply still drawn, a measure whose reason is gone"),
    (AT_ONCE,),
    (EMAIL, SMS),
    AT_ONCE,
    Label("涉及停电安全和当事人权益，不能关闭", "Safety and the rights of the person concerned depend on these"),
)
PROGRESS: Final = Group(
    "progress",
    Label("案件进展", "Progress of cases"),
    Label("本单位经手的案件有了结果，无须你办理", "Results of what your agency sent on; nothing for you to do"),
    (AT_ONCE, DIGEST, OFF),
    (EMAIL,),
    DIGEST,
)
SYSTEM: Final = Group(
    "system",
    Label("系统与管理", "System and administration"),
    Label("投递受阻、日历缺年、台账生成等", "Deliveries that are stuck, missing calendars, reports that were made"),
    (AT_ONCE, DIGEST, OFF),
    (EMAIL,),
    DIGEST,
)
GROUPS: Final[dict[str, Group]] = {group.code: group for group in (HANDOFFS, ESCALATIONS, WARNINGS, PROGRESS, SYSTEM)}

# A topic that is not named goes by what stands before its first dot; of an unknown one the system's group hears.
_OF_PREFIX: Final = {"task": HANDOFFS, "deadline": ESCALATIONS, "warning": WARNINGS, "case": PROGRESS}
_OF_TOPIC: Final = {"case.unlisted_measured": WARNINGS, "case.still_drawing": WARNINGS}
# How it went on: whoever is told of the same act for another reason is not told this as well.
FOLLOWING: Final = frozenset({"case.received", "case.returned", "case.done", "case.acted"})
# What must reach whoever is on the way to a site, at whatever hour.
_CALLED_OFF: Final = frozenset({"task.cancelled", "task.paused"})
_ON_SITE: Final = frozenset({"serve_notice", "execute_suspension", "confirm_suspension", "restore_supply"})


def group_of(topic: str) -> Group:
    """The group of a topic, also of one that a later release adds."""
    return _OF_TOPIC.get(topic) or _OF_PREFIX.get(topic.partition(".")[0], SYSTEM)


# The code of a topic's group, of a table with a column `topic`: `group_of` for a set of rows.
GROUP_SQL: Final = " ".join(
    (
        "CASE",
        *(f"WHEN topic = '{topic}' THEN '{group.code}'" for topic, group in _OF_TOPIC.items()),
        *(f"WHEN split_part(topic, '.', 1) = '{prefix}' THEN '{group.code}'" for prefix, group in _OF_PREFIX.items()),
        f"ELSE '{SYSTEM.code}' END",
    )
)


def kind_group(topic: str) -> str:
    """The code of a topic's group."""
    return group_of(topic).code


def urgent(topic: str, payload: Mapping[str, Any], created_at: datetime) -> bool:
    """Whether a message waits neither for the end of quiet hours nor for a digest.

    1. Warnings.
    2. A visit to a site that is called off or stands still: the crew may be on its way.
    3. A task whose period is counted in hours (a restoration): nobody's supply stays off because of a quiet night.
    4. A hand-off that is due within a day.
    """
    if group_of(topic) is WARNINGS:
        return True
    kind = str(payload.get("kind", ""))
    if topic in _CALLED_OFF:
        return kind in _ON_SITE
    if kind in deadlines.kinds() and deadlines.default_period(kind).unit == "hours":
        return group_of(topic).must
    due = due_of(payload)
    return topic.startswith("task.") and due is not None and created_at <= due <= created_at + URGENT_WITHIN


def due_of(payload: Mapping[str, Any]) -> datetime | None:
    """The deadline that a message tells, if it tells one."""
    due = payload.get("due_at")
    return datetime.fromisoformat(due) if isinstance(due, str) and due else None
