"""Words of a row that may stand in clear, on pages and in titles: coins, pools, carriers, tariffs.

Each is kept only where it looks like what its column should hold: a row that slipped by one column would otherwise
carry a name or a phone out of the sealed cells.
"""

from __future__ import annotations

import re

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
_OTHER_COIN = re.compile(r"^([a-z][a-z0-9]{1,9}|[\u4e00-\u9fff]{1,5}币)$", re.IGNORECASE)
# A host name or an address, with or without scheme and port; the known pools also by their Chinese names.
_POOL = re.compile(r"^((?=.*[a-z.:])[a-z0-9._:/\-\[\]+]{3,255}|[\u4e00-\u9fff]{1,4}池)$")
_CARRIERS = (
    "电信",
    "联通",
    "移动",
    "广电",
    "铁通",
    "教育网",
    "科技网",
    "鹏博士",
    "长城宽带",
    "telecom",
    "unicom",
    "mobile",
)
_TARIFF = re.compile(r"居民|商业|工业|农业|用电|电价|照明|合表|充电|趸售|工商|非普")
_VOLTAGE = re.compile(r"^(交流|直流)?\d{1,6}(\.\d+)?(kv|v|千伏|伏)?$", re.IGNORECASE)


def coin_of(text: str) -> str:
    """`比特币` → `BTC`; another coin's name stays, `未知` and what is no coin's name is empty."""
    word = text.strip()
    known = _COIN_OF.get(word.lower())
    if known or word.lower() in ("未知", "unknown", "none", "null"):
        return known or ""
    return word if _OTHER_COIN.match(word) else ""


def pool_of(text: str, port: str = "") -> str:
    """Host and port of a pool in lower case, empty where the cell holds none."""
    pool = re.sub(r"\s", "", text.lower()) + (f":{port}" if port.isdigit() else "")
    return pool if _POOL.match(pool) else ""


def carrier_of(text: str) -> str:
    """The carrier that the cell names, empty where it names none."""
    return next((name for name in _CARRIERS if name in text.lower()), "")


def tariff_of(text: str) -> str:
    """A category or a price by the words of the trade."""
    return text[:40] if _TARIFF.search(text) else ""


def voltage_of(text: str) -> str:
    """`交流380V`, `10kV`."""
    return text if _VOLTAGE.match(text) else ""
