"""The 71 acts of the workflow. The codes stand in every audit event: once released they are never renamed."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Action(StrEnum):
    """What a person can do on a case; who, from which stage and with which result stands in `transitions`."""

    # Leads and monitoring
    OPEN_CASE = "open_case"
    ATTACH_SIGNAL = "attach_signal"
    MERGE_CASE = "merge_case"
    UNDO_MERGE = "undo_merge"
    CONTINUE_MONITORING = "continue_monitoring"
    DISPATCH_VERIFICATION = "dispatch_verification"
    PROPOSE_EXCLUSION = "propose_exclusion"
    DECIDE_EXCLUSION = "decide_exclusion"

    # Hand-offs: receipt, return, ruling, assignment, time
    ACCEPT_TASK = "accept_task"
    RETURN_TASK = "return_task"
    RULE_ON_RETURN = "rule_on_return"
    ASSIGN_TASK = "assign_task"
    REQUEST_EXTENSION = "request_extension"
    DECIDE_EXTENSION = "decide_extension"
    REQUEST_ASSISTANCE = "request_assistance"
    ANSWER_ASSISTANCE = "answer_assistance"

    # Verification
    REPORT_SUBSCRIBER = "report_subscriber"
    REPORT_CONSUMPTION = "report_consumption"
    REPORT_TRAFFIC = "report_traffic"
    RECORD_INSPECTION = "record_inspection"
    REQUEST_REWORK = "request_rework"
    WAIVE_FINDING = "waive_finding"
    PROPOSE_DETERMINATION = "propose_determination"
    DECIDE_DETERMINATION = "decide_determination"
    ADVISE_OWNER = "advise_owner"

    # Suspension of supply
    REPORT_GRID_SUSPENSION = "report_grid_suspension"
    SIGN_SUSPENSION_ORDER = "sign_suspension_order"
    APPROVE_SUSPENSION = "approve_suspension"
    REFUSE_SUSPENSION = "refuse_suspension"
    COUNTERSIGN_IMPORTANT_USER = "countersign_important_user"
    SERVE_NOTICE = "serve_notice"
    REPORT_FAILED_SERVICE = "report_failed_service"
    GIVE_FINAL_NOTICE = "give_final_notice"
    LAPSE_NOTICE = "lapse_notice"
    REPORT_INFEASIBLE = "report_infeasible"
    EXECUTE_SUSPENSION = "execute_suspension"
    CONFIRM_SUSPENSION = "confirm_suspension"

    # Protection of the person concerned
    RECORD_OBJECTION = "record_objection"
    DECIDE_OBJECTION = "decide_objection"
    STAY_EXECUTION = "stay_execution"
    LIFT_STAY = "lift_stay"
    WITHDRAW_SUSPENSION = "withdraw_suspension"
    ORDER_RESTORATION = "order_restoration"
    RESTORE_SUPPLY = "restore_supply"
    CONFIRM_RESTORATION = "confirm_restoration"

    # Penalty tariff
    PROPOSE_SURCHARGE = "propose_surcharge"
    ISSUE_SURCHARGE_LIST = "issue_surcharge_list"
    ACKNOWLEDGE_SURCHARGE = "acknowledge_surcharge"
    REFUSE_SURCHARGE = "refuse_surcharge"
    NOTIFY_SUBSCRIBER = "notify_subscriber"
    ISSUE_BILL = "issue_bill"
    REVIEW_BILL = "review_bill"
    RECORD_PAYMENT = "record_payment"
    ADJUST_BILL = "adjust_bill"
    REPORT_CESSATION = "report_cessation"
    END_SURCHARGE = "end_surcharge"

    # Closing and after
    PROPOSE_CLOSURE = "propose_closure"
    DECIDE_CLOSURE = "decide_closure"
    REOPEN_CASE = "reopen_case"
    RECORD_FOLLOW_UP = "record_follow_up"

    # Other agencies, regions, supervision
    REFER_CASE = "refer_case"
    ACKNOWLEDGE_REFERRAL = "acknowledge_referral"
    REPLY_REFERRAL = "reply_referral"
    PROPOSE_TRANSFER = "propose_transfer"
    RECEIVE_TRANSFER = "receive_transfer"
    URGE = "urge"
    ANSWER_URGE = "answer_urge"
    SAMPLE_CASE = "sample_case"

    # On every case
    COMMENT = "comment"
    ATTACH_DOCUMENT = "attach_document"
    REVEAL_PERSONAL_DATA = "reveal_personal_data"


# No act of a person and no row of the table: what the system writes when the plan of a year becomes known.
RECOUNT: Final = "recount_deadlines"
# The same when a list is withdrawn: its signals are taken out of what a case has counted.
RETRACT: Final = "retract_signals"
# The same when a carrier's corrected reply names another subscriber: the row that spoke for a case goes on to another.
REASSIGN: Final = "reassign_signals"
# What the system writes by itself, with its name.
RECORDS: Final = {
    RECOUNT: ("重新计算期限", "Deadlines counted again"),
    RETRACT: ("撤回名单线索", "Signals of a withdrawn list taken back"),
    REASSIGN: ("线索按更正的答复改归他案", "Signals gone to another case by a corrected reply"),
}
