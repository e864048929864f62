"""12 to 18 October: triage, verification, returns, and the cases that end early."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from config.demo.play import Play
from config.demo.stories.ways import HOUSEHOLD, SOLE_TRADER, dispatch, findings


@dataclass
class Cast:
    """The cases of the stories, by what becomes of them."""

    whole: str
    restored: str
    returned_order: str
    victim: str
    false_positive: str
    twin: str
    survivor: str
    households: list[str] = field(default_factory=list)


def choose(play: Play) -> Cast:
    """Real cases of the imported batch."""
    return Cast(
        whole=play.find("个体工商户 · BTC"),
        restored=play.find("个体工商户 · BTC"),
        returned_order=play.find("个体工商户 · BTC"),
        victim=play.find("职业学院"),
        false_positive=play.find("居民用户 · XMR"),
        survivor=play.find("网吧 · ETH"),
        twin=play.find("待溯源"),
        households=[play.find("居民用户 · ETH") for _ in range(4)],
    )


def triage(play: Play, cast: Cast) -> None:
    play.clock("2021-10-13 09:05", "收到首批名单的次日，发展改革委分办")
    play.title(f"误报：{cast.false_positive} 是区块链节点研究，提出与审核由两人办理")
    play.act(
        "drc-handler1",
        cast.false_positive,
        "propose_exclusion",
        reason_code="research",
        explanation="高校课题节点，无挖矿程序，网信办已核对",
    )
    play.act("drc-reviewer1", cast.false_positive, "decide_exclusion", decision="approve")

    play.title(f"并案：待溯源的 {cast.twin} 经查即网吧 {cast.survivor}")
    play.act("drc-handler1", cast.twin, "merge_case", survivor=cast.survivor, reason_code="same_site")
    play.act("drc-approver1", _dispatched(play, cast.survivor), "refer_case", **_culture())

    for number in (cast.whole, cast.restored, cast.returned_order, cast.victim, *cast.households):
        play.title(f"下发核查：{number}")
        dispatch(play, number)


def _dispatched(play: Play, number: str) -> str:
    dispatch(play, number)
    return number


def _culture() -> dict[str, Any]:
    return {"partner": "320300-culture", "matter": "internet_cafe", "request": "请文旅部门协同检查网吧经营场所"}


def verify(play: Play, cast: Cast) -> None:
    play.clock("2021-10-14 10:00", "各单位反馈核查结果")
    play.title(f"退回与裁定：通信管理局退回 {cast.whole} 的溯源任务，发展改革委裁定后重新交办")
    task = play.task("telecom-handler1", cast.whole, "trace_subscriber")
    play.act(
        "telecom-handler1",
        cast.whole,
        "return_task",
        task=task,
        reason_code="not_enough_information",
        reason="缺少源端口对应的精确时间",
    )
    ruling = {"decision": "reassign", "note": "名单中已有首次、最近发现时间，请据此溯源"}
    play.act("drc-reviewer1", cast.whole, "rule_on_return", **ruling)
    play.act("culture-handler1", cast.survivor, "acknowledge_referral")

    for number in (cast.whole, cast.restored, cast.returned_order):
        play.title(f"四部门反馈：{number}，月用电 35,000 kWh，250 kVA")
        findings(play, number, SOLE_TRADER, kwh="35000", kva="250")
    play.title(f"四部门反馈：{cast.victim}，服务器被入侵利用")
    findings(play, cast.victim, {**SOLE_TRADER, "subject": "state_owned"}, kwh="1800", kva="160", compromised=True)
    for number in cast.households:
        play.title(f"四部门反馈：{number}，居民家庭，不欠费、不窃电")
        findings(play, number, HOUSEHOLD, kwh="3600", kva="30")


def decide_households(play: Play, cast: Cast) -> None:
    play.title("四户居民：停电被关口 1 拒绝，惩罚性电价被关口 9 拒绝，只能持续监测并列入监管盲区")
    base = {
        "finding": "self_operated",
        "subject": "natural_person",
        "opinion": "设备运行，用户承认",
        "proven_from": "2021-09-20",
    }
    for number in cast.households:
        play.refused(
            "drc-handler1",
            number,
            "propose_determination",
            **base,
            disposals=["suspension"],
            ground="G5_power_authority",
            serious_or_refused=True,
        )
        play.refused("drc-handler1", number, "propose_determination", **base, disposals=["surcharge"])
        watch = {"disposals": ["continue_monitoring"], "monitoring_reason": "residents_no_suspension"}
        play.act("drc-handler1", number, "propose_determination", **base, **watch, review_on="2022-01-14")
        play.act("drc-reviewer1", number, "decide_determination", decision="approve")


def decide_victim(play: Play, cast: Cast) -> None:
    play.title(f"被入侵利用：{cast.victim} 是受害单位，关口 8 不许停电、不许加价，由网信办出具处置建议")
    base = {"finding": "compromised", "subject": "state_owned", "opinion": "服务器被植入挖矿程序，单位不知情"}
    play.refused(
        "drc-handler1",
        cast.victim,
        "propose_determination",
        **base,
        disposals=["suspension"],
        ground="G5_power_authority",
        serious_or_refused=True,
    )
    play.act("drc-handler1", cast.victim, "propose_determination", **base, disposals=["close"])
    play.refused("drc-handler1", cast.victim, "decide_determination", decision="approve")
    play.act("drc-reviewer1", cast.victim, "decide_determination", decision="approve", feedback="victim")
    advice = {"measures": ["isolate", "clean", "patch"], "advice": "隔离主机，清除程序，更新补丁后恢复"}
    play.act("cac-handler1", cast.victim, "advise_owner", **advice)


def decide_measures(play: Play, cast: Cast) -> None:
    for number, disposals in (
        (cast.whole, ["suspension", "surcharge"]),
        (cast.restored, ["suspension"]),
        (cast.returned_order, ["suspension"]),
    ):
        play.title(f"认定属实：{number}，电力管理部门决定（G5）")
        play.act(
            "drc-handler1",
            number,
            "propose_determination",
            finding="self_operated",
            subject="sole_trader",
            disposals=disposals,
            ground="G5_power_authority",
            serious_or_refused=True,
            proven_from="2021-10-01",
            opinion="设备 50 台运行，流量、用电、现场三类证据一致",
        )
        play.act("drc-reviewer1", number, "decide_determination", decision="approve")
