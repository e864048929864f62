"""What all chunks of an import share, for one batch."""

from __future__ import annotations

from datetime import datetime

from agencies.actors import Actor, system_actor
from agencies.directory import get_directory
from cases.intake.acts import Import
from cases.intake.sites.routing import Routes
from cases.models import ListBatch


def import_of(batch: ListBatch, actor: Actor, now: datetime) -> Import:
    """The batch as acts on cases see it, in the name of `actor`."""
    directory = get_directory()
    home = directory.by_id[batch.agency_id].region_code[:4]
    routes = Routes(home, directory)
    return Import(
        batch_id=batch.id,
        name=batch.name,
        kind=batch.kind,
        level="priority" if batch.level == ListBatch.Level.PRIORITY else "normal",
        home=home,
        regions={code: region.name for code, region in directory.regions.items()},
        actor=actor,
        system=actor if actor.is_system else system_actor(),
        now=now,
        routes=routes,
        sent_by=routes.senders(batch.agency_id),
    )
