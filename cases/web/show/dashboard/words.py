"""What each figure counts: one line each, read beside the figures and below them."""

from __future__ import annotations

from typing import Final, NamedTuple

from cases.workflow.view import Text


class Definition(NamedTuple):
    """`key` is the anchor; `watching`: only for those who lead or watch over cases."""

    key: str
    name: Text
    text: Text
    watching: bool = False


DEFINITIONS: Final = (
    Definition(
        "scope",
        Text("统计范围", "Scope"),
        Text(
            "发展改革委和督查单位：牵头的和属地内督查的案件；其他单位：参与办理的案件。高于本人密级的不计。",
            "Commissions and supervision: cases they lead or watch over in their region; other agencies: cases they"
            " take part in. Cases above one's ceiling do not count.",
        ),
    ),
    Definition(
        "open",
        Text("在办案件", "Open cases"),
        Text(
            "期末已立案而未办结的案件；与期初同口径的件数比较。重启的案件自立案起一直按在办计。",
            "Opened by the end of the period and not closed by then; compared with the same count at its beginning."
            " A reopened case counts as open throughout.",
        ),
    ),
    Definition(
        "in_time",
        Text("按期办理率", "Done in time"),
        Text(
            "期限落在期内的事项中按期办结或退回的比例；至今未办的同样计入，故超期未办的会拉低此率。延期和暂停后的期限为准，"
            "目前暂停计时的和已取消的不计。",
            "Of the tasks whose deadline fell into the period, those that were done or returned by it. What is not done"
            " to this day counts, so that standing overdue work lowers the rate. Extensions and pauses are counted in;"
            " what stands still now and what was cancelled is left out.",
        ),
    ),
    Definition(
        "energy",
        Text("日均“挖矿”用电", "Daily mining energy"),
        Text(
            "认定属实、尚未停电、停机或办结的案件，供电公司核查的月用电量之和除以 30；各月为月末数，按目前的认定回溯。",
            "Monthly energy reported by the grid company, divided by 30, over cases confirmed as mining and not yet cut"
            " off, stopped or closed; months show their end, by what is confirmed today.",
        ),
        watching=True,
    ),
    Definition(
        "money",
        Text("加价电费", "Surcharges"),
        Text(
            "应收：期内出具的账单中的加价部分，复核不通过的不计；实收：按账单已缴比例计入的加价部分。"
            "图表按电费月份。涉及不足三件的合计不显示。",
            "Billed: the surcharge on bills issued in the period, refused ones left out. Collected: its share of what"
            " is paid on each bill. The chart goes by billing month. Sums over fewer than three cases are left out.",
        ),
    ),
    Definition(
        "days",
        Text("平均办理时长", "Mean handling time"),
        Text(
            "期内办结的案件，自立案至办结的工作日数的平均值，并案的不计，按本地区工作日历。",
            "Of cases closed in the period, merged ones left out: mean of the working days from opening to closing, by"
            " the region's calendar.",
        ),
    ),
    Definition(
        "stages",
        Text("各阶段转化", "Stages"),
        Text(
            "期内立案的案件截至目前走到各步的件数。核查占纳入名单，属实占下发核查，停电和电价占认定属实，办结占纳入名单；"
            "供电企业自行停电的不经认定，故停电可多于认定。复燃重启的按现一轮计。",
            "Cases opened in the period, by how far they have come today. Verification is a share of the list,"
            " confirmation of verification, cut and tariff of confirmation, closing of the list. A grid company's own"
            " cut needs no determination. After a relapse the present round counts.",
        ),
    ),
    Definition(
        "went",
        Text("未停电未加价的去向", "Neither cut nor charged"),
        Text(
            "期内立案而没有停电、没有执行加价的案件，每件只计一处；其他原因办结指已自行停止、被入侵利用、查无和已移交。",
            "Cases opened in the period that were neither cut off nor charged; each counts once. Other reasons: stopped"
            " by itself, victim, not found, passed on.",
        ),
        watching=True,
    ),
    Definition(
        "places",
        Text("各地在办与超期", "Places"),
        Text(
            "在办为期末数；超期为目前已过期限的在办事项，与“逾期事项”同口径；近 8 周为每周末在办件数。",
            "Open: at the end of the period. Overdue: open tasks past their deadline now, as in Overdue work. The"
            " course shows how many were open at the end of each of eight weeks.",
        ),
    ),
    Definition(
        "steps",
        Text("机构停留时长", "Time with each agency"),
        Text(
            "期内办结的事项由承办单位计时的工作日：一半不超过中位数，九成不超过 90 分位；时限为现行规定；"
            "超期率为其中超过期限才办结的，至今未办的不在内。",
            "Working time of tasks that ended in the period: half within the median, nine in ten within the 90th"
            " percentile. Limit: the rule in force. Late: those of them that ended after their deadline; what is not"
            " done is not among them.",
        ),
    ),
    Definition(
        "batches",
        Text("名单清零率", "Clearance of lists"),
        Text(
            "一份名单的点位中已答复的比例（已办结，或已认定并采取措施、持续监测）；截至目前。",
            "Of the sites of a list the share that is answered: closed, or determined and under a measure or monitored;"
            " as of now.",
        ),
    ),
    Definition(
        "blind",
        Text("监管盲区", "Blind spots"),
        Text(
            "认定属实而没有措施可用、只能持续监测的在办案件；截至目前。",
            "Open cases of confirmed mining that no measure reaches; as of now.",
        ),
        watching=True,
    ),
    Definition(
        "urges",
        Text("督办", "Supervision"),
        Text(
            "督查单位提出的督办：未答复和逾期为目前数，提出和答复为期内数。",
            "What supervision asked: open and late as of now, asked and answered in the period.",
        ),
    ),
)


def definitions(*, watching: bool) -> list[Definition]:
    return [each for each in DEFINITIONS if watching or not each.watching]
