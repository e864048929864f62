"""Where the case of a site belongs, by what a chunk of rows says about it, and who is told.

Beside `acts`, which does what is decided here through the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.intake.lists.whereabouts import region_name
from cases.intake.sites.plan import Merge
from cases.intake.sites.routing import Route

if TYPE_CHECKING:
    from cases.intake.acts import Import, Target


def route_of(target: Target, imported: Import) -> Route:
    """By the row that names the subscriber, else by the others; of a site that was known, where its case lies."""
    if target.route is None:
        target.route = _route(target, imported)
    return target.route


def _route(target: Target, imported: Import) -> Route:
    sources = [target.located_by] if target.located_by else []
    for read in (*sources, *(placement.read for placement in target.placements)):
        if (route := imported.routes.of(read.place.county, read.reading.get("hint", ""))) is not None:
            return route
    stored = target.stored
    if stored is not None and stored.located and imported.routes.is_on_the_system(stored.region_code):
        return Route(stored.region_code)
    return Route(imported.home)


def leaves(target: Target, imported: Import) -> bool:
    """A lead that nobody has taken up, of which it becomes known that another commission has to deal with it."""
    stored, routes = target.stored, imported.routes
    if stored is None or target.opened or stored.located or stored.stage != "monitoring" or not target.located_by:
        return False
    route = route_of(target, imported)
    return not route.away and routes.lead(route.region) != routes.lead(stored.region_code)


def where(target: Target) -> str:
    """The region in which the case lies after the acts on it."""
    if target.stored is None or target.opened or target.rerouted:
        return target.region_code
    return target.stored.region_code


def readers(region: str, imported: Import) -> tuple[int, ...]:
    """Of a case in another region, whoever sent the row reads its own part."""
    return () if imported.routes.is_home(region) else imported.sent_by


def may_join(merge: Merge, survivor: Target, imported: Import) -> bool:
    """Across regions only a lead whose subscriber nobody knew: two known places are two commissions' own cases."""
    loser = next(stored for stored in survivor.losers if stored.case_id == merge.loser.case_id)
    routes = imported.routes
    return not loser.located or routes.lead(loser.region_code) == routes.lead(where(survivor))


def tell(target: Target, imported: Import) -> None:
    """Beside each row whose address lies elsewhere: where it went, or why it stays."""
    routes = imported.routes
    for placement in target.placements:
        county = placement.read.place.county
        route = routes.of(county, "") if county and not routes.is_home(county) else None
        if route is None:
            continue
        code = "not_here"
        if not route.away:
            code = "routed" if routes.lead(where(target)) == routes.lead(route.region) else "stays"
        placement.read.notes.append((code, {"city": region_name(county)}))
