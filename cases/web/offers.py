"""What a form offers to choose from beyond the choices of the table: tasks, agencies, people, regions, bills."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.selectors import assignable
from agencies.vocabulary import Confidentiality
from audit import clock
from cases.policy.dated import CHINA, applies, covers, region_prefix
from cases.policy.papers import PriceDocument, on_record
from cases.selectors.paging import Row
from cases.selectors.rules.entered import entered_rules
from cases.web.forms import Option
from cases.web.show import measures
from cases.web.show.words import say
from cases.workflow.task_kinds import KINDS
from cases.workflow.view import Text


def offers(actor: Actor, case: Row | None, task_ids: Collection[str]) -> dict[str, Sequence[Option]]:
    """The choices by the name of a field, else by its kind. `task_ids`: the tasks that the act can work on."""
    found: dict[str, Sequence[Option]] = {"agency": _agencies(), "region_code": _own_regions(actor)}
    if case is None:
        return found
    tasks = [task for task in case["tasks"] if task["id"] in task_ids]
    owners = {task["agency"]["id"] for task in tasks}
    own = set(actor.agency_ids)
    roles = {role for task in tasks for role in task["roles"]}
    rank = Confidentiality(case["confidentiality"]).rank
    people = {p.username: p for owner in owners for p in assignable(actor, owner, roles, rank=rank)}
    return {
        **found,
        "partner": _agencies(partners=True),
        "to_region": _other_regions(case),
        "bill": _bills(case),
        "local_document": _price_documents(case),
        "task": [(t["id"], f"{say(KINDS[t['kind']].label)}　{t['agency']['short_name']}") for t in tasks],
        "unit": [(u.code, u.name) for owner in owners for u in get_directory().units(owner) if own & {owner, u.id}],
        "user": [(p.username, f"{p.display_name}　{p.agency_name}") for p in people.values()],
    }


def _agencies(*, partners: bool = False) -> list[Option]:
    known = (a for a in get_directory().by_code.values() if a.active and not a.is_unit)
    return [(a.code, a.name) for a in known if a.partner_sort or not partners]


def _own_regions(actor: Actor) -> list[Option]:
    own = tuple({post.region_code for post in actor.posts})
    found = [r for r in get_directory().regions.values() if r.code.startswith(own) and r.name not in ("市辖区", "县")]
    return [(r.code, r.name) for r in sorted(found, key=lambda r: r.code)]


def _other_regions(case: Row) -> list[Option]:
    """Regions in which another commission leads than the one that leads here and those above it."""
    directory, lead = get_directory(), case["lead_agency"]["id"]
    home = directory.by_id[lead].region_code
    found = []
    for region in sorted(directory.regions.values(), key=lambda r: r.code):
        leader = directory.addressee("development_commission", region.code)
        if leader and leader.id != lead and not home.startswith(leader.region_code) and region.name != "市辖区":
            found.append((region.code, directory.region_path(region.code)))
    return found


def _price_documents(case: Row) -> list[Option]:
    """The region's own price documents on record today, released or entered, the narrowest region first."""
    today, region = clock.now().astimezone(CHINA).date(), case["region"]["code"]
    found = [
        d
        for d in on_record(entered_rules().documents)
        if d.status == "in_force" and region_prefix(d.region) and covers(d, region) and applies(d, today)
    ]
    found.sort(key=lambda d: (-len(region_prefix(d.region)), d.document))
    return [(d.document, _described(d)) for d in found]


def _described(one: PriceDocument) -> Text:
    rate = f"{one.rate.normalize():f}" if one.rate is not None else "--"
    persons = ("适用于个人", "covers persons") if one.covers_persons else ("不适用于个人", "does not cover persons")
    return Text(
        f"{one.document}：{rate} 元/kWh，{one.effective_from} 起施行，{persons[0]}",
        f"{one.document}: {rate} CNY/kWh, in force from {one.effective_from}, {persons[1]}",
    )


def _bills(case: Row) -> list[Option]:
    """The bills of the case, the latest first, each with its month and amount."""
    rows = reversed(measures.bills(case["facts"]))
    return [(bill["no"], f"{bill['no']}　{bill['month']}　¥{bill['amount']}") for bill in rows]
