"""One door in every spelling; every address of the sample against the site it belongs to."""

from __future__ import annotations

import re

import pytest

from cases.intake.lists.mapping import find_lists
from cases.intake.lists.places import city_name, county_named, read_place, read_room
from cases.intake.lists.reading import open_list
from tests.intake.samples import TRUTH, content_of

XUZHOU = "3203"


@pytest.mark.parametrize(
    "text",
    [
        "徐州市丰县常店镇建国西路２２６号１９号楼１单元４４３室",
        "江苏省徐州市丰县常店镇建国西路226号19号楼1单元443室",
        "丰县建国西路226号19号楼1单元443室（常店镇）",
        "丰县 常店镇 建国西路226号 19幢1单元443室",
        "江苏徐州市丰县常店镇人民政府".replace("人民政府", "建国西路226号19栋1单元443"),
    ],
)
def test_one_door_in_every_spelling(text: str) -> None:
    place = read_place(text, XUZHOU)
    assert place.door == "320321|建国西路|226|19-1-443"
    assert place.township == "常店"
    assert place.is_flat


def test_former_names_lead_to_todays_county() -> None:
    assert read_place("徐州市铜山县郑集镇人民路3号", XUZHOU).county == "320312"
    assert county_named("邳县", XUZHOU) == "320382"


def test_the_two_districts_of_one_name_are_told_by_their_city() -> None:
    assert read_place("鼓楼区中山北路1号", XUZHOU).county == "320302"
    assert read_place("鼓楼区中山北路1号", "3201").county == "320106"
    assert read_place("江苏省南京市鼓楼区中山北路1号", XUZHOU).county == "320106"


def test_a_functional_area_is_a_county_of_its_own() -> None:
    assert read_place("徐州经济技术开发区金山桥街道杨山路1号", XUZHOU).county == "320371"
    assert county_named("徐州经济技术开发区", XUZHOU) == "320371"


@pytest.mark.parametrize(
    ("text", "home", "county"),
    [
        ("苏州市工业园区星湖街1号", XUZHOU, "320576"),
        ("苏州工业园区星湖街1号", XUZHOU, "320576"),
        ("苏州市园区星湖街1号", XUZHOU, "320576"),
        ("工业园区星湖街1号", "3205", "320576"),
        ("工业园区星湖街1号", XUZHOU, XUZHOU),
        ("南通开发区通盛大道1号", "3206", "320671"),
        ("徐州市经济开发区杨山路1号", XUZHOU, "320371"),
        ("开发区大道3号", XUZHOU, XUZHOU),
        ("园区路12号", "3205", "3205"),
        ("镇江新区大港街道港中路1号", "3211", "321171"),
    ],
)
def test_a_functional_area_has_the_names_that_people_use(text: str, home: str, county: str) -> None:
    assert read_place(text, home).county == county


@pytest.mark.parametrize(
    ("text", "county"),
    [
        ("北京市朝阳区建国路1号", "110105"),
        ("上海市浦东新区世纪大道100号", "310115"),
        ("重庆市云阳县杏家湾路1号", "500235"),
        ("安徽省合肥市蜀山区长江路1号", "340104"),
        ("安徽省长江路1号", "34"),
        ("江苏省昆山市玉山镇前进路8号", "320583"),
        ("江阴市澄江街道人民路1号", "320281"),
    ],
)
def test_a_place_outside_the_province_and_a_city_of_the_county_level_are_known(text: str, county: str) -> None:
    assert read_place(text, XUZHOU).county == county


def test_a_county_that_was_divided_lives_on_where_its_township_lies() -> None:
    assert read_place("徐州市九里区拾屯街道矿山路1号", XUZHOU).county == "320302"
    assert read_place("徐州市九里区矿山路1号（拾屯街道）", XUZHOU).county == "320302"
    assert read_place("连云港市新浦区海连东路1号", XUZHOU).county == "320706"
    assert read_place("无锡市马山区梅园路1号", XUZHOU).county == "320211"


@pytest.mark.parametrize(
    ("text", "room"),
    [("19号楼1单元443室", "19-1-443"), ("一楼门面", "1-门面"), ("5楼", "5"), ("", ""), ("A座1203", "A-1203")],
)
def test_rooms_are_their_numbers(text: str, room: str) -> None:
    assert read_room(text) == room


def test_a_county_name_that_several_cities_have_is_not_guessed() -> None:
    # An office of the province has no city of its own to look the name up in.
    assert read_place("鼓楼区中山北路1号", "32").county == "32"
    assert read_place("徐州市鼓楼区中山北路1号", "32").county == "320302"
    assert read_place("朝阳区中山北路1号", XUZHOU).county == XUZHOU
    assert read_place("江宁区中山北路1号", XUZHOU).county == "320115"


def test_a_road_that_is_named_like_a_province_stays_a_road() -> None:
    doors = {read_place(text, XUZHOU).door for text in ("湖南路12号", "河南路12号", "江苏路12号")}
    assert doors == {"3203|湖南路|12|", "3203|河南路|12|", "3203|江苏路|12|"}
    assert read_place("江苏徐州市云龙区江苏路12号", XUZHOU).door == "320303|江苏路|12|"


@pytest.mark.parametrize("text", ["地址不详", "云龙区某小区出租屋", "大学路中段", "p.example:3333", "18049472055"])
def test_words_without_a_number_are_no_door(text: str) -> None:
    assert read_place(text, XUZHOU).door == ""
    assert read_place("泉山区阳光花园3号楼2单元501室", XUZHOU).door


def test_an_address_that_names_no_spot_has_no_door() -> None:
    assert read_place("云龙区", XUZHOU).door == ""
    assert read_place("", XUZHOU).door == ""
    assert county_named("某某区", XUZHOU) == ""
    assert city_name(XUZHOU) == "徐州市"


def test_every_address_of_the_sample_is_the_door_of_its_site() -> None:
    wrong = []
    for site, address in _addresses():
        place = read_place(address, XUZHOU)
        expected = f"{site['county']}|{site['road']}|{site['no']}|{read_room(site['room'])}"
        township = re.sub("(街道|镇|乡)$", "", site["street"])
        if place.door != expected or place.township not in ("", township):
            wrong.append((address, place))
    assert wrong == []


def _addresses() -> list[tuple[dict[str, str], str]]:
    sites = {site["id"]: site for site in TRUTH["sites"]}
    found = []
    for kind, told in (("trace", None), ("grid", TRUTH["grid"]), ("tips", TRUTH["tips"])):
        (sheet,) = find_lists(kind, open_list(content_of(kind)))
        for number, row in enumerate(sheet.data_rows()):
            truth = told[number] if told else TRUTH["telecom"][int(row[0]) - 1]
            address = sheet.mapping.cell(row, "address")
            if address and truth["site"] is not None:
                found.append((sites[truth["site"]], address))
    assert len(found) > 4000
    return found


@pytest.mark.parametrize(
    "written",
    [
        "18号3-2-301",
        "十八号三号楼二单元301室",
        "18号院3#楼2单元301",
        "18号3幢2-301",
        "18号三号楼二单元三〇一",
        "18号3#2单元301室",
    ],
)
def test_one_flat_is_one_door_however_its_numbers_are_written(written: str) -> None:
    plain = read_place("睢宁县王集镇幸福路18号3号楼2单元301室", "3203")
    assert read_place(f"睢宁县王集镇幸福路{written}", "3203") == plain
    assert plain.is_flat


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("幸福路18号2-301", "幸福路18号2号楼301室"),
        ("幸福路18号3-2-301", "幸福路18号3-2-302"),
        ("幸福路18号3-2-301", "幸福路18-3号2-301"),
        ("幸福路18号院", "幸福路18号"),
        ("一号桥路5号", "二号桥路5号"),
        ("三八路8号", "三十八路8号"),
    ],
)
def test_what_may_be_another_door_stays_another_door(one: str, other: str) -> None:
    assert read_place(f"睢宁县王集镇{one}", "3203").door != read_place(f"睢宁县王集镇{other}", "3203").door


@pytest.mark.parametrize(
    ("written", "road", "number"),
    [
        ("一号桥路5号", "一号桥路", "5"),
        ("三八路8号", "三八路", "8"),
        ("五一路一百零五号", "五一路", "105"),
        ("二环西路二十号", "二环西路", "20"),
    ],
)
def test_a_number_in_the_name_of_a_road_is_a_name(written: str, road: str, number: str) -> None:
    place = read_place(f"睢宁县{written}", "3203")
    assert (place.road, place.number) == (road, number)


def test_two_numbers_behind_a_house_are_no_flat() -> None:
    assert not read_place("睢宁县王集镇幸福路18号2-301", "3203").is_flat
