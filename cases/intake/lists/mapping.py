"""Which column is what: headers by known synonyms, with a confidence; title, unit and second header rows told apart.

A header is normalised (half-width, no blanks, no bracketed unit) and compared with the synonyms of the list's kind:
the same word gives 1.0, a synonym inside a longer header 0.8. A column is given to one field only, the surest first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from cases.intake.lists.reading import Row, Sheet, is_blank
from cases.intake.lists.sentences import NotAList
from cases.intake.lists.values import text_of

HEADER_WITHIN = 20

_COMMON_SUBSCRIBER = {
    "broadband": ("宽带账号", "上网账号", "宽带帐号", "接入账号", "拨号账号", "业务号码", "broadband", "account_name"),
    "holder": (
        "用户名称",
        "户名",
        "客户名称",
        "用户姓名",
        "机主",
        "单位名称",
        "企业名称",
        "所属企业",
        "holder",
        "subscriber",
        "customer",
    ),
    "phone": ("联系电话", "手机号", "手机号码", "电话", "联系方式", "phone", "mobile"),
    "address": ("装机地址", "用电地址", "接入地址", "安装地址", "详细地址", "物理住所", "地址", "address"),
}

SYNONYMS: dict[str, dict[str, tuple[str, ...]]] = {
    "telecom": {
        "seq": ("序号", "编号", "no", "seq", "id"),
        "ip": (
            "源ip地址",
            "源ip",
            "ip地址",
            "矿工ip",
            "矿机ip",
            "用户ip",
            "客户端ip",
            "主机ip",
            "ip",
            "src_ip",
            "source_ip",
            "client_ip",
            "srcip",
        ),
        "port": ("源端口", "源端口号", "端口", "port", "src_port", "source_port", "sport"),
        "pool": (
            "矿池地址",
            "矿池域名",
            "矿池",
            "目的地址",
            "目的ip",
            "矿池服务器",
            "目标地址",
            "pool",
            "pool_domain",
            "dst",
            "dst_ip",
            "destination",
        ),
        "pool_port": ("目的端口", "矿池端口", "dst_port", "pool_port", "dport"),
        "coin": ("币种", "虚拟货币种类", "币名", "coin", "currency"),
        "first": (
            "首次发现时间",
            "首次时间",
            "起始时间",
            "开始时间",
            "最早发现时间",
            "首次活跃时间",
            "发现时间",
            "first_seen",
            "first",
            "start_time",
            "start",
        ),
        "last": (
            "最近发现时间",
            "末次发现时间",
            "最后发现时间",
            "结束时间",
            "最近时间",
            "最近活跃时间",
            "last_seen",
            "last",
            "end_time",
            "end",
        ),
        "count": (
            "提交次数",
            "通联次数",
            "连接次数",
            "命中次数",
            "告警次数",
            "submit_count",
            "submits",
            "count",
            "hits",
        ),
        "operator": ("运营商", "所属运营商", "归属运营商", "operator", "carrier", "isp"),
        "county": ("疑似区县", "所属区县", "区县", "属地", "归属地", "疑似属地", "county", "district"),
        "level": ("名单级别", "级别", "名单类型", "level"),
        "meter": ("户号", "电力户号", "用电户号", "meter", "meter_no", "account"),
        "kwh": ("用电量", "月用电量", "电量", "kwh", "energy"),
        **_COMMON_SUBSCRIBER,
    },
    "trace": {
        "seq": ("序号", "编号", "no", "seq", "id"),
        "ip": ("源ip地址", "源ip", "ip地址", "矿工ip", "用户ip", "ip", "src_ip", "source_ip"),
        "port": ("源端口", "源端口号", "端口", "port", "src_port", "source_port"),
        "first": (
            "首次发现时间",
            "首次时间",
            "起始时间",
            "开始时间",
            "发现时间",
            "时间",
            "first_seen",
            "first",
            "start_time",
        ),
        "result": ("溯源结果", "查询结果", "核查结果", "定位结果", "反馈结果", "result", "status"),
        **_COMMON_SUBSCRIBER,
    },
    "grid": {
        "seq": ("序号", "编号", "no", "seq"),
        "meter": ("户号", "电力户号", "用电户号", "客户编号", "用户编号", "cons_no", "account", "account_no"),
        "holder": ("户名", "用户名称", "客户名称", "用电户名", "cons_name", "holder", "customer"),
        "address": ("用电地址", "地址", "elec_addr", "address"),
        "category": ("用电类别", "用电分类", "elec_type_name", "category"),
        "price": ("电价名称", "电价类别", "电价", "prc_name", "tariff"),
        "voltage": ("供电电压", "电压等级", "volt_name", "voltage"),
        "capacity": ("合同容量", "报装容量", "contract_cap", "capacity"),
        "running": ("运行容量", "run_cap", "running_capacity"),
        "month": ("年月", "月份", "电费年月", "统计月份", "账期", "ym", "month"),
        "peak": ("峰电量", "峰段电量", "peak_kwh", "peak"),
        "valley": ("谷电量", "谷段电量", "valley_kwh", "valley"),
        "flat": ("平电量", "平段电量", "flat_kwh", "flat"),
        "total": ("总电量", "合计电量", "月用电量", "用电量", "电量", "total_kwh", "total", "kwh"),
    },
    "tips": {
        "seq": ("序号", "编号", "no", "seq"),
        "reported": ("举报时间", "受理时间", "来电时间", "时间", "reported_at", "time"),
        "content": ("举报内容", "内容", "诉求内容", "问题描述", "content", "description"),
        "address": ("地点", "举报地点", "地址", "发生地点", "place", "address", "location"),
        "phone": ("举报人电话", "联系电话", "电话", "来电号码", "phone"),
        "reporter": ("举报人", "举报人姓名", "来电人", "reporter"),
    },
}

# What a header must have at least: without these the list cannot be matched with anything.
REQUIRED = {"telecom": ("ip",), "trace": ("ip", "result"), "grid": ("meter",), "tips": ("address",)}
KIND_NAMES = {"telecom": "监测名单", "trace": "溯源反馈", "grid": "用电异常名单", "tips": "举报清单"}
KINDS = tuple(SYNONYMS)

_UNITS = re.compile(
    r"^(kwh|kva|kw|千瓦时|千伏安|千瓦|度|元|次|台|个|万千瓦时|元/千瓦时|th/s|gh/s|mh/s)$", re.IGNORECASE
)
_BRACKETED = re.compile(r"[(\[【〔].*?[)\]】〕]|(?<=[^a-z_])/?(kwh|kva)$", re.IGNORECASE)
_TOTALS = ("合计", "总计", "小计", "填报人", "填报单位", "制表", "审核人", "备注:", "注:", "说明:")


@dataclass(frozen=True, slots=True)
class Mapping:
    """For each field its column and how sure that is; `headers` are the header cells as they stand."""

    kind: str
    columns: dict[str, int]
    confidence: dict[str, float]
    headers: tuple[str, ...]

    def cell(self, row: Row, field: str) -> str:
        """The text of the field's cell; empty where the list has no such column or the row is short."""
        column = self.columns.get(field)
        return text_of(row[column]) if column is not None and column < len(row) else ""


@dataclass(frozen=True, slots=True)
class MappedSheet:
    """A sheet that carries a list of the wanted kind, with the number of rows above its first data row."""

    sheet: Sheet
    mapping: Mapping
    skip: int

    def data_rows(self) -> Iterator[Row]:
        """Rows below the header: not blank, no sums, no repeated header, no signatures."""
        for row in islice(self.sheet.rows(), self.skip, None):
            if not is_blank(row) and not self._is_trimming(row):
                yield row

    def _is_trimming(self, row: Row) -> bool:
        first = next(text for cell in row if (text := text_of(cell)))
        if first.startswith(_TOTALS):
            return True
        kind = self.mapping.kind
        return all(self.mapping.cell(row, field).lower() in SYNONYMS[kind][field] for field in REQUIRED[kind])


def normalise_header(text: str) -> str:
    """`源IP 地址（公网）` → `源ip地址`."""
    return _BRACKETED.sub("", re.sub(r"[\s:*]", "", text_of(text).lower()))


def map_header(kind: str, cells: Iterable[object]) -> Mapping:
    """The surest assignment of columns to fields, one column each."""
    headers = tuple(text_of(cell) for cell in cells)
    names = [normalise_header(header) for header in headers]
    candidates = [
        (-confidence, column, field)
        for field, synonyms in SYNONYMS[kind].items()
        for column, name in enumerate(names)
        if (confidence := _confidence(name, synonyms))
    ]
    columns: dict[str, int] = {}
    sure: dict[str, float] = {}
    for negative, column, field in sorted(candidates):
        if field not in columns and column not in columns.values():
            columns[field], sure[field] = column, -negative
    return Mapping(kind, columns, sure, headers)


def _confidence(name: str, synonyms: tuple[str, ...]) -> float:
    if not name or len(name) > 20:
        return 0.0
    if name in synonyms:
        # The first synonym is the field's own word: it wins over a looser one of another column.
        return 1.0 - 0.001 * synonyms.index(name)
    inside = [len(word) for word in synonyms if len(word) >= 2 and not word.isascii() and word in name]
    return 0.8 * max(inside) / len(name) if inside else 0.0


def find_lists(kind: str, sheets: list[Sheet]) -> list[MappedSheet]:
    """Every sheet whose first rows hold a header of this kind. Raises NotAList when there is none."""
    found = [mapped for sheet in sheets if (mapped := _find_header(kind, sheet))]
    if not found:
        wanted = "”“".join(SYNONYMS[kind][field][0] for field in REQUIRED[kind])
        raise NotAList("no_header", kind=KIND_NAMES[kind], wanted=wanted)
    return found


def _find_header(kind: str, sheet: Sheet) -> MappedSheet | None:
    head = list(islice(sheet.rows(), HEADER_WITHIN))
    best: tuple[float, int, Mapping] | None = None
    for index, row in enumerate(head):
        mapping = map_header(kind, row)
        score = sum(mapping.confidence.values())
        if _suffices(mapping) and (best is None or score > best[0]):
            best = (score, index, mapping)
    if best is None:
        return None
    _, index, mapping = best
    skip = index + 1
    if skip < len(head) and (second := _second_line(kind, mapping, head[skip])):
        mapping, skip = second, skip + 1
    while skip < len(head) and _is_unit_row(head[skip]):
        skip += 1
    return MappedSheet(sheet, mapping, skip)


def _suffices(mapping: Mapping) -> bool:
    return len(mapping.columns) >= 2 and all(field in mapping.columns for field in REQUIRED[mapping.kind])


def _second_line(kind: str, first: Mapping, row: Row) -> Mapping | None:
    """A header of two lines (`用电量` above `峰`, `谷`, `平`): joined per column, if that names more columns."""
    cells = [text_of(cell) for cell in row]
    if is_blank(row) or _is_unit_row(row) or any(any(char.isdigit() for char in cell) for cell in cells):
        return None
    above, joined = "", []
    for column in range(max(len(first.headers), len(cells))):
        top = first.headers[column] if column < len(first.headers) else ""
        # A merged cell leaves its text in its first column only.
        above = top or above
        below = cells[column] if column < len(cells) else ""
        joined.append(f"{below}{above}" if below else top)
    mapping = map_header(kind, joined)
    return mapping if len(mapping.columns) > len(first.columns) else None


def _is_unit_row(row: Row) -> bool:
    cells = [cell for cell in map(text_of, row) if cell]
    return bool(cells) and all(_UNITS.match(cell.strip("()")) for cell in cells)
