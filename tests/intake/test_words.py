"""What may stand in clear: a unit's name in a title, a coin, a pool, a carrier, a tariff; never a name or a phone."""

from __future__ import annotations

import pytest

from cases.intake.lists.subjects import subject_of, title_of
from cases.intake.lists.words import carrier_of, coin_of, pool_of, tariff_of, voltage_of

PERSONAL = ("孙玲娜", "18049472055", "xz01@adsl", "3203192714718", "徐州市云龙区民主路12号3号楼2单元501室")


@pytest.mark.parametrize(
    ("holder", "subject", "named"),
    [
        ("徐州强明贸易有限公司", "enterprise", "徐州强明贸易有限公司"),
        ("徐州强明贸易有限公司(孔磊娜)", "enterprise", "徐州强明贸易有限公司"),
        ("徐州强明贸易有限公司 孔磊娜 18049472055", "enterprise", "徐州强明贸易有限公司"),
        ("徐州市第一中学", "state_owned", "徐州市第一中学"),
        ("徐州杰秀网络会所", "internet_cafe", "网吧"),
        ("孙玲娜", "natural_person", "居民用户"),
        ("孙 玲", "natural_person", "居民用户"),
        ("孙玲娜(租户)", "natural_person", "居民用户"),
        ("孙玲娜18049472055", "natural_person", "居民用户"),
        ("阿卜杜热合曼·阿卜杜拉", "natural_person", "居民用户"),
        ("\U00020bb7田", "natural_person", "居民用户"),
        ("Zhang San", "natural_person", "居民用户"),
        ("刘建厂", "natural_person", "居民用户"),
        ("张大学", "natural_person", "居民用户"),
        ("王建国(个体工商户)", "natural_person", "居民用户"),
        ("", "unknown", "待溯源"),
    ],
)
def test_a_title_names_a_unit_and_never_a_person(holder: str, subject: str, named: str) -> None:
    assert subject_of(holder) == subject
    assert title_of(county="云龙区", subject=subject, holder=holder, coin="XMR", hint="") == f"云龙区 {named} · XMR"


def test_words_are_kept_as_their_columns_hold_them() -> None:
    assert [coin_of(text) for text in ("比特币", "eth", "狗狗币", "KAS", "未知", "-", "")] == [
        *("BTC", "ETH", "狗狗币", "KAS"),
        *("", "", ""),
    ]
    assert pool_of("XMR.Pool.example") == "xmr.pool.example"
    assert pool_of("103.249.70.37", "8888") == "103.249.70.37:8888"
    assert pool_of("stratum+tcp://p.example:3333") == "stratum+tcp://p.example:3333"
    assert pool_of("鱼池") == "鱼池"
    assert [carrier_of(text) for text in ("中国电信", "移动", "China Unicom")] == ["电信", "移动", "unicom"]
    assert tariff_of("居民合表电价(不满1千伏)") == "居民合表电价(不满1千伏)"
    assert [voltage_of(text) for text in ("交流380V", "10kV")] == ["交流380V", "10kV"]


@pytest.mark.parametrize("text", PERSONAL)
def test_what_slipped_into_their_columns_is_not_kept(text: str) -> None:
    assert [read(text) for read in (coin_of, pool_of, carrier_of, tariff_of, voltage_of)] == ["", "", "", "", ""]
