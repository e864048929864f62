"""Every sentence that intake says to a person, in the two languages: what is wrong, and what to do about it.

A row stores the code and the figures, never the sentence, so that each reader gets it in his language.
Figures are addresses, ports, times and row numbers; names, phones and installed addresses never stand in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases.intake.lists.fields import FIELDS
from cases.intake.lists.judging.files import FILE
from cases.workflow.view import Text

ROW: dict[str, Text] = {
    # Accepted.
    "accepted": Text("已接收。", "Accepted."),
    "out_of_area": Text(
        "已接收；按地址段归属推断在{city}，仅为参考，须由运营商溯源确认；确非本辖区的，请移交属地。",
        "Accepted; the address range points to {city}: a hint only. Let the carrier trace it; transfer it if it is so.",
    ),
    "lies_elsewhere": Text(
        "已接收；地址在{city}，不属报送地区。", "Accepted; the address lies in {city}, outside the sender's area."
    ),
    "traced": Text("运营商已定位用户，已接收。", "Accepted: the carrier located the subscriber."),
    "untraced": Text(
        "已接收；运营商答复“{result}”，未能定位用户，该线索保留，可另行核查。",
        "Accepted; the carrier answered “{result}”. The lead stays and can be checked another way.",
    ),
    "trace_waiting": Text(
        "已接收；监测名单中尚无对应行（源 IP、端口、首次发现时间），导入相应名单后自动关联。",
        "Accepted; no list row has this address, port and time yet. It will be attached when that list is imported.",
    ),
    # Weak.
    "no_port": Text(
        "已接收为弱线索：缺少源端口，多人共用一个地址时无法唯一溯源；请向名单下发单位补要端口。",
        "Accepted as a weak lead: without the port a shared address cannot be traced. Ask the issuer for it.",
    ),
    "bad_port": Text(
        "已接收为弱线索：源端口“{port}”不是 1 至 65535 的数字，无法唯一溯源；请向名单下发单位核实端口。",
        "Accepted as a weak lead: source port “{port}” is not a number from 1 to 65535. Ask the issuer to confirm it.",
    ),
    "slip_port": Text(
        "已接收为弱线索：源端口“{port}”{zh}，系统不代为更正，无法唯一溯源；请对照原始名单，在导入预览中更正，或补报。",
        "Accepted as a weak lead: source port “{port}”: {en}. "
        "Mend it in the preview by the original list, or report it again.",
    ),
    "no_time": Text(
        "已接收为弱线索：缺少首次发现时间，地址按时段分配，无法唯一溯源；请向名单下发单位补要时间。",
        "Accepted as a weak lead: without the time of first sight the address cannot be traced. Ask the issuer for it.",
    ),
    "bad_time": Text(
        "已接收为弱线索：时间“{time}”无法识别，无法唯一溯源；请核对后在导入预览中更正，或补报。",
        "Accepted as a weak lead: the time “{time}” cannot be read. Mend it in the preview or report it again.",
    ),
    "slip_time": Text(
        "已接收为弱线索：时间“{time}”{zh}，系统不代为更正，无法唯一溯源；请对照原始名单，在导入预览中更正，或补报。",
        "Accepted as a weak lead: the time “{time}”: {en}. "
        "Mend it in the preview by the original list, or report it again.",
    ),
    "no_clock": Text(
        "已接收为弱线索：首次发现时间“{time}”只有日期，没有时分，无法唯一溯源；请向名单下发单位补要时分。",
        "Accepted as a weak lead: “{time}” is a date without a time of day and cannot be traced. Ask for it.",
    ),
    "ambiguous_time": Text(
        "已接收为弱线索：时间“{time}”的月和日可以互换，系统不作猜测；请在导入预览中或补报时写成“年-月-日 时:分”。",
        "Accepted as a weak lead: in “{time}” day and month could be swapped. "
        "Write year-month-day, in the preview or anew.",
    ),
    "no_place": Text(
        "已接收为弱线索：没有地点，无法并入现有案件；请联系举报人补充地点。",
        "Accepted as a weak lead: there is no place. Ask the reporter for it.",
    ),
    # Refused.
    "no_ip": Text(
        "不予接收：源 IP 地址为空，无法溯源；请向名单下发单位补要地址，在导入预览中补填，或重新报送。",
        "Refused: the source address is empty. Ask the issuer for it; fill it in in the preview or resend.",
    ),
    "bad_ip": Text(
        "不予接收：源 IP“{ip}”{zh}。系统不代为更正，请对照原始名单，在导入预览中更正，或更正后重新报送。",
        "Refused: the source address “{ip}” is {en}. Mend it in the preview by the original list, or send it again.",
    ),
    "like_ip": Text(
        "不予接收：源 IP“{ip}”{zh}，疑为 {suggestion}。系统不代为更正，"
        "请对照原始名单，在导入预览中更正，或更正后重新报送。",
        "Refused: the source address “{ip}” is {en}, perhaps {suggestion}. "
        "Mend it in the preview by the original list, or send it again.",
    ),
    "not_global": Text(
        "不予接收：{ip} 是内网或保留地址，不对应任何宽带用户；请向名单下发单位索取出口公网地址。",
        "Refused: {ip} is private or reserved and belongs to no subscriber. Ask the issuer for the public address.",
    ),
    "well_known": Text(
        "不予接收：{ip} {zh}；请核对名单是否误填了目的地址。",
        "Refused: {ip} is {en}. Check whether the destination was entered as the source.",
    ),
    "time_order": Text(
        "不予接收：最近发现时间 {last} 早于首次发现时间 {first}；请核对，在导入预览中更正，或更正后重新报送。",
        "Refused: the last sight {last} is before the first sight {first}. "
        "Mend them in the preview or send the row again.",
    ),
    "no_account": Text(
        "不予接收：户号和用电地址均为空，无法对应用户；请在导入预览中补填，或补充后重新报送。",
        "Refused: neither the account nor the address of the meter is given. "
        "Add one in the preview or send the row again.",
    ),
    "bad_account": Text(
        "不予接收：户号中的字母“{found}”疑为数字“{meant}”，系统不代为更正；"
        "请核对营销系统，在导入预览中更正，或更正后重新报送。",
        "Refused: the letter “{found}” in the account may stand for “{meant}”. Mend it in the preview, or resend.",
    ),
    "rounded_account": Text(
        "不予接收：户号被表格软件改成了科学计数（如 3.2E+12），末几位已丢失；请将该列设为文本格式后重新导出报送。",
        "Refused: a spreadsheet has rounded the account (as in 3.2E+12). Format the column as text and export it anew.",
    ),
    "no_content": Text(
        "不予接收：举报内容和地点均为空；请在导入预览中补填，或补充后重新报送。",
        "Refused: the tip has neither content nor place. Complete it in the preview, or send it again.",
    ),
    # Repeated.
    "duplicate": Text(
        "与本批第 {row} 行相同（{same}一致），不重复立案。",
        "The same as row {row} of this batch ({same}); no second case is opened.",
    ),
    "duplicate_elsewhere": Text(
        "与批次“{batch}”第 {row} 行相同（{same}一致），不重复立案。",
        "The same as row {row} of batch “{batch}” ({same}); no second case is opened.",
    ),
    # Of a list that was withdrawn.
    "withdrawn": Text(
        "该批次已于 {day} 撤回，本行不再作数。", "The list was withdrawn on {day}; the row no longer counts."
    ),
    "withdrawn_held": Text(
        "该批次已于 {day} 撤回；批次“{batch}”第 {row} 行与本行相同，仍在该案件中。",
        "The list was withdrawn on {day}; row {row} of “{batch}” is the same and keeps its place in that case.",
    ),
    # Notes beside a fate.
    "no_time_too": Text("首次发现时间也为空；请一并补要。", "The time of first sight is empty as well; ask for both."),
    "bad_time_too": Text(
        "首次发现时间“{time}”也无法识别；请一并核对。", "The time “{time}” cannot be read either; check both."
    ),
    "slip_time_too": Text(
        "首次发现时间“{time}”也无法识别（{zh}）；请一并核对。",
        "The time “{time}” cannot be read either ({en}); check both.",
    ),
    "no_clock_too": Text(
        "首次发现时间“{time}”也只有日期，没有时分；请一并补要。",
        "“{time}” is also a date without a time of day; ask for both.",
    ),
    "ambiguous_time_too": Text(
        "首次发现时间“{time}”的月和日也可以互换；请一并核对。",
        "In “{time}” day and month could be swapped; check both.",
    ),
    "empty_account": Text(
        "{field}为 -1，按未填写处理，未用于比对；请补填。", "The {field} is -1 and taken as not given; fill it in."
    ),
    "differs": Text(
        "本行的数值与该行不同，未采用；如系更正，请在该案件中补充线索。",
        "Other figures than in that row; they were not taken. If they correct it, add a signal to the case.",
    ),
    "not_account": Text(
        "{field}不是完整的号码，未用于比对；请核对。",
        "The {field} is no complete number and was not compared; check it.",
    ),
    "empty_reading": Text(
        "{field}为 -1，按无读数处理；请补采表码。", "{field} is -1 and taken as no reading; read the meter again."
    ),
    "unreadable_number": Text(
        "{field}不是数字，按无读数处理；请核对原表。",
        "{field} is not a number and taken as no reading; check the sheet.",
    ),
    "negative_reading": Text(
        "{field}为负数，按无读数处理；请核对原表。",
        "{field} is negative and taken as no reading; check the sheet.",
    ),
    "old_lead": Text(
        "距最近发现已超过 {days} 天，可能无法溯源。", "Last seen over {days} days ago: it may no longer be traceable."
    ),
    "bad_last": Text(
        "最近发现时间“{last}”无法识别，按首次发现时间处理；请核对。",
        "The last sight “{last}” cannot be read and is taken as the first; check it.",
    ),
    "in_future": Text(
        "最近发现时间 {last} 晚于接收时间，请核实监测设备时钟。",
        "Seen at {last}, after the list came: check the probe's clock.",
    ),
    "other_carrier": Text(
        "名单所列运营商为{listed}，按地址段为{found}；请向{found}核查。",
        "The list names {listed}, but the address range is {found}'s; ask that carrier.",
    ),
    "unclear_place": Text(
        "地址开头的“{name}”可能是外地地名，也可能是路名或单位名，系统不作猜测，按报送地区登记；"
        "请将地址补全到省、市、县（区）。",
        "“{name}” at the start of the address may be a place elsewhere, a road or a firm: not guessed. Complete it.",
    ),
    "routed": Text(
        "已转属地：由{city}的发展改革委办理，报送单位可查看本单位的部分。",
        "Passed on: the commission of {city} deals with it; the sender reads its own part.",
    ),
    "not_here": Text(
        "{city}属地不在本系统，暂由本市登记；可下载此类行，函转属地。",
        "{city} is not on this system, so the case is kept here. Download such rows and send them there by letter.",
    ),
    "stays": Text(
        "地址在{city}，而所在案件已由另一地区办理，未自动转出；经核实应移交的，在案件中提请移交属地。",
        "The address lies in {city}, but another region is at work on the case; propose a transfer there if it is so.",
    ),
    "reply_differs": Text(
        "与此前回复（批次“{batch}”第{row}行）不一致，原答复为另一用户；以后到的答复为准，请向运营商核实。",
        "Contradicts row {row} of batch “{batch}”, which named somebody else. The later reply counts; ask the carrier.",
    ),
    "reply_moves": Text(
        "与此前回复不一致：本条所指线索原归案件{case}，现按本次答复改归；请核实两案。",
        "Contradicts an earlier reply: the sighting stood in case {case} and follows this one now. Check both cases.",
    ),
    "reply_fails": Text(
        "与此前回复（批次“{batch}”第{row}行）不一致：此前已定位用户，本次未能定位；仍以此前答复为准，请向运营商核实。",
        "Contradicts row {row} of batch “{batch}”, which named a subscriber. That one still counts; ask the carrier.",
    ),
    "mended": Text(
        "{field}经人工更正后读取，原始单元格保留。", "The {field} was corrected by hand; the original cell is kept."
    ),
    "alike": Text(
        "与案件 {case} 地址相近，但依据不足，未自动并入；请人工核对是否同一场所。",
        "The address is like that of case {case}, but too little else is: check whether it is the same site.",
    ),
}

# What a figure that is a code is called.
LABELS: dict[str, Text] = {
    **FIELDS,
    "abroad": Text("境外", "a place abroad"),
    "elsewhere": Text("江苏省外", "a place outside Jiangsu"),
    "located": Text("已定位", "located"),
    "expired": Text("日志已过期", "the logs have expired"),
    "nat": Text("NAT 地址无法定位", "a shared address, not to be located"),
    "no_record": Text("无此记录", "no such record"),
    "other": Text("未写明定位结果", "no result was named"),
}
# What equal rows of a list have in common.
SAME: dict[str, Text] = {
    "telecom": Text("地址、端口、矿池、日期", "address, port, pool and day"),
    "trace": Text("地址、端口、时间、结果、账号", "address, port, time, result and account"),
    "grid": Text("户号、月份", "account and month"),
    "tips": Text("地点、内容、时间", "place, content and time"),
}
LISTS: dict[str, Text] = {
    "telecom": Text("监测名单", "monitoring list"),
    "trace": Text("溯源反馈", "list of trace replies"),
    "grid": Text("用电异常名单", "list of unusual consumption"),
    "tips": Text("举报清单", "list of tips"),
}
_NAMED = {"field": LABELS, "city": LABELS, "result": LABELS, "same": SAME, "kind": LISTS, "looks": LISTS}


class NotAList(ValueError):
    """文件不能作为名单读取。"""

    def __init__(self, code: str, **figures: Any) -> None:
        self.code = code
        self.figures = figures
        self.text = sentence(FILE[code], figures)
        super().__init__(self.text.zh)


def sentence(text: Text, figures: Mapping[str, Any]) -> Text:
    """The sentence with its figures filled in, in both languages; figures that are codes by their names."""
    named = {name: _NAMED[name][value] for name, value in figures.items() if value in _NAMED.get(name, ())}
    return Text(
        text.zh.format_map({**figures, **{name: label.zh for name, label in named.items()}}),
        text.en.format_map({**figures, **{name: label.en for name, label in named.items()}}),
    )


def row_sentence(code: str, figures: Mapping[str, Any]) -> Text:
    return sentence(ROW[code], figures)
