"""Who a holder's name says he is: a first guess for the title and the routing, never a finding.

The guess is by the last words of the name, as firms are registered under them; who is not shown by them to be a firm
or an office is taken for a person. Titles of cases are seen by everyone who sees the case, so only a unit's name may
stand in them.
"""

from __future__ import annotations

import re

# In this order: a 网络会所 is also a 会所, a 数据有限公司 also a 公司.
_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("internet_cafe", ("网吧", "网咖", "网络会所", "电竞馆", "上网服务")),
    ("data_centre", ("数据中心", "数据有限公司", "云计算", "IDC", "机房")),
    (
        "state_owned",
        (
            "学院",
            "大学",
            "中学",
            "小学",
            "幼儿园",
            "图书馆",
            "医院",
            "研究所",
            "水务局",
            "局",
            "委员会",
            "人民政府",
            "街道办",
            "村委会",
        ),
    ),
    ("sole_trader", ("经营部", "工作室", "商行", "商店", "门市", "超市", "饭店", "批发部", "个体")),
    ("enterprise", ("公司", "厂", "集团", "合作社", "养殖场", "冷库", "站", "中心", "事务所")),
)
NAMES = {
    "internet_cafe": "网吧",
    "data_centre": "数据中心",
    "state_owned": "公共单位",
    "sole_trader": "个体工商户",
    "enterprise": "企业",
    "natural_person": "居民用户",
    "unknown": "待溯源",
}
_ASIDE = re.compile(r"\([^()]*\)|\d{5,}")
_BETWEEN = re.compile(r"[\s,;:/、]+")


def unit_name(holder: str) -> str:
    """The name of a firm or an office without the contact beside it; empty for whatever may be a person's name."""
    parts = _BETWEEN.split(_ASIDE.sub(" ", holder))
    return next((part for part in parts if _is_unit(part)), "")


def _is_unit(name: str) -> bool:
    """The word must follow a name of its own: 刘建厂 and 张大学 are people."""
    longest = max((len(word) for _, words in _WORDS for word in words if name.endswith(word)), default=0)
    return longest > 0 and len(name) - longest >= (4 if longest == 1 else 2)


def subject_of(holder: str) -> str:
    """The subject code that the name suggests, `unknown` without a name."""
    if not holder:
        return "unknown"
    unit = unit_name(holder)
    for subject, words in _WORDS:
        if unit.endswith(words) or (len(unit) > 6 and any(word in unit for word in words if len(word) > 2)):
            return subject
    return "natural_person"


def title_of(*, county: str, subject: str, holder: str, coin: str, hint: str) -> str:
    """`云龙区 居民用户 · XMR`; for a firm or a public unit its name. `hint` is what stands where no coin is known."""
    unit = unit_name(holder) if subject in ("enterprise", "state_owned", "data_centre") else ""
    named = unit or NAMES[subject]
    tail = coin or hint
    return " ".join(part for part in (county, named) if part)[:100] + (f" · {tail}" if tail else "")
