"""A world into the product, by the road of the command line, and what `batch_rows` says of it afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.worlds.catalogue import KINDS, World

# Whose lists of a kind are; each is made in a city that has none.
OFFICES = {
    "telecom": ("telecom", "telecom_bureau", "通信行业管理办公室"),
    "trace": ("telecom", "telecom_bureau", "通信行业管理办公室"),
    "grid": ("grid", "grid_company", "供电公司"),
    "tips": ("drc", "development_commission", "发展和改革委员会"),
}


def import_world(world: World, order: Sequence[str] = KINDS) -> dict[str, list[dict[str, Any]]]:
    """Import its lists in this order; returns the rows of each kind in file order."""
    set_up(world.city)
    return import_lists(world.city, world.files, world.names, order)


def import_lists(
    city: str, files: Mapping[str, bytes], names: Mapping[str, str], order: Sequence[str] = KINDS
) -> dict[str, list[dict[str, Any]]]:
    """Raises RuntimeError for a file that is not taken for a list."""
    from agencies.actors import system_actor
    from agencies.directory import get_directory
    from audit import clock
    from audit.sight import working_as
    from cases.intake.selectors import row_results
    from cases.intake.services import import_file

    batches = {}
    for kind in order:
        summary = import_file(
            actor=system_actor(),
            content=files[kind],
            filename=names[kind],
            kind=kind,
            agency=get_directory().by_code[f"{city}00-{OFFICES[kind][0]}"],
            batch_name=f"{city} {kind}",
            now=clock.now(),
        )
        if summary.problem is not None:
            raise RuntimeError(f"{names[kind]}: {summary.problem.en}")
        batches[kind] = summary.id
    with working_as("list_report"):
        return {kind: list(row_results(batch)) for kind, batch in batches.items()}


def set_up(city: str) -> None:
    """The offices of the city that are not there yet."""
    from agencies.actors import system_actor
    from agencies.directory import get_directory
    from agencies.services import create_agency
    from audit import clock

    directory = get_directory()
    for office, kind, ending in dict.fromkeys(OFFICES.values()):
        code = f"{city}00-{office}"
        if code not in directory.by_code:
            name = directory.regions[city].name + ending
            create_agency(
                actor=system_actor(),
                code=code,
                kind=kind,
                region=f"{city}00",
                name=name,
                short_name=name[:12],
                monogram=ending[0],
                now=clock.now(),
            )
