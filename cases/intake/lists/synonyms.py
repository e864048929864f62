"""The words by which lists call their columns, by kind of list; the first of each is the field's own word."""

from __future__ import annotations

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

# Where a site lies, in degrees: compared with others, never shown or kept in clear.
_COORDINATES = {
    "longitude": ("经度", "东经", "longitude", "lon", "lng"),
    "latitude": ("纬度", "北纬", "latitude", "lat"),
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
        "port": ("源端口", "源端口号", "端口", "端口号", "port", "src_port", "source_port", "sport"),
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
        **_COORDINATES,
    },
    "trace": {
        "seq": ("序号", "编号", "no", "seq", "id"),
        "ip": ("源ip地址", "源ip", "ip地址", "矿工ip", "用户ip", "ip", "src_ip", "source_ip"),
        "port": ("源端口", "源端口号", "端口", "端口号", "port", "src_port", "source_port"),
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
        **_COORDINATES,
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
        "peak": ("峰电量", "峰段电量", "峰用电量", "高峰电量", "peak_kwh", "peak"),
        "valley": ("谷电量", "谷段电量", "谷用电量", "低谷电量", "valley_kwh", "valley"),
        "flat": ("平电量", "平段电量", "平用电量", "flat_kwh", "flat"),
        "total": (
            "总电量",
            "合计电量",
            "总用电量",
            "合计用电量",
            "月用电量",
            "用电量",
            "电量",
            "total_kwh",
            "total",
            "kwh",
        ),
        **_COORDINATES,
    },
    "tips": {
        "seq": ("序号", "编号", "no", "seq"),
        "reported": ("举报时间", "受理时间", "来电时间", "时间", "reported_at", "time"),
        "content": ("举报内容", "内容", "诉求内容", "问题描述", "content", "description"),
        "address": ("地点", "举报地点", "地址", "发生地点", "place", "address", "location"),
        "phone": ("举报人电话", "联系电话", "电话", "来电号码", "phone"),
        "reporter": ("举报人", "举报人姓名", "来电人", "reporter"),
        **_COORDINATES,
    },
}

# What a header must have at least: without these the list cannot be matched with anything.
REQUIRED = {"telecom": ("ip",), "trace": ("ip", "result"), "grid": ("meter",), "tips": ("address",)}
KINDS = tuple(SYNONYMS)


def template_header(kind: str) -> list[str]:
    """The columns of a list to be filled in: each field by its own word."""
    return [words[0].upper() for words in SYNONYMS[kind].values()]
