"""Further words for columns, as probes, billing systems and offices of other cities write them.

Each is compared like a synonym, after those of `synonyms`. Joints (`_`, `-`, `/`, `.`) count for nothing.
"""

from __future__ import annotations

_SUBSCRIBER = {
    "broadband": "接入号 接入号码 宽带号 产品号码 服务号码 专线号 broadband_account",
    "holder": "客户姓名 机主姓名 产权客户 subscriber_name",
    "phone": "联系号码 联系人电话 手机 移动电话 telephone",
    "address": "用户地址 客户地址 标准地址 安装位置 installed_address",
}
_SOURCE = {
    "ip": "源地址 公网ip 公网地址 外网ip 出口ip 终端ip 攻击源ip 告警源ip 用户ip地址 "
    "源ip及端口 源ip端口 ip及端口 ip端口 ip与端口 ip和端口 ip加端口 地址端口 源地址端口 源ip地址端口 ipport",
    "port": "公网端口 用户端口 客户端端口 终端端口",
    "first": "最早发现时间 最早时间 首见时间 首次出现时间 首次监测时间 发生时间 首次",
}
WORDINGS: dict[str, dict[str, str]] = {
    "telecom": {
        **_SOURCE,
        **_SUBSCRIBER,
        "pool": "目的域名 目的域名ip 矿池域名或ip 矿池域名ip 矿池ip 外联地址 外联矿池 mining_pool pool_address",
        "coin": "虚拟货币 挖矿币种",
        "last": "最晚发现时间 最晚时间 末见时间 最后出现时间 最近一次发现时间 末次监测时间 最近监测时间 末次时间 末次",
        "count": "会话数 发现次数 通信次数 次数",
        "county": "疑似县 所在区县 所在县区 所属县区 区域 疑似地区",
        "level": "是否重点 重点全量",
    },
    "trace": {
        **_SOURCE,
        **_SUBSCRIBER,
        "result": "反查结果 溯源情况 查询情况 核查情况 定位情况 反馈情况 是否定位",
    },
    "grid": {
        "meter": "用电客户编号 用户号",
        "capacity": "容量 装见容量",
        "total": "有功总电量 当月电量",
    },
    "tips": {
        "reported": "登记时间 举报日期",
        "content": "工单内容 反映内容 诉求",
        "address": "反映地址 事发地址 事发地点 被举报地址",
        "phone": "来电人电话 诉求人电话",
        "reporter": "诉求人 反映人",
    },
}
