"""Who a holder's name says he is: a first guess for the title and the routing, never a finding.

The guess is by the last words of the name, as firms are registered under them; a person's name is two to four
characters. Titles of cases are seen by everyone who sees the case, so only a unit's name may stand in them.
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
_PERSON = re.compile(r"^[\u4e00-\u9fff·*＊]{2,8}$")
_COINS = {
    "BTC": ("btc", "比特币", "bitcoin", "xbt"),
    "ETH": ("eth", "以太坊", "以太币", "ethereum"),
    "XMR": ("xmr", "门罗币", "门罗", "monero"),
    "RVN": ("rvn", "渡鸦币", "ravencoin"),
    "LTC": ("ltc", "莱特币", "litecoin"),
    "ETC": ("etc", "以太经典"),
    "ZEC": ("zec", "大零币", "zcash"),
}
_COIN_OF = {word: coin for coin, words in _COINS.items() for word in words}


def subject_of(holder: str) -> str:
    """The subject code that the name suggests, `unknown` without a name."""
    if not holder:
        return "unknown"
    for subject, words in _WORDS:
        if holder.endswith(words) or (len(holder) > 6 and any(word in holder for word in words if len(word) > 2)):
            return subject
    return "natural_person" if _PERSON.match(holder) else "enterprise"


def coin_of(text: str) -> str:
    """`比特币` → `BTC`; an unknown name stays, `未知` is empty."""
    word = text.strip().lower()
    return "" if word in ("", "未知", "unknown", "-", "其他") else _COIN_OF.get(word, text.strip()[:16])


def title_of(*, county: str, subject: str, holder: str, coin: str, hint: str) -> str:
    """`云龙区 居民用户 · XMR`; for a firm or a public unit its name. `hint` is what stands where no coin is known."""
    named = holder if subject in ("enterprise", "state_owned", "data_centre") and holder else NAMES[subject]
    tail = coin or hint
    return " ".join(part for part in (county, named) if part)[:100] + (f" · {tail}" if tail else "")
