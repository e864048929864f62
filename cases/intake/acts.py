"""From a chunk's plan to acts on cases, done by the engine alone: open, attach, merge.

New cases are opened in the name of the person who imports; what the rules of matching decide about existing cases is
done by the named system actor, since that person's agency need not take part in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from agencies.actors import Actor
from agencies.visibility import ceilings
from agencies.vocabulary import Confidentiality
from audit.ids import new_id
from cases.intake.lists.rows import ReadRow
from cases.intake.lists.subjects import title_of
from cases.intake.sites.destinations import leaves, may_join, readers, route_of, tell, where
from cases.intake.sites.identity import SiteState
from cases.intake.sites.lookups import StoredCase
from cases.intake.sites.plan import Placement, Plan
from cases.intake.sites.routing import Route, Routes
from cases.workflow.bulk import Request, perform_many
from cases.workflow.engine import Result
from cases.workflow.errors import WorkflowError

# The engine asks for a few hundred acts a call; larger calls were no faster.
ACTS_A_CALL = 500
# Under a measure the region of a case stays (see the gate of attach_signal); the title may still become clearer.
MOVABLE = frozenset({"monitoring", "verification"})
FAMILY = {"telecom": "traffic", "grid": "energy", "tips": "report"}
_HINTS = {"telecom": "挖矿流量", "trace": "挖矿流量", "grid": "用电异常", "tips": "群众举报"}


@dataclass(frozen=True, slots=True)
class Import:
    """What all chunks of an import share.

    `level` is that of the list, in the words of cases (normal, priority). `home` is the city (four digits) of the
    agency; `regions`: names by code; `sent_by` are the agencies that read their own part of what is routed elsewhere.
    """

    batch_id: UUID
    name: str
    kind: str
    level: str
    home: str
    regions: Mapping[str, str]
    actor: Actor
    system: Actor
    now: datetime
    routes: Routes
    sent_by: tuple[int, ...]


@dataclass(slots=True)
class Target:
    """A site with everything the chunk brings to it, and the case it ends up with.

    `rerouted`: its case went to another region's. `losers` are the stored cases that this one takes over. `source`: the
    case that the first of the rows that move here comes from.
    """

    state: SiteState
    site_id: UUID
    stored: StoredCase | None
    placements: list[Placement] = field(default_factory=list)
    moved_in: int = 0
    source: StoredCase | None = None
    case_id: str = ""
    number: str = ""
    opened: bool = False
    rerouted: bool = False
    region_code: str = ""
    route: Route | None = None
    located_by: ReadRow | None = None
    losers: list[StoredCase] = field(default_factory=list)


def gather(plan: Plan, cases: dict[str, StoredCase]) -> dict[str, Target]:
    """The sites that the chunk touches, in the order in which their first row stands in the file."""
    targets: dict[str, Target] = {}
    for placement in plan.placements:
        if (root := placement.root) is not None:
            target = _target(targets, root, cases)
            if placement.counts:
                target.placements.append(placement)
            _note_location(target, placement)
    for move in plan.moves:
        target = _target(targets, move.site.root(), cases)
        target.moved_in += 1
        target.source = target.source or cases.get(move.source.case_id or "")
    for merge in plan.merges:
        target = _target(targets, merge.survivor.root(), cases)
        target.losers += [cases[merge.loser.case_id]] if merge.loser.case_id else []
    return targets


def _target(targets: dict[str, Target], root: SiteState, cases: dict[str, StoredCase]) -> Target:
    target = targets.get(root.ref)
    if target is None:
        stored = cases.get(root.case_id or "")
        target = targets[root.ref] = Target(root, stored.site_id if stored else new_id(), stored)
        if stored:
            target.case_id, target.number = stored.case_id, stored.number
    return target


def _note_location(target: Target, placement: Placement) -> None:
    """The first row that names the subscriber or the door gives title and region, unless another reply corrected it."""
    if target.located_by is None:
        for read in placement.spoken:
            if read.personal and (read.place.county or read.subject != "unknown"):
                target.located_by = read
                return


def perform(plan: Plan, targets: dict[str, Target], imported: Import) -> list[WorkflowError]:
    """Open, reroute, attach and merge; returns the merges that a gate refused, whose cases simply stay two."""
    _open([t for t in targets.values() if needs_case(t, imported.kind)], imported)
    for target in targets.values():
        if leaves(target, imported):
            _reroute(target, imported)
    _attach([t for t in targets.values() if t.stored and not (t.opened or t.rerouted)], imported)
    refused = _merge(plan, targets, imported)
    for target in targets.values():
        tell(target, imported)
    return refused


def needs_case(target: Target, kind: str) -> bool:
    """A new site, or a closed one that was hit again; a carrier's reply to a closed case is no new hit."""
    if target.state.is_new:
        return bool(target.placements or target.moved_in)
    return not target.state.open and kind != "trace" and bool(target.placements)


def _open(targets: Sequence[Target], imported: Import) -> None:
    """In the name of the person who imports; in another region by the system, for he opens none there."""
    own: list[Target] = []
    others: list[Target] = []
    for target in targets:
        (own if imported.routes.is_home(route_of(target, imported).region) else others).append(target)
    for group, actor, sent_by in ((own, imported.actor, ()), (others, imported.system, imported.sent_by)):
        requests = [Request("open_case", _opening(target, imported), sent_by=sent_by) for target in group]
        for target, answer in zip(group, _performed(requests, actor, imported.now), strict=True):
            if isinstance(answer, WorkflowError):
                # Nothing of the chunk may stand without its case: the import stops here with the engine's own sentence.
                raise answer
            target.case_id, target.number, target.opened = answer.case_id, answer.number, True


def _reroute(target: Target, imported: Import) -> None:
    """Open it where it belongs and merge the lead into that case: the way back is to undo the merge.

    Where a gate keeps the lead, nothing is opened.
    """
    if target.stored is None:
        return
    with suppress(WorkflowError), transaction.atomic():
        opening = Request("open_case", _opening(target, imported), sent_by=imported.sent_by)
        opened = _done(_performed([opening], imported.system, imported.now)[0])
        data = {"survivor": opened.number, "reason_code": "same_site"}
        merging = Request("merge_case", data, case_id=target.stored.case_id, sent_by=imported.sent_by)
        _done(_performed([merging], imported.system, imported.now)[0])
        target.case_id, target.number, target.rerouted = opened.case_id, opened.number, True


def _done(answer: Result | WorkflowError) -> Result:
    if isinstance(answer, WorkflowError):
        raise answer
    return answer


def _opening(target: Target, imported: Import) -> dict[str, Any]:
    rows = [placement.read for placement in target.placements]
    route = route_of(target, imported)
    target.region_code = route.region
    title, before = _title(target, imported), target.stored if target.state.open else None
    # What is new here only because it left a case without a name tells of the same coin, and is as urgent.
    before = before or (target.source if target.state.is_new and not target.stored else None)
    urgent = any(row.reading.get("level") for row in rows) or _level(target) == "priority"
    data: dict[str, Any] = {
        "region_code": target.region_code,
        "title": _renamed(before.title, title) if before else title,
        "source": imported.kind,
        "batch": imported.name,
        "level": "priority" if urgent else imported.level,
        "signals": _signals(target, imported.kind),
        "site": str(target.site_id),
    }
    if route.away:
        data["elsewhere"] = route.away
    if target.stored is not None and not target.state.open:
        data["level"] = "priority"
        # A case that ended in another city than this one is opened in is not to be named here, and one that is more
        # confidential than whoever imports may know is nobody's here.
        ended = target.stored.region_code
        same = ended.startswith(imported.home if imported.routes.is_home(route.region) else route.region[:4])
        if same and _may_name(imported.actor, target.stored):
            data["relapse_of"] = target.stored.number
    return data


def _may_name(actor: Actor, stored: StoredCase) -> bool:
    """Whether somebody at this person's desk may know of a case this confidential."""
    return Confidentiality(stored.confidentiality).rank <= max(ceilings(actor).values(), default=0)


def _signals(target: Target, kind: str) -> list[dict[str, Any]]:
    count = len(target.placements) if kind in FAMILY else 0
    families = Counter({FAMILY.get(kind, "traffic"): count})
    families["traffic"] += target.moved_in
    return [{"family": family, "count": number} for family, number in families.items() if number]


def _title(target: Target, imported: Import) -> str:
    read, route = target.located_by, route_of(target, imported)
    coin = next((p.read.reading["coin"] for p in target.placements if p.read.reading.get("coin")), "")
    return title_of(
        county=imported.regions.get(route.away or route.region, ""),
        subject=read.subject if read else "unknown",
        holder=read.personal.get("holder", "") if read else "",
        coin=coin,
        hint=_HINTS[imported.kind],
    )


def _attach(targets: Iterable[Target], imported: Import) -> None:
    found = [(t, data) for t in targets if t.state.open and (data := _attachment(t, imported)) is not None]
    requests = [
        Request(
            "attach_signal",
            data,
            case_id=t.case_id,
            sent_by=readers(t.stored.region_code if t.stored else "", imported),
        )
        for t, data in found
    ]
    for answer in _performed(requests, imported.system, imported.now):
        if isinstance(answer, WorkflowError):
            raise answer


def _attachment(target: Target, imported: Import) -> dict[str, Any] | None:
    """What an open case is told: more signals, and once the premises are known their title and region."""
    data: dict[str, Any] = {"source": imported.kind, "batch": imported.name}
    signals = _signals(target, imported.kind)
    if signals:
        data["signals"] = signals
    stored = target.stored
    if stored is not None and not stored.located and target.state.located and target.located_by:
        data["title"] = _renamed(stored.title, _title(target, imported))
        route, routes = route_of(target, imported), imported.routes
        if stored.stage in MOVABLE and routes.lead(route.region) == routes.lead(stored.region_code):
            data["region_code"] = route.region
        if route.away:
            data["elsewhere"] = route.away
    if len(data) == 2:
        return None
    return data | ({"level": "priority"} if signals and "priority" in (imported.level, _level(target)) else {})


def _level(target: Target) -> str:
    """How urgent the case is that the rows come from which move here."""
    return target.source.level if target.source else "normal"


def _renamed(before: str, title: str) -> str:
    """The new title with the coin of the old one, which only the monitoring list knows."""
    return title.partition(" · ")[0] + (f" · {before.partition(' · ')[2]}" if " · " in before else "")


def _merge(plan: Plan, targets: dict[str, Target], imported: Import) -> list[WorkflowError]:
    requests = []
    for merge in plan.merges:
        survivor = targets[merge.survivor.root().ref]
        if merge.loser.case_id and merge.loser.case_id != survivor.case_id and may_join(merge, survivor, imported):
            reason = {"meter": "same_account", "broadband": "same_subject"}.get(merge.reason, "same_site")
            data = {"survivor": survivor.number, "reason_code": reason}
            sent_by = readers(where(survivor), imported)
            requests.append(Request("merge_case", data, case_id=merge.loser.case_id, sent_by=sent_by))
    answers = _performed(requests, imported.system, imported.now)
    return [answer for answer in answers if isinstance(answer, WorkflowError)]


def _performed(requests: list[Request], actor: Actor, now: datetime) -> list[Result | WorkflowError]:
    answers: list[Result | WorkflowError] = []
    for start in range(0, len(requests), ACTS_A_CALL):
        answers += perform_many(requests[start : start + ACTS_A_CALL], actor=actor, now=now)
    return answers
