"""What the fields of a list are called, which of them are dates, and which of them a reason speaks of."""

from __future__ import annotations

from cases.workflow.view import Text

FIELDS: dict[str, Text] = {
    "seq": Text("序号", "serial number"),
    "ip": Text("源IP地址", "source address"),
    "port": Text("源端口", "source port"),
    "pool": Text("矿池地址", "pool"),
    "pool_port": Text("矿池端口", "port of the pool"),
    "coin": Text("币种", "coin"),
    "first": Text("首次发现时间", "first sight"),
    "last": Text("最近发现时间", "last sight"),
    "count": Text("提交次数", "count"),
    "operator": Text("运营商", "carrier"),
    "county": Text("疑似区县", "presumed county"),
    "level": Text("名单级别", "level"),
    "meter": Text("户号", "grid account"),
    "kwh": Text("用电量", "energy"),
    "broadband": Text("宽带账号", "broadband account"),
    "holder": Text("户名", "holder"),
    "phone": Text("联系电话", "phone"),
    "address": Text("地址", "address"),
    "longitude": Text("经度", "longitude"),
    "latitude": Text("纬度", "latitude"),
    "result": Text("溯源结果", "trace result"),
    "category": Text("用电类别", "class of use"),
    "price": Text("电价名称", "tariff"),
    "voltage": Text("供电电压", "voltage"),
    "capacity": Text("合同容量", "contract capacity"),
    "running": Text("运行容量", "running capacity"),
    "month": Text("年月", "month"),
    "peak": Text("峰电量", "peak energy"),
    "valley": Text("谷电量", "valley energy"),
    "flat": Text("平电量", "flat energy"),
    "total": Text("总电量", "total energy"),
    "reported": Text("举报时间", "time of the report"),
    "content": Text("举报内容", "content"),
    "reporter": Text("举报人", "reporter"),
}
# Columns of moments: in these a short date may hide its order.
DATES = ("first", "last", "reported")
TIMES = (*DATES, "month")
_OF_FIRST = ("no_time", "bad_time", "ambiguous_time", "slip_time", "no_clock")
# The cells that a reason or a note speaks of; those of `field` are named by the note itself.
SUSPECTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("no_ip", "bad_ip", "like_ip", "not_global", "well_known"), ("ip",)),
    **dict.fromkeys(("no_port", "bad_port", "slip_port"), ("port",)),
    **dict.fromkeys(_OF_FIRST, ("first",)),
    **dict.fromkeys((f"{reason}_too" for reason in _OF_FIRST), ("first",)),
    "time_order": ("first", "last"),
    **dict.fromkeys(("bad_last", "in_future"), ("last",)),
    **dict.fromkeys(("bad_account", "rounded_account"), ("meter",)),
    "no_account": ("meter", "address"),
    **dict.fromkeys(("no_place", "unclear_place"), ("address",)),
    "no_content": ("content", "address"),
}
