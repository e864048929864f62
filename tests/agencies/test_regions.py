"""Reading region codes and names, and the reference data they are checked against."""

from __future__ import annotations

import pytest

from agencies.directory import get_directory
from agencies.models import Region
from agencies.regions import UnknownRegion, normalise, trim

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("320300", "3203"),
        ("3203", "3203"),
        (" 320300 ", "3203"),
        ("320000", "32"),
        ("32", "32"),
        ("320303", "320303"),
        ("320371", "320371"),
        ("441900", "4419"),
        ("江苏", "32"),
        ("江苏省", "32"),
        ("徐州", "3203"),
        ("徐州市", "3203"),
        ("江苏省徐州市", "3203"),
        ("云龙区", "320303"),
        ("徐州市鼓楼区", "320302"),
        ("江苏省徐州市 鼓楼区", "320302"),
        ("苏州工业园区", "320576"),
        ("北京", "11"),
        ("北京市东城区", "110101"),
    ],
)
def test_it_reads_codes_and_names(text, code):
    assert normalise(text) == code


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("32030", "“32030”不是行政区划代码。请填写 2、4 或 6 位数字的代码（如 320300），或区划的全称。"),
        ("3203000", "“3203000”不是行政区划代码。请填写 2、4 或 6 位数字的代码（如 320300），或区划的全称。"),
        ("990000", "没有代码为 990000 的行政区划。请核对代码（GB/T 2260）。"),
        ("３２０３００", "没有名为“３２０３００”的行政区划。请填写全称（如“江苏省徐州市云龙区”）或代码。"),
        ("下关区", "没有名为“下关区”的行政区划。请填写全称（如“江苏省徐州市云龙区”）或代码。"),
        ("", "没有名为“”的行政区划。请填写全称（如“江苏省徐州市云龙区”）或代码。"),
    ],
)
def test_it_refuses_what_is_no_region_and_says_what_to_write(text, sentence):
    with pytest.raises(UnknownRegion) as refused:
        normalise(text)
    assert refused.value.text.zh == sentence
    assert refused.value.text.en


def test_it_refuses_a_name_that_several_regions_have():
    with pytest.raises(UnknownRegion, match="“鼓楼区”不止一个（320106、320302、350102、410204 等）"):
        normalise("鼓楼区")


def test_a_code_is_trimmed_by_pairs_only():
    assert trim("101000") == "1010"
    assert trim("100000") == "10"


def test_the_reference_data_hold_all_provinces_cities_and_counties():
    by_level = {level: Region.objects.filter(level=level).count() for level in ("province", "city")}
    assert by_level == {"province": 31, "city": 342}
    assert Region.objects.exclude(level__in=by_level).count() == 2978 - 3
    xuzhou = Region.objects.filter(parent="3203")
    assert xuzhou.filter(level="county").count() == 10
    assert xuzhou.get(level="functional").name == "徐州经济技术开发区"


def test_the_nine_functional_areas_of_jiangsu_are_children_of_their_cities():
    found = Region.objects.filter(level="functional", code__startswith="32").values_list("code", "parent_id")
    assert dict(found) == {
        "320371": "3203",
        "320576": "3205",
        "320671": "3206",
        "320771": "3207",
        "320871": "3208",
        "320971": "3209",
        "321071": "3210",
        "321171": "3211",
        "321371": "3213",
    }


def test_every_city_has_letters_of_its_own_and_counties_use_them():
    letters = list(Region.objects.filter(level__in=("province", "city")).values_list("letter", flat=True))
    assert len(letters) == len(set(letters)) == 373
    assert Region.objects.get(code="3203").letter == Region.objects.get(code="320302").letter == "XZ"
    assert Region.objects.get(code="3301").letter == "R3301"


def test_full_names_leave_out_the_city_that_exists_in_the_code_only():
    directory = get_directory()
    assert directory.region_path("320302") == "江苏省徐州市鼓楼区"
    assert directory.region_path("110101") == "北京市东城区"
    assert directory.region_path("429004") == "湖北省仙桃市"
