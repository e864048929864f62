"""Addresses as people write them, without 省, 市 and 县: the place where it is certain, a note where it is not."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from cases.intake.lists.divisions.names import divisions
from cases.intake.lists.places import county_named, read_place
from tests.intake.test_real_files import HEADER, telecom

XUZHOU = "3203"


@pytest.mark.parametrize(
    ("text", "county"),
    [
        ("南京鼓楼区中山北路9号", "320106"),
        ("江苏南京鼓楼区5号", "320106"),
        ("南京中山北路9号", "3201"),
        ("苏州吴中区木渎镇1号", "320506"),
        ("苏州高新区狮山路1号", "320505"),
        ("苏州市高新区狮山路1号", "320505"),
        ("无锡新区长江路3号", "320214"),
        ("南京江北新区大厂街道9号", "3201"),
        ("昆山玉山镇人民路2号", "320583"),
        ("江苏昆山玉山镇1号", "320583"),
        ("苏州昆山玉山镇1号", "320583"),
        ("昆山人民路2号", "320583"),
        ("张家港杨舍镇1号", "320582"),
        ("宜兴宜城街道1号", "320282"),
        ("南通通州金沙镇1号", "320612"),
        ("北京通州区1号", "110112"),
        ("北京朝阳区建国路1号", "110105"),
        ("上海浦东新区世纪大道1号", "310115"),
        ("重庆云阳县1号", "500235"),
        ("山东枣庄台儿庄区2号", "370405"),
        ("山东省枣庄市中区2号", "370402"),
        ("安徽宿州砀山县2号", "341321"),
        ("河南商丘永城市1号", "411481"),
        ("浙江杭州西湖区1号", "330106"),
        ("内蒙古呼和浩特新城区1号", "150102"),
        ("延边延吉市1号", "222401"),
        ("吉林吉林市船营区1号", "220204"),
        ("锡山市东亭镇1号", "320205"),
        ("淮阴市清河区1号", "320812"),
        ("南京六合区雄州街道1号", "320116"),
        ("河南郑州二七区大学路1号", "410103"),
    ],
)
def test_a_place_elsewhere_is_known_without_its_last_words(text: str, county: str) -> None:
    assert read_place(text, XUZHOU).county == county


@pytest.mark.parametrize(
    ("text", "county"),
    [
        ("徐州丰县常店镇1号", "320321"),
        ("江苏丰县常店镇1号", "320321"),
        ("江苏徐州丰县1号", "320321"),
        ("徐州鼓楼区1号", "320302"),
        ("徐州贾汪区1号", "320305"),
        ("徐州九里区平山路8号", "320312"),
        ("江苏徐州九里区火花街道平山路8号", "320311"),
        ("贾汪大吴镇2号", "320305"),
        ("徐州邳州市陈楼镇1号", "320382"),
        ("新沂北沟街道汉源大道206号", "320381"),
        ("徐州市新沂北沟街道汉源大道206号", "320381"),
        ("邳州东湖街道解放路7号", "320382"),
        ("睢宁睢城镇1号", "320324"),
        ("铜山刘集镇3号", "320312"),
        ("铜山新区北京南路65号", "320312"),
        ("云龙黄山街道3号", "320303"),
        ("徐州中山北路3号", XUZHOU),
    ],
)
def test_a_place_of_the_home_city_is_known_without_its_last_words(text: str, county: str) -> None:
    place = read_place(text, XUZHOU)
    assert (place.county, place.unclear) == (county, "")


def test_every_county_of_the_country_is_known_behind_the_short_name_of_its_city_or_province() -> None:
    names, wrong = divisions(), []
    provinces = {code: name for group in names.short_provinces.values() for name, code in group}
    cities = {code: name for group in names.short_cities.values() for name, code in group if code in names.city_names}
    for row in csv.DictReader((files("agencies") / "data" / "divisions" / "areas.csv").read_text().splitlines()):
        before = cities.get(row["cityCode"]) or provinces[row["provinceCode"]]
        place = read_place(f"{before}{row['name']}人民路1号", XUZHOU)
        if (place.county, place.road) != (row["code"], "人民路"):
            wrong.append((before, row["name"], place))
    assert wrong == []


def test_no_road_that_is_called_after_a_city_or_a_province_is_taken_for_it() -> None:
    names = divisions()
    taken = [
        (name, road)
        for groups in (names.short_provinces, names.short_cities)
        for group in groups.values()
        for name, _ in group
        for road in ("路", "东路", "西街", "大道", "街", "南大街", "巷")
        if (place := read_place(f"{name}{road}12号", XUZHOU)).county != XUZHOU or place.unclear
    ]
    assert taken == []


def test_the_short_and_the_full_spelling_are_one_door() -> None:
    for short, full in (
        ("徐州丰县常店镇建国西路226号", "江苏省徐州市丰县常店镇建国西路226号"),
        ("新沂北沟街道汉源大道206号", "新沂市北沟街道汉源大道206号"),
        ("昆山玉山镇人民路2号", "江苏省苏州市昆山市玉山镇人民路2号"),
        ("徐州中山北路3号", "徐州市中山北路3号"),
    ):
        assert read_place(short, XUZHOU).door == read_place(full, XUZHOU).door != "", short


@pytest.mark.parametrize(
    "text",
    [
        *(
            "南京路12号",
            "北京西路3号",
            "北京东大街3号",
            "苏州街5号",
            "无锡路12号",
            "上海路3号",
            "昆山路2号",
            "江苏路2号",
        ),
        *("人民路1号", "长江路3号", "长安街1号", "中山北路1号", "和平路302号", "解放南路2号", "淮海西路1号"),
        *("云龙万达街道12号", "云龙公园路3号", "徐州云龙公园路3号", "安国镇李庄村3号", "铜山路7号", "泉山大道1号"),
    ],
)
def test_a_road_that_is_called_after_a_place_is_a_road(text: str) -> None:
    place = read_place(text, XUZHOU)
    assert (place.county, place.unclear) == (XUZHOU, "")


def test_a_road_behind_its_county_is_never_taken_for_a_place() -> None:
    for road in ("南京路", "苏州中山路", "昆山人民路", "北京南路", "上海花园"):
        place = read_place(f"徐州市云龙区{road}12号", XUZHOU)
        assert (place.county, place.road, place.unclear) == ("320303", road, "")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("苏州花园3号楼2单元101室", "苏州"),
        ("南京大学徐州分校", "南京"),
        ("南京花园小区3号", "南京"),
        ("上海", "上海"),
        ("昆山某小区", "昆山"),
        ("朝阳区中山北路1号", "朝阳区"),
    ],
)
def test_a_name_that_may_be_a_place_is_not_guessed_but_named(text: str, name: str) -> None:
    place = read_place(text, XUZHOU)
    assert (place.county, place.unclear) == (XUZHOU, name)
    (row,) = telecom(["49.81.1.1", 5000, "p.example:3333", "2021-10-03 00:50", text], header=[*HEADER, "装机地址"])
    assert ("unclear_place", {"name": name}) in row.notes


def test_a_county_column_knows_the_short_names_of_the_home_city() -> None:
    names = ("铜山", "徐州铜山", "徐州市铜山", "徐州铜山区", "新沂", "丰县", "徐州鼓楼")
    assert [county_named(name, XUZHOU) for name in names] == [
        *("320312", "320312", "320312", "320312", "320381", "320321", "320302")
    ]
    assert [county_named(name, XUZHOU) for name in ("丰", "沛", "云龙山", "某某")] == ["", "", "", ""]
