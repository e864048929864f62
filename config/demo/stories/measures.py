"""18 October to December: the cut, the restoration, the surcharge, the end, and looking back."""

from __future__ import annotations

from config.demo.play import Play
from config.demo.stories.first_weeks import Cast
from config.demo.stories.ways import approve_and_serve, cut, cut_data, final_notice, sign_order

BILL_LINES = {"commercial": "工商业用电", "surcharge": "惩罚性电价加价"}


def order(play: Play, cast: Cast) -> None:
    play.clock("2021-10-19 14:00", "签发停电函，供电公司审批，送达通知")
    for number in (cast.whole, cast.restored, cast.returned_order):
        play.title(f"签发停电函：{number}")
        sign_order(play, number)
    play.title(f"供电公司退回停电函：{cast.returned_order} 回到核查")
    play.act(
        "grid-reviewer1",
        cast.returned_order,
        "refuse_suspension",
        reason_code="unsafe",
        reason="同一回路供有消防泵，停电会影响公共安全",
    )
    for number in (cast.whole, cast.restored):
        play.title(f"审批与送达：{number}")
        approve_and_serve(play, number)


def execute(play: Play, cast: Cast) -> None:
    play.clock("2021-10-20 09:30", "送达次日，未满三日")
    play.title("关口 3：通知未满三日，不得停电")
    early = cut_data(play, cast.whole, "grid-crew1")
    play.refused("grid-crew1", cast.whole, "execute_suspension", **early)
    play.clock("2021-10-25 09:00", "窗口内，停电前三十分钟再次通知")
    for number in (cast.whole, cast.restored):
        final_notice(play, number)
    play.clock("2021-10-25 09:40", "实施停电，双人确认")
    for number in (cast.whole, cast.restored):
        play.title(f"停电：{number}，实施人与复核人不同")
        cut(play, number)


def restore(play: Play, cast: Cast) -> None:
    play.clock("2021-10-27 10:00", "设备已清退，恢复供电")
    play.title(f"恢复供电：{cast.restored}，24 小时内，双人确认")
    number = cast.restored
    play.act(
        "drc-reviewer1",
        number,
        "order_restoration",
        reason_code="cause_removed",
        cause_removed_at=play.now.isoformat(),
        note="现场复查，设备已全部搬离",
    )
    play.act("grid-crew1", number, "restore_supply", restored_at=play.now.isoformat(), reading="120457.30")
    confirmation = {"confirmed_at": play.now.isoformat(), "supply_is_on": True}
    play.act("grid-crew2", number, "confirm_restoration", **confirmation)
    play.act("drc-handler1", number, "report_cessation", stopped_on="2021-10-25", proof="removal")
    play.act("drc-handler1", number, "propose_closure", outcome="handled", feedback="stopped", summary="停电后自行清退")
    play.act("drc-reviewer1", number, "decide_closure", decision="approve")


def surcharge(play: Play, cast: Cast) -> None:
    number = cast.whole
    play.clock("2021-10-28 09:30", "惩罚性电价：名单、告知、账单")
    play.title(f"惩罚性电价：{number}，自查实之日起，0.30 元/kWh")
    play.act(
        "drc-handler1",
        number,
        "propose_surcharge",
        rate="0.30",
        starts_on="2021-10-01",
        monthly_kwh="35000",
        price_class="commercial",
        simulation_seen=True,
    )
    letter = play.file("drc-approver1", number, "执行名单函.pdf", "issue_surcharge_list")
    county = play.person("drc-approver1").call("GET", f"cases/{number}")["region"]["name"]
    account = {"account": "3203145824572", "address": f"{county}建国西路59号3楼"}
    play.act("drc-approver1", number, "issue_surcharge_list", list_file=letter, **account)
    play.act("grid-billing1", number, "acknowledge_surcharge", account_matches=True)
    notice = play.file("grid-billing1", number, "差别电价告知书.pdf", "notify_subscriber")
    told = {"method": "direct", "notified_on": "2021-10-28", "notice_file": notice}
    play.act("grid-billing1", number, "notify_subscriber", **told)
    play.act("drc-handler1", number, "report_cessation", stopped_on="2021-10-25", proof="load")
    end = play.file("drc-approver1", number, "停止执行函.pdf", "end_surcharge")
    play.act("drc-approver1", number, "end_surcharge", ends_on="2021-10-25", end_file=end)


def bill_and_close(play: Play, cast: Cast) -> None:
    number = cast.whole
    play.clock("2021-11-05 10:00", "十月抄表，告知用户满七日，出具加价电费账单")
    play.title(f"账单与办结：{number}")
    play.act(
        "grid-billing1",
        number,
        "issue_bill",
        month="2021-10",
        cycle_from="2021-10-01",
        cycle_to="2021-10-31",
        kwh="28225",
        energy_price="0.6664",
    )
    bill = play.person("grid-billing1").call("GET", f"cases/{number}")["facts"]["surcharge"]["bills"][-1]
    for line in bill["lines"]:
        name = f"{BILL_LINES[line['item']]:　<7}"
        play.say(f"      {name} {line['kwh']:>12} kWh × {line['price']:>7} = {line['amount']:>11} 元")
    play.say(f"      合计 {bill['amount']} 元，其中加价 {bill['surcharge']} 元（名单内 {bill['listed_days']} 天）")
    play.act("grid-reviewer1", number, "review_bill", decision="approve")
    payment = {"bill": bill["no"], "amount": bill["amount"], "paid_on": "2021-11-05"}
    play.act("grid-billing1", number, "record_payment", **payment)
    play.act(
        "drc-handler1",
        number,
        "propose_closure",
        outcome="handled",
        feedback="handled",
        summary="已停电、已收费、已清退",
    )
    play.act("drc-reviewer1", number, "decide_closure", decision="approve")


def look_back(play: Play, cast: Cast) -> None:
    play.clock("2021-12-03 09:30", "三十日回头看")
    for number in (cast.whole, cast.restored):
        task = play.task("drc-handler2", number, "follow_up")
        play.act("drc-handler2", number, "record_follow_up", task=task, result="clean", visited_on="2021-12-02")
