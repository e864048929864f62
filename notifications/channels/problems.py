"""What went wrong with a delivery, as one column keeps it: a line of Chinese and, where it differs, one of English."""

from __future__ import annotations

from agencies.vocabulary import Label
from notifications.channels.base import NotTaken

LONGEST = 200  # signs; the width of the columns


def as_kept(said: Label) -> str:
    """Both halves, cut where a name in them was too long for the column."""
    half = LONGEST // 2 - 1
    return said.zh[:LONGEST] if said.zh == said.en else f"{said.zh[:half]}\n{said.en[:half]}"


def in_both(problem: str) -> Label:
    """What a page shows, each reader the own half. What has one line is in neither language, or in no other."""
    zh, _, en = problem.partition("\n")
    return Label(zh, en or zh)


def in_one(problem: str) -> str:
    """One line of both, for the shell."""
    return problem.replace("\n", " ")


def problem_of(fault: BaseException) -> str:
    """To be kept. A sender's words may be shown as they are; of what nobody foresaw only its kind and place are."""
    if isinstance(fault, NotTaken):
        return as_kept(fault.said)
    at = fault.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    place = f"{at.tb_frame.f_code.co_name}:{at.tb_lineno}" if at is not None else ""
    return f"{type(fault).__name__} {place}"[:LONGEST]
