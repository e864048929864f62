"""The worlds: four cities, each with offices that write in their own way."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from bench.worlds.geography import city
from bench.worlds.sights import Facts, Sight, facts_of
from bench.worlds.sites import Site, sites_of
from bench.worlds.styles import Style, american, as_text, half_days, mixed, serial, zoned

MINUTE = as_text("%Y-%m-%d %H:%M")
SLASHED = as_text("%Y/%m/%d %H:%M")
COMPACT = as_text("%Y%m%d%H%M%S")

# Two-line header, moments by half days, address and port in one cell, UTF-16 with tabs; a workbook of the grid with
# merged title and units.
NANJING = {
    "telecom": Style(
        columns=(
            *(("序号", "no"), ("攻击源信息", "endpoint"), ("矿池信息", "pool"), ("", "coin"), ("监测时间", "first")),
            *(
                ("", "last"),
                ("命中次数", "count"),
                ("归属运营商", "operator"),
                ("疑似属地", "county"),
                ("级别", "level"),
            ),
        ),
        below=(("", "源IP及端口", "矿池域名或IP", "币种", "首次", "末次", "", "", "", ""),),
        above=(("南京市虚拟货币“挖矿”活动监测名单（2021年第1批）",), ("填报单位：市通管办", "", "密级：内部")),
        when=mixed(half_days, MINUTE),
        encoding="utf-16",
        separator="\t",
    ),
    "trace": Style(
        columns=(
            *(("线索编号", "no"), ("公网IP", "ip"), ("公网端口", "port"), ("时间", "first"), ("反查结果", "result")),
            *(("接入号", "broadband"), ("客户姓名", "holder"), ("联系方式", "phone"), ("装机地址", "address")),
        ),
        when=MINUTE,
        encoding="gb18030",
    ),
    "grid": Style(
        columns=(
            *(("用户编号", "meter"), ("用户名称", "holder"), ("用电地址", "address"), ("用电类别", "category")),
            *(("供电电压", "voltage"), ("合同容量", "capacity"), ("电费年月", "month"), ("峰段电量", "peak")),
            *(("谷段电量", "valley"), ("平段电量", "flat"), ("合计电量", "total")),
        ),
        above=(("国网南京供电公司疑似异常用电客户明细表",),),
        below=(("", "", "", "", "", "kVA", "", "kWh", "kWh", "kWh", "kWh"),),
        when=MINUTE,
        workbook=True,
    ),
    "tips": Style(
        columns=(("来电时间", "reported"), ("诉求内容", "content"), ("反映地址", "address"), ("来电号码", "phone")),
        when=half_days,
        encoding="gb18030",
    ),
}
# A platform's export in English, on a sheet for each carrier, with serial days; replies with zones; semicolons.
SUZHOU = {
    "telecom": Style(
        columns=(
            *(("No.", "no"), ("Source IP", "ip"), ("Source Port", "port"), ("Mining Pool", "pool"), ("Coin", "coin")),
            *(("First Seen", "first"), ("Last Seen", "last"), ("Hits", "count"), ("ISP", "operator")),
            *(("District", "county"), ("Level", "level")),
        ),
        when=serial,
        workbook=True,
        split=("电信", "联通", "移动"),
    ),
    "trace": Style(
        columns=(
            *(("Source IP", "ip"), ("Source Port", "port"), ("First Seen", "first"), ("Result", "result")),
            *(
                ("Broadband Account", "broadband"),
                ("Subscriber", "holder"),
                ("Mobile", "phone"),
                ("Address", "address"),
            ),
        ),
        when=zoned,
        separator=";",
    ),
    "grid": Style(
        columns=(
            *(("客户编号", "meter"), ("客户名称", "holder"), ("地址", "address"), ("电价类别", "category")),
            *(("报装容量（kVA）", "capacity"), ("统计月份", "month"), ("用电量（千瓦时）", "total")),
        ),
        when=MINUTE,
        encoding="gb18030",
        separator=";",
    ),
    "tips": Style(
        columns=(
            ("举报时间", "reported"),
            ("问题描述", "content"),
            ("发生地点", "address"),
            ("举报人姓名", "reporter"),
        ),
        above=(("12345热线转办单汇总",),),
        when=SLASHED,
        workbook=True,
    ),
}
# No last sight, no coin, columns in another order, moments as bare digits, semicolons, full-width addresses.
NANTONG = {
    "telecom": Style(
        columns=(
            *(("疑似县（市、区）", "county"), ("运营商", "operator"), ("用户IP地址", "ip"), ("用户端口", "port")),
            *(("发现时间", "first"), ("外联矿池", "pool"), ("告警次数", "count"), ("名单类型", "level")),
        ),
        when=COMPACT,
        separator=";",
        encoding="utf-8",
        wide=0.15,
        endings="\n",
    ),
    "trace": Style(
        columns=(
            *(("发现时间", "first"), ("用户IP地址", "ip"), ("用户端口", "port"), ("宽带账号", "broadband")),
            *(("机主", "holder"), ("手机号码", "phone"), ("安装地址", "address"), ("核查结果", "result")),
        ),
        above=(("关于“挖矿”线索溯源情况的反馈",), ("单位：中国电信南通分公司",)),
        when=mixed(COMPACT, MINUTE),
        workbook=True,
    ),
    "grid": Style(
        columns=(
            *(("年月", "month"), ("户号", "meter"), ("户名", "holder"), ("用电地址", "address"), ("总电量", "total")),
            *(("峰电量", "peak"), ("平电量", "flat"), ("谷电量", "valley"), ("运行容量", "capacity")),
        ),
        when=MINUTE,
        separator="\t",
        encoding="utf-16-le",
    ),
    "tips": Style(
        columns=(("时间", "reported"), ("举报内容", "content"), ("地点", "address"), ("举报人电话", "phone")),
        when=COMPACT,
    ),
}
# Month before day, proved by the days over twelve; times with seconds; words that a probe's maker uses.
WUXI = {
    "telecom": Style(
        columns=(
            *(("ID", "no"), ("源地址", "ip"), ("源端口号", "port"), ("目的域名/IP", "pool"), ("虚拟货币", "coin")),
            *(("最早发现时间", "first"), ("最晚发现时间", "last"), ("会话数", "count"), ("ISP", "operator")),
            *(("所在区县", "county"), ("是否重点", "level")),
        ),
        when=american,
        encoding="utf-8",
    ),
    "trace": Style(
        columns=(
            *(("源地址", "ip"), ("源端口号", "port"), ("最早发现时间", "first"), ("溯源情况", "result")),
            *(("上网账号", "broadband"), ("用户姓名", "holder"), ("联系号码", "phone"), ("用户地址", "address")),
        ),
        when=as_text("%Y.%m.%d %H:%M:%S"),
        encoding="gb18030",
        separator="\t",
    ),
    "grid": Style(
        columns=(
            *(("用电户号", "meter"), ("用电户名", "holder"), ("用电地址", "address"), ("用电分类", "category")),
            *(("电压等级", "voltage"), ("容量", "capacity"), ("账期", "month"), ("月用电量", "total")),
        ),
        above=(("无锡供电分公司高耗电用户筛查表",),),
        when=MINUTE,
        workbook=True,
        split=("市区", "江阴宜兴"),
    ),
    "tips": Style(
        columns=(("受理时间", "reported"), ("工单内容", "content"), ("事发地址", "address"), ("联系电话", "phone")),
        when=as_text("%Y-%m-%d %H:%M:%S"),
        separator=";",
        encoding="gb18030",
    ),
}
WORLDS = {"3201": NANJING, "3205": SUZHOU, "3206": NANTONG, "3202": WUXI}
KINDS = ("telecom", "trace", "grid", "tips")


@dataclass(frozen=True, slots=True)
class World:
    """A city's lists as files by kind, and the truth about their rows."""

    city: str
    sites: list[Site]
    files: dict[str, bytes]
    names: dict[str, str]
    truth: dict[str, Any]

    def truth_json(self) -> str:
        """As `truth.json` of a sample."""
        return json.dumps(self.truth, ensure_ascii=False)


def make_world(code: str, *, sites: int, seed: int = 20211012) -> World:
    """The same world for the same city, number of sites and seed."""
    chance = random.Random(f"{seed}/{code}/{sites}")
    place, styles = city(code), WORLDS[code]
    people = sites_of(place, sites, chance)
    has_last = any(name == "last" for _, name in styles["telecom"].columns)
    facts = facts_of(place, people, chance, has_last=has_last)
    rows = _rows(facts)
    return World(
        city=code,
        sites=people,
        files={kind: styles[kind].write(rows[kind], chance) for kind in KINDS},
        names={kind: f"{place.name}-{kind}.{styles[kind].suffix}" for kind in KINDS},
        truth={
            "seed": seed,
            "style": code,
            "sites": [site.as_dict() for site in people],
            "telecom": [line.truth for line in facts.telecom],
            "grid": [row["truth"] for row in facts.grid],
            "tips": [row["truth"] for row in facts.tips],
        },
    )


def _rows(facts: Facts) -> dict[str, list[dict[str, Any]]]:
    return {
        "telecom": [_sight(number, line) for number, line in enumerate(facts.telecom, 1)],
        "trace": [{**_sight(n, line), **said} for n, (line, said) in enumerate(facts.trace, 1)],
        "grid": facts.grid,
        "tips": facts.tips,
    }


def _sight(number: int, line: Sight) -> dict[str, Any]:
    row = {name: getattr(line, name) for name in Sight.__slots__}
    return {**row, "no": number, "level": "重点" if line.priority else "全量"}
