"""Agencies and regional parameters: who may set them up, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from agencies.actors import system_actor
from agencies.directory import get_directory
from agencies.errors import AgencyError, BadInput, NotPermitted
from agencies.models import Agency, RegionParameter
from agencies.services import close_agency, create_agency, set_parameter
from agencies.services.parameters import declare, declared
from agencies.vocabulary import Label
from tests.agencies.cast import NOW, events

WUXI = {
    "code": "320200-grid",
    "kind": "grid_company",
    "region": "320200",
    "name": "无锡供电公司",
    "short_name": "无锡供电",
    "monogram": "电",
}


def create(actor, **changes):
    return create_agency(actor=actor, now=NOW, **(WUXI | changes))


def test_the_operator_sets_up_an_agency_and_it_is_recorded(demo_city):
    agency = create(system_actor(), region="无锡市")
    assert (agency.region_id, agency.active) == ("3202", True)
    (event,) = events("agency/320200-grid")
    assert event["action"] == "agency_created"
    assert event["data"]["region"] == "3202"


def test_nobody_else_sets_up_agencies(who):
    with pytest.raises(NotPermitted, match="单位由本地区的系统管理员或系统运维人员设置"):
        create(who("admin1"))
    with pytest.raises(NotPermitted):
        close_agency(actor=who("admin1"), agency=Agency.objects.get(code="320300-drc"), now=NOW)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"kind": "circus"}, "kind", "没有“circus”这类单位。"),
        ({"region": "999999"}, "region", "没有代码为 999999 的行政区划。"),
        ({"code": "320300-grid9"}, "code", "单位代码“320300-grid9”应以辖区代码 320200- 开头。"),
        ({"duties": ["sing"]}, "duties", "没有“sing”这项职责。"),
        ({"kind": "partner"}, "partner_sort", "协办单位须写明类别"),
        ({"partner_sort": "police"}, "partner_sort", "协办单位须写明类别"),
        ({"code": "320300-grid", "region": "320300"}, "code", "单位代码“320300-grid”已经使用。"),
        ({"code": "320300-grid9", "region": "320300"}, "kind", "该地区已有同类单位“徐州供电公司”"),
    ],
)
def test_it_refuses_what_cannot_be_an_agency(demo_city, changes, field, sentence):
    with pytest.raises(BadInput) as refused:
        create(system_actor(), **changes)
    assert refused.value.field == field
    assert refused.value.text.zh.startswith(sentence)


def test_it_refuses_a_sub_unit_outside_its_parent(demo_city):
    with pytest.raises(BadInput, match="下属单位须与上级同类"):
        create(system_actor(), parent=Agency.objects.get(code="320300-grid"))


def test_an_agency_with_people_or_units_is_not_closed(demo_city):
    with pytest.raises(AgencyError, match="徐州供电公司还有 13 个在任角色、11 个下属单位"):
        close_agency(actor=system_actor(), agency=Agency.objects.get(code="320300-grid"), now=NOW)


def test_closing_is_recorded_once(demo_city):
    agency = Agency.objects.get(code="320303-grid")
    for _ in range(2):
        close_agency(actor=system_actor(), agency=agency, now=NOW)
    assert [event["action"] for event in events("agency/320303-grid")] == ["agency_created", "agency_closed"]


@pytest.fixture
def days(db):
    """A parameter as an app above declares it: a number of working days."""
    declare(
        "test.days", Label("测试期限", "test period"), lambda value, _region: isinstance(value, int) and 0 < value < 100
    )
    assert "test.days" in declared()
    return "test.days"


def put(actor, key="test.days", **changes):
    values = {"region": "320300", "value": 4, "effective_from": date(2026, 6, 1), "source": "徐发改〔2026〕12号"}
    return set_parameter(actor=actor, key=key, now=NOW, **(values | changes))


def test_the_approver_of_the_commission_sets_a_parameter(who, days):
    put(who("drc-approver1"))
    assert get_directory().parameter(days, "320302", date(2026, 6, 1)) == 4
    (event,) = events("config/test.days")
    assert event["action"] == "parameter_changed"
    assert event["data"] == {
        "region": "3203",
        "key": days,
        "before": None,
        "value": 4,
        "effective_from": "2026-06-01",
        "source": "徐发改〔2026〕12号",
    }


def test_a_later_value_ends_the_one_before_and_a_value_between_is_cut_by_the_next(who, days):
    actor = who("drc-approver1")
    put(actor)
    put(actor, value=9, effective_from=date(2026, 12, 1))
    put(actor, value=6, effective_from=date(2026, 9, 1))
    rows = RegionParameter.objects.filter(key=days).values_list("value", "effective_from", "effective_to")
    assert list(rows.order_by("effective_from")) == [
        (4, date(2026, 6, 1), date(2026, 9, 1)),
        (6, date(2026, 9, 1), date(2026, 12, 1)),
        (9, date(2026, 12, 1), None),
    ]


@pytest.mark.parametrize("actor", ["drc-handler1", "drc-reviewer1", "grid-approver1", "admin1", "nj-drc-approver1"])
def test_nobody_else_sets_parameters(who, days, actor):
    with pytest.raises(NotPermitted, match="地区参数只能由管辖该地区的发展改革委签发人设置。"):
        put(who(actor))


def test_a_city_sets_nothing_for_its_province(who, days):
    with pytest.raises(NotPermitted):
        put(who("drc-approver1"), region="320000")
    put(who("js-drc-approver1"), region="320000")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": "nobody.reads"}, "key"),
        ({"value": 400}, "value"),
        ({"source": " "}, "source"),
        ({"region": "x"}, "region"),
    ],
)
def test_it_refuses_what_cannot_be_a_parameter(who, days, changes, field):
    with pytest.raises(BadInput) as refused:
        put(who("drc-approver1"), **changes)
    assert refused.value.field == field


def test_it_refuses_a_second_value_from_the_same_day(who, days):
    put(who("drc-approver1"))
    with pytest.raises(AgencyError, match=r"自 2026-06-01 起的“test\.days”已经设置过"):
        put(who("drc-approver1"), value=5)
