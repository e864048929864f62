"""The comparison of tariffs: the same figures as the page 电价测算."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.directory import get_directory
from audit import clock
from cases.api import shapes
from cases.api.base import ApiView, say
from cases.api.params import Params
from cases.policy.tariff import Line, Option, Simulation
from cases.policy.tariff.contract import plain
from cases.selectors.rules.entered import entered_rules
from cases.workflow.errors import InvalidInput, NotAllowed
from cases.workflow.reference.comparison import NAMES, Asked, may_compare, read
from cases.workflow.view import Text


class TariffSimulationView(ApiView):
    @extend_schema(
        tags=["reference"],
        operation_id="tariff_simulation",
        parameters=shapes.TARIFF_FILTERS,
        responses={200: shapes.TariffSimulation},
    )
    def get(self, request: Request) -> Response:
        """What the energy of one reading cycle costs under every price class, without and with each surcharge.

        A comparison, no bill: for days whose proxy price is not on record the last catalogue price stands in and
        `warnings` says so. `even_rate` is the surcharge at which commercial costs as much as the present class.
        """
        if not may_compare(self.actor):
            raise NotAllowed(Text("电价测算由发展改革部门和供电企业营销人员使用。", "Not for your role."))
        params = Params(request.query_params)
        query = {name: params.text(name) or "" for name in NAMES}
        params.done()
        today = timezone.localtime(clock.now()).date()
        asked = read(query, get_directory().regions, today, self.actor.posts[0].region_code)
        if asked.problems:
            raise InvalidInput(fields=asked.problems)
        if asked.found is None:
            raise InvalidInput(fields={"kwh": Text("请填写周期电量", "Give the energy of the cycle")})
        return Response(_rendered(asked, asked.found))


def _rendered(asked: Asked, found: Simulation) -> dict[str, Any]:
    return {
        "region": asked.region,
        "cycle_from": asked.cycle.first.isoformat(),
        "cycle_to": asked.cycle.last.isoformat(),
        "voltage": asked.voltage,
        "current": found.current,
        "kwh": plain(found.kwh),
        "used_before": plain(found.used_before),
        "options": [_option(option) for option in found.options],
        "break_even": None if found.break_even is None else plain(found.break_even),
        "even_rate": None if found.even_rate is None else f"{found.even_rate:.4f}",
        "warnings": [{"code": code, "text": say(Text(zh, en))} for code, zh, en in found.warnings],
        "notes": [{"code": note.code, "text": say(Text(note.zh, note.en))} for note in found.notes],
        "missing": [
            {"price_class": kind, "code": error.code, "text": say(Text(error.zh, error.en))}
            for kind, error in found.missing
        ],
        "rules": entered_rules().rule_set,
    }


def _option(option: Option) -> dict[str, Any]:
    return {
        "key": option.key,
        "price_class": option.kind,
        "label": say(Text(option.zh, option.en)),
        "rate": f"{option.rate:.4f}",
        "lines": [_line(line) for line in option.bill.lines],
        "total": f"{option.bill.total:.2f}",
        "average": f"{option.average:.4f}",
        "difference": f"{option.difference:.2f}",
        "lawful": option.lawful,
        "certainty": option.bill.certainty,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "item": line.item,
        "label": say(Text(line.zh, line.en)),
        "kwh": plain(line.kwh) if line.unit == "kWh" else "0",
        "quantity": plain(line.kwh),
        "unit": line.unit,
        "price": f"{line.price:.4f}",
        "amount": f"{line.amount:.2f}",
        "first_day": line.first.isoformat() if line.first else None,
        "last_day": line.last.isoformat() if line.last else None,
    }
