"""What a list would come to by the cases of now: which rows would open a case, which would be added to a known one.

Decided by the matching of the import itself, chunk by chunk. It opens nothing: what a site that the list would open is
known by stands beside the rows of the preview (`PreviewKey`), where the chunks behind it find it. The import matches
anew, for other lists may come in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import connection

from agencies.actors import system_actor
from cases.intake.acts import Target, gather, needs_case
from cases.intake.commit import effects_of
from cases.intake.copying import copy_rows
from cases.intake.lines import Line, match
from cases.intake.lists.rows import Setting
from cases.intake.sites.destinations import leaves
from cases.intake.sites.identity import SiteState
from cases.intake.sites.lookups import KeyRow, StoredCase
from cases.intake.sites.plan import Plan
from cases.intake.steps.importing import import_of
from cases.models import ListBatch, PreviewKey, PreviewRow

# A site that the list would open goes by the number of the row that opens it, far below every id that is drawn.
_LAST_OPENED = UUID(int=1 << 40)
_KEY = ("batch_id", "site", "kind", "value", "township", "holder", "flat", "seen_on")
_KEYS = """
    SELECT kind, value, township, holder, flat, site, id, seen_on FROM cases_previewkey
    WHERE batch_id = %s AND value = ANY(%s::bytea[]) ORDER BY id
"""
_KINDS = """
    SELECT DISTINCT site, kind FROM cases_previewkey
    WHERE batch_id = %s AND site = ANY(%s::uuid[]) AND kind IN ('broadband', 'meter', 'door')
"""
_REOPENED = """
    SELECT DISTINCT site FROM cases_previewrow
    WHERE batch_id = %s AND site = ANY(%s::uuid[]) AND effect = 'new_case'
"""
_JOIN = """
    UPDATE {table} t SET site = j.survivor FROM unnest(%s::uuid[], %s::uuid[]) AS j(loser, survivor)
    WHERE t.batch_id = %s AND t.site = j.loser
"""
_TOTALS = """
    SELECT coalesce(sum(opened), 0), count(*) FILTER (WHERE opened = 0), coalesce(sum(added), 0)
    FROM (
        SELECT count(*) FILTER (WHERE effect = 'new_case') AS opened, count(*) FILTER (WHERE effect = 'added') AS added
        FROM cases_previewrow WHERE batch_id = %s AND effect IN ('new_case', 'added') GROUP BY site
    ) sites
"""

# By row: its effect and the site it would go to.
Estimates = dict[int, tuple[str, UUID | None]]


def estimate(batch: ListBatch, lines: Sequence[Line], setting: Setting) -> Estimates:
    """Match a chunk as the import would, and keep what its sites would be known by. Inside the caller's transaction."""
    imported = import_of(batch, system_actor(), batch.moved_at)
    plan, cases = match(batch.kind, list(lines), setting, batch.name, beside=_Beside(batch.id, imported.home))
    targets = gather(plan, cases)
    for target in targets.values():
        target.opened = needs_case(target, batch.kind)
        target.rerouted = leaves(target, imported)
    effects = effects_of(plan.placements, targets, batch.kind)
    sites = _sites(plan, targets, effects)
    copy_rows("cases_previewkey", _KEY, _keys(batch, plan, sites))
    _join(batch, plan, cases, sites)
    return {
        placement.read.number: (effects.get(id(placement), "none"), sites.get(placement.root.ref))
        for placement in plan.placements
        if placement.root is not None
    }


def opened_by_the_first(batch_id: UUID, estimates: Estimates) -> Estimates:
    """A row that was read anew may stand before the row that opens its site: then it opens it."""
    found = dict(estimates)
    for number, (effect, site) in sorted(estimates.items()):
        if effect == "added" and site is not None and not is_stored(site) and number < site.int:
            opening = PreviewRow.objects.filter(batch_id=batch_id, number=site.int, site=site, effect="new_case")
            if opening.update(effect="added"):
                found[number] = ("new_case", site)
    return found


def totals(batch_id: UUID) -> dict[str, int]:
    """Cases that would be opened, known cases that would get rows, and those rows."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, [str(batch_id)])
        opened, known, added = cursor.fetchone()
    return {"new_cases": int(opened), "known_cases": known, "added": int(added)}


def forget(batch_id: UUID, sites: Iterable[UUID]) -> None:
    """Take back what these sites would be known by, before all their rows are matched anew."""
    PreviewKey.objects.filter(batch_id=batch_id, site__in=list(sites)).delete()


def clear(batch_id: UUID) -> None:
    """The whole reading on trial."""
    PreviewKey.objects.filter(batch_id=batch_id).delete()
    PreviewRow.objects.filter(batch_id=batch_id).delete()


def is_stored(site: UUID | None) -> bool:
    """Whether this is a site of a case, and not one that the list would open."""
    return site is not None and site > _LAST_OPENED


def _sites(plan: Plan, targets: dict[str, Target], effects: dict[int, str]) -> dict[str, UUID]:
    """By site of the matching: the stored one, or the number of the first row that would open it."""
    sites = {ref: target.stored.site_id for ref, target in targets.items() if target.stored}
    for placement in plan.placements:
        if (root := placement.root) is not None and effects.get(id(placement)) == "new_case":
            sites.setdefault(root.ref, UUID(int=placement.read.number))
    return sites


def _keys(batch: ListBatch, plan: Plan, sites: dict[str, UUID]) -> Iterator[tuple[Any, ...]]:
    for learned in plan.learned:
        if (site := sites.get(learned.site.root().ref)) is not None:
            door = learned.door
            of_door = (door.township, door.holder, door.flat) if door else (None, learned.holder, False)
            yield (batch.id, site, learned.kind, learned.value, *of_door, learned.day)


def _join(batch: ListBatch, plan: Plan, cases: dict[str, StoredCase], sites: dict[str, UUID]) -> None:
    """Sites that turned out to be one: what was known of either leads to the one that stays."""
    pairs = [
        (str(cases[merge.loser.case_id].site_id), str(survivor))
        for merge in plan.merges
        if merge.loser.case_id and (survivor := sites.get(merge.survivor.root().ref)) is not None
    ]
    if not pairs:
        return
    losers, survivors = (list(column) for column in zip(*pairs, strict=True))
    with connection.cursor() as cursor:
        for table in ("cases_previewkey", "cases_previewrow"):
            cursor.execute(_JOIN.format(table=table), [losers, survivors, str(batch.id)])


class _Beside:
    """What the rows read so far would have taught, beside what is stored."""

    def __init__(self, batch_id: UUID, home: str) -> None:
        self._batch = str(batch_id)
        self._home = home

    def keys(self, values: list[bytes]) -> list[KeyRow]:
        return self._ask(_KEYS, values)

    def complete(self, found: set[UUID], states: dict[UUID, SiteState], cases: dict[str, StoredCase]) -> None:
        """Add the sites that the list would open, and what it would add to stored ones."""
        for site in found - states.keys():
            ref = str(site)
            # Open, of the own city, and younger than every stored one: what the import would find by then.
            states[site] = SiteState(ref=ref, case_id=ref, order=(1 << 61) + site.int)
            cases[ref] = StoredCase(ref, "", "monitoring", self._home, "", "ordinary", "normal", site)
        homes = {cases[state.ref].site_id: state for state in states.values()}
        known = [str(site) for site in homes]
        for site, kind in self._ask(_KINDS, known) if known else ():
            homes[site].kinds.add(kind)
            homes[site].located = True
            cases[homes[site].ref] = replace(cases[homes[site].ref], located=True)
        ended = [str(site) for site, state in homes.items() if not state.open]
        for (site,) in self._ask(_REOPENED, ended) if ended else ():
            homes[site].open = True

    def _ask(self, sql: str, values: list[Any]) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, [self._batch, values])
            return cursor.fetchall()
