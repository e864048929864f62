"""The names of classes, voltages, periods and labels, and the certainty that goes with a price."""

from __future__ import annotations

from typing import Final, NamedTuple

RESIDENTIAL: Final = ("tiered", "tiered_tou", "combined")
NON_RESIDENTIAL: Final = ("commercial", "commercial_tou", "two_part")
KINDS: Final = (*RESIDENTIAL, *NON_RESIDENTIAL)
TIERED: Final = frozenset({"tiered", "tiered_tou"})

KIND_NAMES: Final = {
    "tiered": ("居民阶梯电价", "residential, tiered"),
    "tiered_tou": ("居民峰谷分时（阶梯）", "residential, tiered with time of use"),
    "combined": ("居民合表电价", "residential, combined meter"),
    "commercial": ("一般工商业", "general commercial"),
    "commercial_tou": ("工商业分时", "commercial with time of use"),
    "two_part": ("工商业两部制", "commercial, two-part"),
}

VOLTAGES: Final = {
    "lt1kv": ("不满1千伏", "below 1 kV"),
    "1_10kv": ("1—10（20）千伏", "1–10 kV"),
    "20kv": ("20千伏", "20 kV"),
    "35kv": ("35千伏", "35 kV"),
    "110kv": ("110千伏", "110 kV"),
}

# In the order of the day's price, dearest first; lines are printed in it.
PERIODS: Final = {
    "sharp": ("尖峰电量", "sharp peak"),
    "peak": ("峰时电量", "peak"),
    "flat": ("平时电量", "flat"),
    "valley": ("谷时电量", "valley"),
}

COMPONENTS: Final = {
    "proxy": ("代理购电价", "proxy purchase"),
    "transmission": ("输配电价", "transmission and distribution"),
    "losses": ("上网环节线损", "line losses"),
    "operation": ("系统运行费", "system operation"),
    "funds": ("政府性基金及附加", "government funds"),
}

# The surest first.  Whatever is not V-P was not read in its original and says so on every bill.
CERTAINTIES: Final = {
    "V-P": ("原件条文已核", "clause read in the original"),
    "V-T": ("据转载页面，未见原件", "reprint read, original not seen"),
    "V-R": ("据公开资料库，未见原件", "public repository, original not seen"),
    "BRIEF": ("据委托方陈述", "stated by the client"),
    "CALC": ("推算", "own arithmetic"),
    "DESIGN": ("系统设定", "own choice"),
    "BG": ("背景资料，未核实", "background knowledge, unverified"),
}
VERIFIED: Final = "V-P"
ENTERED: Final = "entered"


class Note(NamedTuple):
    """What whoever reads the bill must know: a code, Chinese, English."""

    code: str
    zh: str
    en: str


def weakest(labels: list[str]) -> str:
    """Return the least certain of these labels; no label at all is fully certain."""
    order = list(CERTAINTIES)
    return max(labels, key=order.index, default=VERIFIED)
