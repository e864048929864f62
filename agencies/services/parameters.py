"""Regional parameters: what a region sets differently from the national default, from a day on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from agencies.actors import Actor
from agencies.authority import parameter_setter
from agencies.errors import AgencyError, BadInput
from agencies.models import RegionParameter
from agencies.regions import UnknownRegion, normalise
from agencies.vocabulary import Label
from audit.actions import Action
from audit.services import record

# Key → what its value has to be. The layers above declare their keys when their app starts: a key that nobody
# declared would be stored and never read, so it is refused.
_DECLARED: dict[str, tuple[Label, Callable[[Any, str], bool]]] = {}


def declare(key: str, label: Label, accepts: Callable[[Any, str], bool]) -> None:
    """Make a parameter known. `accepts` says whether a JSON value can be used in a region (its code)."""
    _DECLARED[key] = (label, accepts)


def declared() -> dict[str, Label]:
    """The known parameters and what they mean."""
    return {key: label for key, (label, _) in sorted(_DECLARED.items())}


@transaction.atomic
def set_parameter(
    *, actor: Actor, region: str, key: str, value: Any, effective_from: date, source: str, now: datetime
) -> RegionParameter:
    """Set a parameter for a region from a day on; the value before it ends on that day.

    A later value that is already entered stays. Raises NotPermitted, BadInput, AgencyError (that day is taken).
    """
    region_code = _check(region, key, value, source)
    acting = parameter_setter(actor, region_code)
    before = _before(region_code, key, effective_from)
    effective_to = _make_room(region_code, key, effective_from)
    parameter = RegionParameter.objects.create(
        region_id=region_code,
        key=key,
        value=value,
        effective_from=effective_from,
        effective_to=effective_to,
        source=source,
    )
    record(
        stream=f"config/{key}",
        action=Action.PARAMETER_CHANGED,
        actor=acting,
        data={
            "region": region_code,
            "key": key,
            "before": before,
            "value": value,
            "effective_from": effective_from.isoformat(),
            "source": source,
        },
        now=now,
    )
    return parameter


def _before(region_code: str, key: str, day: date) -> Any:
    """What the region itself has set for that day so far; None: nothing of its own."""
    ends = Q(effective_to__isnull=True) | Q(effective_to__gt=day)
    held = RegionParameter.objects.filter(ends, region_id=region_code, key=key, effective_from__lte=day).first()
    return held.value if held else None


def _make_room(region_code: str, key: str, start: date) -> date | None:
    """End the value before on that day; the day on which a later one begins, if one is entered."""
    # One change of a parameter at a time: the periods of the neighbours are read and cut here.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"parameter/{key}"])
    others = RegionParameter.objects.filter(region_id=region_code, key=key)
    if others.filter(effective_from=start).exists():
        raise AgencyError(
            f"该地区自 {start} 起的“{key}”已经设置过。请换一个起始日期。",
            f'"{key}" is already set for this region from {start}; choose another day.',
            code="parameter_set",
        )
    before = Q(effective_to__isnull=True) | Q(effective_to__gt=start)
    others.filter(before, effective_from__lt=start).update(effective_to=start)
    following = others.filter(effective_from__gt=start).order_by("effective_from").first()
    return following.effective_from if following else None


def _check(region: str, key: str, value: Any, source: str) -> str:
    if key not in _DECLARED:
        raise BadInput(f"没有“{key}”这个地区参数。", f'There is no regional parameter "{key}".', field="key")
    label, accepts = _DECLARED[key]
    try:
        code = normalise(region)
    except UnknownRegion as error:
        raise BadInput(error.text.zh, error.text.en, field="region") from error
    if not accepts(value, code):
        raise BadInput(f"“{label.zh}”不能是 {value!r}。", f'"{label.en}" cannot be {value!r}.', field="value")
    if not source.strip():
        raise BadInput(
            "请填写所依据的文件（如“徐发改〔2026〕12号”）。", "Name the paper this rests on.", field="source"
        )
    return code
