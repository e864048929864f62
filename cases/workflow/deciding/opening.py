"""The first event of a case: who may open it, where, under which number, and who sees it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agencies.actors import Actor, Post
from agencies.directory import Directory
from agencies.visibility import share_with
from agencies.vocabulary import Confidentiality
from audit.ids import new_id
from cases.policy.entered import NONE as NO_RULES
from cases.policy.entered import Entered
from cases.workflow.deciding.clearance import refuse_uncleared
from cases.workflow.deciding.decision import refuse
from cases.workflow.deciding.inputs import clean
from cases.workflow.deciding.loading import Loaded
from cases.workflow.deciding.standing import SYSTEM_POST, is_visible
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed
from cases.workflow.fields import Transition
from cases.workflow.recording.writing import By, Writing, write_opening
from cases.workflow.view import CaseView, Context, Outcome, Text


def decide_opening(
    transition: Transition,
    actor: Actor,
    directory: Directory,
    data: dict[str, Any],
    serial: int,
    now: datetime,
    *,
    related: Loaded | None = None,
    sent_by: tuple[int, ...] = (),
    rules: Entered = NO_RULES,
) -> Writing:
    """The first event of a new case; `related` is the case it relapsed from, `sent_by` sent a list from elsewhere."""
    cleaned = clean(transition.inputs, data)
    region = directory.regions.get(str(cleaned["region_code"]))
    if region is None:
        raise InvalidInput(fields={"region_code": Text("没有这个地区代码。", "There is no such region code.")})
    post = opening_post(transition, actor, region.code)
    context = Context(now, actor, post, directory, related=_known(related, actor, post), rules=rules)
    blank = _blank(str(new_id()), region.code, now)
    refuse(transition, blank, cleaned, context)
    share = [(ref.id, "lead" if i == 0 else "supervisor") for i, ref in enumerate(share_with(region.code, directory))]
    lead = directory.addressee("development_commission", region.code)
    if lead is None:
        raise GuardRefused(
            Text(f"{region.name}尚无牵头的发展改革委，不能立案。", f"{region.name} has no leading commission yet."),
            code="no_lead",
        )
    outcome: Outcome = transition.effect(blank, cleaned, context)
    outcome.case = {
        "confidentiality": "ordinary",
        **outcome.case,
        "region_code": region.code,
        "lead_agency_id": lead.id,
    }
    refuse_uncleared(blank, outcome, context)
    known = {agency for agency, _ in share}
    share += [(agency, "task") for agency in (post.agency_id, *sent_by) if agency and agency not in known]
    number = case_number(directory, region.code, now, serial)
    return write_opening(transition, blank.id, number, outcome, By(actor, post, now, directory, rules=rules), share)


def _known(related: Loaded | None, actor: Actor, post: Post) -> CaseView | None:
    """The case named, where this person sees it or answers for its region; one of elsewhere is as if it were not.

    One above the person's ceiling is as if it were not, too.
    """
    view = related.view if related else None
    if view is None or is_visible(view, actor):
        return view
    within = Confidentiality(view.confidentiality).rank <= Confidentiality(post.ceiling).rank
    return view if within and view.region_code.startswith(post.region_code) else None


def opening_post(transition: Transition, actor: Actor, region_code: str) -> Post:
    """The post from which somebody opens a case there; the system actor opens what a list brought."""
    if actor.is_system:
        return SYSTEM_POST
    for post in actor.posts:
        fits = post.kind in transition.agency and post.roles & set(transition.role)
        if fits and region_code.startswith(post.region_code):
            return post
    raise NotAllowed(
        Text(
            "只能由本地区的发展改革委、供电公司、网信办或通信管理局的经办人立案。",
            "A case is opened by a handler of one of the four agencies of that region.",
        ),
        code="may_not_open",
    )


def case_number(directory: Directory, region_code: str, now: datetime, serial: int) -> str:
    """Such as XZ26-0117: letters of the city, year, serial (not gapless)."""
    city = directory.regions.get(region_code[:4]) or directory.regions[region_code]
    return f"{city.letter or 'QG'}{now.year % 100:02d}-{serial:04d}"


def _blank(case_id: str, region_code: str, now: datetime) -> CaseView:
    return CaseView(
        id=case_id,
        number="",
        title="",
        stage="-",
        version=0,
        region_code=region_code,
        level="normal",
        source="",
        outcome=None,
        review_on=None,
        merged_into=None,
        lead_agency_id=0,
        facts={},
        tasks=(),
        acts=(),
        opened_at=now,
        stage_since=now,
    )
