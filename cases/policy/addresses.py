"""Facts about a listed address: is it one, is it public, whose network is it, can a carrier trace it.

Nothing is corrected silently: a slip of the pen is named, with the reading it suggests, and the row goes back.
"""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import NamedTuple

from cases.policy.dated import DATA, load

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Carriers keep their logs six months (网络安全法 21(3)); an older lead may be beyond tracing.
TRACE_MAX_AGE = timedelta(days=180)
#: Clocks of a probe and of this product may differ a little before "seen in the future" is worth a word.
CLOCK_SKEW = timedelta(minutes=10)

#: No address with a slip is longer; a cell of thousands of digits is no number that could be read.
LONGEST_SLIP = 100

OPERATORS = {
    "ct": ("中国电信", "China Telecom"),
    "cu": ("中国联通", "China Unicom"),
    "cm": ("中国移动", "China Mobile"),
    "cernet": ("教育网", "CERNET"),
    "cstnet": ("科技网", "CSTNET"),
    "drpeng": ("鹏博士", "Dr. Peng"),
    "cn": ("境内其他网络", "another Chinese network"),
}
_FILES = {"chinanet": "ct", "unicom": "cu", "cmcc": "cm", "cernet": "cernet", "cstnet": "cstnet", "drpeng": "drpeng"}
_BLANK = frozenset({"", "-", "--", "—", "——", "/", "无", "空", "未知", "n/a", "null", "none"})
_SLIPS = (("O", "0"), ("o", "0"), ("l", "1"), ("I", "1"), ("|", "1"), ("S", "5"), ("B", "8"))
_ATTACHED = (
    (r"^[A-Za-z]+://([^/]+)/?.*$", "url", r"\1"),
    (r"^([\d.]+):\d+$", "port_attached", r"\1"),
    (r"^([\d.]+)/(?:3[3-9]|[4-9]\d|\d{3,5})$", "port_slash", r"\1"),
    (r"^([^/]+)/.*$", "prefix_length", r"\1"),
    (r"^([^%]+)%.*$", "zone", r"\1"),
    (r",", ",→.", "."),
)
_SLIP_NAMES = {
    "octet_range": ("有一段大于 255", "a part is above 255"),
    "octet_count": ("不是四段", "not four parts"),
    "leading_zero": ("有前导零", "leading zero"),
    "port_attached": ("后面带了端口", "a port is attached"),
    "port_slash": ("斜杠后面应是端口，不是掩码长度", "behind the slash seems to be a port, not a prefix length"),
    "port_blank": (
        "空格后面应是端口，请写成“地址:端口”或分为两列",
        "a port behind a blank: write address:port or two columns",
    ),
    "url": ("写成了网址", "it is written as a URL"),
    "blank_inside": ("中间有空格或换行", "a blank or a line break inside"),
    "prefix_length": ("带了掩码长度", "a prefix length is attached"),
    "zone": ("带了网卡标识", "an interface is attached"),
}
_TEXTS = {
    "no_ip": ("没有 IP 地址", "no IP address"),
    "bad_ip": ("IP 地址写法不对", "not an IP address"),
    "not_global": ("不是公网地址，无法溯源", "not a public address, cannot be traced"),
    "well_known": ("是公共服务地址（{name}），不是用户地址", "a public service ({name}), not a subscriber"),
}


@dataclass(frozen=True, slots=True)
class Address:
    """A cell read as an address.

    ``problem`` is empty, no_ip, bad_ip, not_global or well_known; ``slips`` name what is wrong in a bad one
    (such as ``l→1``, octet_range, leading_zero); ``suggestion`` is a reading for a person to confirm, never used here.
    """

    text: str
    ip: IPAddress | None
    problem: str
    slips: tuple[str, ...] = ()
    suggestion: str = ""
    zh: str = ""
    en: str = ""


class Port(NamedTuple):
    """A cell read as a port; ``problem`` is empty, no_port or bad_port."""

    number: int | None
    problem: str


def normalise(cell: str) -> str:
    """Fold full-width characters and Chinese stops, as typed lists have them.

    Only the blanks around it go: one inside may stand for a digit or a stop, and joining would name another subscriber.
    """
    text = unicodedata.normalize("NFKC", cell).replace("。", ".").replace("·", ".")
    return re.sub(r"[\u200b-\u200d\u2060\ufeff]+", "", text).strip()


def classify(cell: str | None) -> Address:
    """Read a cell as a source address and say what, if anything, keeps it from being traced."""
    text = normalise(cell or "")
    if text.casefold() in _BLANK:
        return _problem(text, None, "no_ip")
    try:
        # A zone (`%eth0`) names an interface of one machine: nothing that a carrier could look up.
        ip: IPAddress = ipaddress.ip_address("" if "%" in text else text)
    except ValueError:
        slips, suggestion = _explain(text)
        return _problem(text, None, "bad_ip", slips, suggestion)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if not ip.is_global or ip.is_multicast:
        return _problem(str(ip), ip, "not_global")
    name = well_known_name(ip)
    if name:
        return _problem(str(ip), ip, "well_known", name=name)
    return Address(str(ip), ip, "")


def read_port(cell: str | int | None) -> Port:
    """Read a cell as a port; a workbook's 8080.0 is 8080."""
    text = normalise(str(cell if cell is not None else ""))
    if text.casefold() in _BLANK:
        return Port(None, "no_port")
    match = re.fullmatch(r"(\d{1,5})(?:\.0+)?", text, re.ASCII)
    if match and 1 <= int(match[1]) <= 65535:
        return Port(int(match[1]), "")
    return Port(None, "bad_port")


def well_known_name(ip: IPAddress) -> str:
    """Return the public service behind this address, or the empty text."""
    return _longest(_well_known(ip.version), ip) or ""


def operator_of(ip: IPAddress | str) -> str | None:
    """Return the operator code of `OPERATORS` by BGP prefix (``cn``: another Chinese network), None abroad."""
    address = ipaddress.ip_address(ip) if isinstance(ip, str) else ip
    return _longest(_operators(address.version), address)


def city_hint(ip: IPAddress | str) -> str | None:
    """Return ``3203`` or the like for an address of Jiangsu (``32``: city not told), None elsewhere.

    Only a hint: about one in four names another city than a second source, so no row is refused on it.
    """
    address = ipaddress.ip_address(ip) if isinstance(ip, str) else ip
    return _longest(_cities(), address) if address.version == 4 else None


def _explain(text: str) -> tuple[tuple[str, ...], str]:
    """Name the slips in a text that is no address, and the address it reads as once they are undone."""
    if len(text) > LONGEST_SLIP:
        return (), ""
    slips, guess = _undo_blanks(text)
    # Letters are the address itself in IPv6, so only a text without colons is searched for mistyped digits.
    for wrong, right in _SLIPS if ":" not in text else ():
        if wrong in guess:
            slips.append(f"{wrong}→{right}")
            guess = guess.replace(wrong, right)
    for pattern, slip, repair in _ATTACHED:
        if re.search(pattern, guess):
            slips.append(slip)
            guess = re.sub(pattern, repair, guess)
    octets = guess.split(".")
    if len(octets) > 1 and all(o.isdecimal() for o in octets):
        slips += _octet_slips(octets)
        guess = ".".join(str(int(o)) for o in octets)
    return tuple(slips), guess if _is_address(guess) else ""


def _undo_blanks(text: str) -> tuple[list[str], str]:
    """A blank within the text: before a port, beside a stop, or somewhere; only the last has no certain reading."""
    if not re.search(r"\s", text):
        return [], text
    joined = re.sub(r"\s+", "", text)
    before_port = re.fullmatch(r"(.+?)\s+\d{1,5}", text, re.DOTALL)
    if before_port and _is_address(before_port[1]) and not _is_address(joined):
        return ["port_blank"], before_port[1]
    return ["blank_inside"], joined if not re.search(r"[0-9A-Fa-f]\s+[0-9A-Fa-f]", text) else text


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _octet_slips(octets: list[str]) -> list[str]:
    wrong = {
        "octet_count": len(octets) != 4,
        "octet_range": any(int(o) > 255 for o in octets),
        "leading_zero": any(len(o) > 1 and o.startswith("0") for o in octets),
    }
    return [slip for slip, found in wrong.items() if found]


def _problem(
    text: str,
    ip: IPAddress | None,
    problem: str,
    slips: tuple[str, ...] = (),
    suggestion: str = "",
    name: str = "",
) -> Address:
    zh, en = (part.format(name=name) for part in _TEXTS[problem])
    if slips:
        names = [_SLIP_NAMES.get(slip, (slip, slip)) for slip in slips]
        zh, en = f"{zh}（{'、'.join(n[0] for n in names)}）", f"{en} ({', '.join(n[1] for n in names)})"
    return Address(text, ip, problem, slips, suggestion, zh, en)


Table = dict[int, dict[int, str]]


def _longest(table: Table, ip: IPAddress) -> str | None:
    """Return the value of the longest prefix that holds the address."""
    bits, number = ip.max_prefixlen, int(ip)
    for length in table:
        value = table[length].get(number >> (bits - length))
        if value is not None:
            return value
    return None


def _read(files: dict[str, str]) -> Table:
    """Read prefix files into tables by length, longest first; the first file to name a prefix keeps it."""
    table: Table = {}
    for name, value in files.items():
        for line in (DATA / "ip" / f"{name}.txt").read_text(encoding="ascii").split():
            start, _, length = line.partition("/")
            ip = ipaddress.ip_address(start)
            bits = int(length or ip.max_prefixlen)
            table.setdefault(bits, {}).setdefault(int(ip) >> (ip.max_prefixlen - bits), value)
    return dict(sorted(table.items(), reverse=True))


@cache
def _operators(version: int) -> Table:
    if version == 6:
        return _read({"chinanet6": "ct", "unicom6": "cu", "cmcc6": "cm"})
    return _read({**_FILES, "china": "cn"})


@cache
def _cities() -> Table:
    paths = sorted((DATA / "ip" / "city").glob("*.txt"), reverse=True)
    return _read({f"city/{p.stem}": p.stem.removesuffix("0000").removesuffix("00") for p in paths})


@cache
def _well_known(version: int) -> Table:
    table: Table = {}
    for row in load("well_known")["network"]:
        for network in map(ipaddress.ip_network, row["prefixes"]):
            if network.version == version:
                number = int(network.network_address) >> (network.max_prefixlen - network.prefixlen)
                table.setdefault(network.prefixlen, {})[number] = row["name"]
    return dict(sorted(table.items(), reverse=True))
