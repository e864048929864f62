"""The vocabulary of `case.facts`: what each top-level key says, and which act writes it.

Facts hold codes, numbers, ids and times only: no name, phone, address, account or free text, because they stand in
audit events that are never erased. Amounts and decimals are texts, dates `2026-11-18`, times UTC `…Z`.
A fact that carries "agency, user, at, seq" says who put it there, when and in which event of the chain.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from cases.workflow.view import Text


class Fact(NamedTuple):
    """One top-level key: its members, the acts that write it, and what it means."""

    members: str
    written_by: tuple[str, ...]
    meaning: Text


FACTS: Final[dict[str, Fact]] = {
    "source": Fact("kind, batch, site", ("open_case",), Text("线索来源", "Where the case came from")),
    "submissions": Fact(
        "number",
        ("open_case", "attach_signal", "merge_case", "undo_merge", "retract_signals"),
        Text("提交次数", "How often it was reported"),
    ),
    "signals": Fact(
        "{traffic|hashpower|energy|funds|onsite: count}",
        ("open_case", "attach_signal", "merge_case", "undo_merge", "retract_signals", "reassign_signals"),
        Text("各类信号条数", "Signals per family"),
    ),
    "signal_sources": Fact(
        "{family: [kind of list]}",
        ("open_case", "attach_signal", "merge_case", "undo_merge", "retract_signals", "reassign_signals"),
        Text("信号的来源", "What each family rests on"),
    ),
    "last_hit": Fact(
        "kind, batch, listed, agency, user, at, seq",
        ("attach_signal", "retract_signals"),
        Text("最近一次命中", "The latest hit"),
    ),
    "located": Fact(
        "kind, batch, agency, user, at, seq", ("attach_signal",), Text("已查明场所", "The premises became known")
    ),
    "elsewhere": Fact(
        "region",
        ("open_case", "attach_signal"),
        Text("地址所在的、不在本系统的属地", "The region of the address, which is not on this system"),
    ),
    "prioritised": Fact(
        "kind, batch, agency, user, at, seq",
        ("attach_signal", "retract_signals"),
        Text("列入重点名单", "Put on a priority list"),
    ),
    "retracted": Fact(
        "[{batch, list, signals: {family: count}, user, at, seq}]",
        ("retract_signals",),
        Text("已撤回的名单", "Lists that were withdrawn"),
    ),
    "reassigned": Fact(
        "[{batch, list, row, signals: {family: count}, rows_left, at, seq}]",
        ("reassign_signals",),
        Text("改归他案的线索", "Rows that went on to another case"),
    ),
    "dispatch": Fact(
        "findings, agency, user, at, seq", ("dispatch_verification",), Text("下发核查", "What was asked for")
    ),
    "findings": Fact(
        "{trace_subscriber|check_consumption|analyse_traffic|inspect_site: {result, …numbers, waived, rework, agency,"
        " user, at, seq}}",
        (
            "report_subscriber",
            "report_consumption",
            "report_traffic",
            "record_inspection",
            "request_rework",
            "waive_finding",
        ),
        Text("四项核查反馈", "The four findings"),
    ),
    "monitoring": Fact(
        "reason, review_on, agency, user, at, seq", ("continue_monitoring",), Text("持续监测", "Continued monitoring")
    ),
    "exclusion": Fact(
        "state proposed|approved|refused, reason, decided_by, decided_at",
        ("propose_exclusion", "decide_exclusion"),
        Text("误报排除", "Exclusion as a false positive"),
    ),
    "determination": Fact(
        "state proposed|decided|refused, finding, subject, disposals[{kind, ground, basis}], proven_from,"
        " monitoring_reason, review_on, serious_or_refused, registered_enterprise, production_circuit_only,"
        " proposed_by, decided_by, decided_at",
        ("propose_determination", "decide_determination"),
        Text("认定", "The determination"),
    ),
    "advice": Fact("measures, agency, user, at, seq", ("advise_owner",), Text("处置建议", "Advice to the owner")),
    "blind_spot": Fact(
        "reason, subject, since", ("decide_determination",), Text("监管盲区", "Proven mining that no measure reaches")
    ),
    "suspension": Fact(
        "state signed|approved|refused|notified|infeasible|executed|confirmed|withdrawn|revoked|restored, origin"
        " order|grid, power on|off, ground, order_file, legal_document, user_class, serves_residents, approval_level,"
        " marketing_report, countersigned_at, notice{served_at, method, signature, published_at, deemed_on,"
        " tracking_no, publication, proof_files, consent_file, copy_receipt, window_from, window_to, file, copied,"
        " paper{id, number}}, paper{id, number}, announced{minimum_hours, maximum_hours, second_notice_minutes},"
        " failures[{method, reason, tried_at, agency, user, at, seq}], second_notice_at,"
        " checklist, executed_at, executed_by, reading, multiplier, seal_no, photo_check[{file, time ok|off|missing,"
        " place ok|off|missing|unchecked, minutes}], photos_explained, zero_load[{state zero|drawing|too_early,"
        " reading, read_at, drawn, hours, source, agency, user, at, seq}], confirmed_at, confirmed_by, lapses,"
        " failed_services",
        (
            "report_grid_suspension",
            "sign_suspension_order",
            "approve_suspension",
            "refuse_suspension",
            "countersign_important_user",
            "serve_notice",
            "report_failed_service",
            "give_final_notice",
            "lapse_notice",
            "report_infeasible",
            "execute_suspension",
            "confirm_suspension",
            "decide_objection",
            "withdraw_suspension",
            "restore_supply",
            "attach_document",
        ),
        Text("暂停供电", "The suspension"),
    ),
    "stay": Fact(
        "active, reason, since, ordered_by, ordered_on, decision_no, until, decision_file, lifted_at, ended_by",
        ("stay_execution", "lift_stay", "decide_determination"),
        Text("中止执行", "The stay"),
    ),
    "objection": Fact(
        "state open|upheld|rejected|moot, against, reason, received_on, decided_by, decided_at",
        ("record_objection", "decide_objection"),
        Text("异议", "The objection"),
    ),
    "restoration": Fact(
        "state ordered|restored|confirmed, reason, due, restored_at, late, reading, drawn,"
        " reading_explained, confirmed_at",
        (
            "order_restoration",
            "decide_objection",
            "decide_determination",
            "decide_closure",
            "decide_exclusion",
            "restore_supply",
            "confirm_restoration",
        ),
        Text("恢复供电", "The restoration"),
    ),
    "compensation": Fact(
        "[{state open|claimed|decided, cause, origin, cut_at, restored_at, hours, kwh, basis, claimed{sum, by, at,"
        " files}, decided{sum, by, at, files}, agency, user, at, seq}]",
        (
            "decide_objection",
            "order_restoration",
            "decide_determination",
            "decide_closure",
            "decide_exclusion",
            "restore_supply",
            "attach_document",
        ),
        Text("停电赔偿", "Compensation for a wrong cut"),
    ),
    "surcharge": Fact(
        "state planned|issued|accepted|refused|notified|billing|ended|revoked, rate, starts_on, ends_on, price_class,"
        " reclass_to, voltage, variant, capacity_kva, document, document_from, document_to, covers_persons, local,"
        " share, rule_versions, simulation, list_file,"
        " paper{id, number}, notice_file,"
        " notified_on, list_no, bills[{no,"
        " list_no, state issued|reviewed|refused, month, cycle_from, cycle_to, energy_in, kwh, periods, meter,"
        " used_before, energy_price, demand_kw, certainty, doubts,"
        " listed_days, listed_kwh, rate, energy, surcharge, amount, lines, paid, settled, pending, corrections, refund,"
        " refunded, fee_paid}], earlier[{list_no, state, rate, starts_on, ends_on, document …}], cessation",
        (
            "propose_surcharge",
            "issue_surcharge_list",
            "acknowledge_surcharge",
            "refuse_surcharge",
            "notify_subscriber",
            "issue_bill",
            "review_bill",
            "record_payment",
            "adjust_bill",
            "report_cessation",
            "end_surcharge",
            "decide_objection",
            "decide_closure",
        ),
        Text("惩罚性电价", "The penalty tariff"),
    ),
    "payments": Fact(
        "[{bill, kind late_fee|refund, amount, paid_on, reason, seq}]", ("record_payment",), Text("缴费", "Payments")
    ),
    "cessation": Fact("stopped_on, proof, agency, user, at, seq", ("report_cessation",), Text("停止挖矿", "Cessation")),
    "closure": Fact(
        "state proposed|refused|closed|reopened, outcome, feedback, decided_by, decided_at",
        ("propose_closure", "decide_closure", "decide_exclusion", "decide_determination", "reopen_case"),
        Text("办结", "Closing"),
    ),
    "reopened": Fact("[{outcome, reason, agency, user, at, seq}]", ("reopen_case",), Text("重启记录", "Reopenings")),
    "follow_up": Fact(
        "{day_30|day_90: {result, visited_on, agency, user, at, seq}}", ("record_follow_up",), Text("回头看", "Visits")
    ),
    "relapse": Fact(
        "of, outcome, count, at, alert", ("open_case", "reopen_case", "record_follow_up"), Text("复燃", "Relapse")
    ),
    "since_relapse": Fact(
        "{signals: {family: count}, sources: {family: [kind of list]}}",
        ("attach_signal", "reopen_case", "retract_signals", "reassign_signals"),
        Text("复燃重启后的信号", "Signals since the relapse was taken up"),
    ),
    "merge": Fact(
        "into, stage, since, reason, tasks, review_on, agency, user, at, seq",
        ("merge_case", "undo_merge"),
        Text("并入他案", "Merged into another case"),
    ),
    "merged_cases": Fact(
        "[{case, number, signals, sources, sources_before, submissions, level, level_before, batch,"
        " reports[{kind, at, result, subject, user_class, serves_residents}], at, seq}]",
        ("merge_case", "undo_merge"),
        Text("并入本案的案件", "Cases merged into this one"),
    ),
    "referrals": Fact(
        "[{id, partner, sort, matter, state sent|received|replied, result, file_no, agency, user, at, seq}]",
        ("refer_case", "acknowledge_referral", "reply_referral"),
        Text("移送", "Referrals"),
    ),
    "transfer": Fact(
        "state proposed|received|declined, from_region, to_region, from_agency, to_agency, reason, declined_by",
        ("propose_transfer", "receive_transfer", "rule_on_return"),
        Text("移交属地", "Transfer to another region"),
    ),
    "returns": Fact("number", ("return_task",), Text("退回次数", "How often work was returned")),
    "extensions": Fact(
        "[{kind, task, granted, agency, user, at, seq}]", ("decide_extension",), Text("延期", "Extensions")
    ),
    "urges": Fact("[{agency, level, by_agency, task, kind, user, at, seq}]", ("urge",), Text("督办", "Supervision")),
    "last_answer": Fact("planned_on, agency, user, at, seq", ("answer_urge",), Text("督办答复", "Latest answer")),
    "samples": Fact("[{result, score, agency, user, at, seq}]", ("sample_case",), Text("抽查", "Samplings")),
    "papers": Fact("[{paper, files, agency, user, at, seq}]", ("attach_document",), Text("材料", "Files attached")),
    "last_reveal": Fact(
        "items, purpose, agency, user, at, seq", ("reveal_personal_data",), Text("最近查看个人信息", "Latest reveal")
    ),
}
