"""Verifying the whole trail: at once where it is short, by a worker with its progress where it is long.

What was found is kept on record whoever asked (`audit.verification.keeping`); only how far a running one has come is
kept in Redis, and where that is lost the page says that it has to be begun again. After a verification that failed
nothing of the trail leaves until a later one of the whole trail is clean.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread
from typing import Any, Final

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from kombu.exceptions import OperationalError

from agencies.actors import Actor
from agencies.authority import event_actor
from agencies.vocabulary import Role
from audit import clock
from audit.log import EventActor
from audit.verification import Report, verify
from audit.verification.keeping import SYSTEM, events_at_most, keep, last_kept
from cases.policy.dated import CHINA
from cases.workflow.errors import GuardRefused, NotAllowed
from cases.workflow.view import Text

logger = logging.getLogger(__name__)

# So many events are verified while the reader waits (a second or two).
AT_ONCE: Final = 20_000
KEPT_SECONDS: Final = 24 * 3600
# A worker that has said nothing for so long has gone: somebody else may begin.
SILENCE_SECONDS: Final = 120
_RUNNING: Final = "trail/running"
ROLE_NEEDED: Final = Text(
    "校验全部记录需“督查”角色；可按案件编号校验单件案件。",
    "Verifying everything needs the role supervisor; verify one case instead.",
)
LOCKED: Final = Text(
    "最近一次完整性校验未通过，审计记录的导出已锁定。请通知系统管理员保全数据库；查明原因后重新校验，通过后即可导出。",
    "The last verification failed, so that nothing of the trail can be exported. Have the database secured; exports are"
    " open again after a verification that is clean.",
)


@dataclass(frozen=True, slots=True)
class Job:
    """A verification that a worker does: how many of at most how many events, and what came of it."""

    id: str
    state: str
    done: int
    total: int
    asked_at: datetime

    @property
    def percent(self) -> int:
        return 100 if self.state == "done" else min(99, self.done * 100 // self.total) if self.total else 0

    @property
    def running(self) -> bool:
        return self.state in ("waiting", "running")


def may_verify(actor: Actor) -> bool:
    """Verifying everything costs the server seconds and is the supervisors' business."""
    return actor.has_role(Role.SUPERVISOR)


def check_open() -> None:
    """Raises GuardRefused while the last verification on record is one that failed."""
    kept = last_kept()
    if kept is not None and not kept.ok:
        raise GuardRefused(LOCKED, code="trail_broken")


def verify_case(actor: Actor, case_id: str, now: datetime) -> Report:
    """Recompute one case's chain; a failure is kept on record, a success tells nothing of the rest."""
    report = verify(stream=f"case/{case_id}")
    if not report.ok:
        keep(report, event_actor(actor), now)
    return report


def verify_all(actor: Actor, now: datetime) -> Report | Job:
    """Recompute everything: the report, or where it takes long the job. Raises NotAllowed."""
    if not may_verify(actor):
        raise NotAllowed(ROLE_NEEDED)
    total = events_at_most()
    if total <= AT_ONCE:
        report = verify()
        keep(report, event_actor(actor), now)
        return report
    return _begin(actor, total, now)


def next_run(now: datetime) -> datetime:
    """When the trail is verified by itself the next time."""
    hour, minute = settings.TRAIL_VERIFIED_AT
    local = timezone.localtime(now, CHINA)
    at = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return at if at > local else at + timedelta(days=1)


# --- the job ---------------------------------------------------------------------------------------------------------


def job_of(job_id: str) -> Job | None:
    """How far it has come; None for one that nobody knows any more."""
    kept: dict[str, Any] | None = cache.get(_key(job_id))
    return None if kept is None else Job(job_id, kept["state"], kept["done"], kept["total"], kept["asked_at"])


def run(job_id: str, actor: EventActor) -> None:
    """Verify the whole trail for this job, unless somebody is at it."""
    if not cache.add(f"{_RUNNING}/{job_id}", 1, SILENCE_SECONDS):
        return
    total = events_at_most()

    def tell(done: int) -> None:
        cache.touch(f"{_RUNNING}/{job_id}", SILENCE_SECONDS)
        cache.touch(_RUNNING, SILENCE_SECONDS)
        _put(job_id, "running", done, total)

    try:
        tell(0)
        report = verify(progress=tell)
        keep(report, actor, clock.now())
        _put(job_id, "done", report.events, total)
    except BaseException:
        _put(job_id, "failed", 0, total)
        raise
    finally:
        cache.delete_many([f"{_RUNNING}/{job_id}", _RUNNING])


def run_by_plan() -> None:
    """What happens every night; a failure is an error in the log of the server as well."""
    report = verify()
    keep(report, SYSTEM, clock.now())
    if not report.ok:
        logger.error("the audit trail does not verify: %d problems", report.problem_count)


def _begin(actor: Actor, total: int, now: datetime) -> Job:
    job_id = secrets.token_hex(16)
    if not cache.add(_RUNNING, job_id, SILENCE_SECONDS):
        there = job_of(str(cache.get(_RUNNING)))
        if there is not None:
            return there
    _put(job_id, "waiting", 0, total, now)
    who = event_actor(actor)
    Thread(target=_ring, args=(job_id, who.as_dict()), name="trail-bell", daemon=True).start()
    return Job(job_id, "waiting", 0, total, now)


def _ring(job_id: str, who: dict[str, Any]) -> None:
    try:
        current_app.send_task("cases.verify_trail", [job_id, who], retry=False)
    except OperationalError:
        logger.warning("no worker could be rung to verify the trail")


def _key(job_id: str) -> str:
    return f"trail/job/{job_id}"


def _put(job_id: str, state: str, done: int, total: int, at: datetime | None = None) -> None:
    kept = cache.get(_key(job_id)) or {}
    asked_at = at or kept.get("asked_at") or clock.now()
    cache.set(_key(job_id), {"state": state, "done": done, "total": total, "asked_at": asked_at}, KEPT_SECONDS)
