"""A guided walk: at each step some person does some act that may go on, with input made to fit the case.

A uniform walk never reaches the far stages, so acts that complete an open task of the main line are preferred, and
before all others those that the walk is out for (`wanted`): it decides and waits in a way that leads to them.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

from cases.policy.surcharge import first_bill_from
from cases.workflow.deciding.standing import in_stage
from cases.workflow.effects.surcharge.bills import energy_billed_in
from cases.workflow.effects.surcharge.lists import STANDING, listed_period, lists_of, surcharge_of, unbilled
from cases.workflow.errors import WorkflowError
from cases.workflow.task_kinds import KINDS
from cases.workflow.transitions import TRANSITIONS
from tests.workflow.desk import CHECKS, FILE, FINDINGS, OFFICERS, Desk, proposal
from tests.workflow.office import Office

# Every desk has three people: as many as four-eyes over the whole life of a case may need.
DESKS = [
    *(f"{place}-{role}" for place in ("drc", "nj-drc") for role in ("handler", "reviewer", "approver")),
    *(
        f"{place}-{role}"
        for place in ("grid", "nj-grid")
        for role in ("handler", "reviewer", "approver", "crew", "billing")
    ),
    *("cac-handler", "telecom-handler", "police-handler", "discipline-handler", "js-drc-reviewer", "sup-supervisor"),
]
# Acts that change nothing of what is owed; taken rarely, or a walk would be made of comments.
IDLE = {
    "comment",
    "attach_document",
    "reveal_personal_data",
    "assign_task",
    "accept_task",
    "attach_signal",
    "urge",
    "sample_case",
    "record_payment",
    "adjust_bill",
}
# Detours: possible nearly always, and a walk of nothing else would never see the far stages.
DETOURS = {
    "merge_case",
    "return_task",
    "request_rework",
    "refer_case",
    "propose_transfer",
    "propose_exclusion",
    "continue_monitoring",
    "request_assistance",
    "request_extension",
    "report_grid_suspension",
    "refuse_suspension",
    "withdraw_suspension",
    "report_infeasible",
    "report_failed_service",
    "refuse_surcharge",
    "waive_finding",
    "record_objection",
    "stay_execution",
    "reopen_case",
    "order_restoration",
}


OTHER_CASE = {"open_case", "merge_case", "undo_merge"}
GENERAL = {"=task", "any_participant"}
ACTS = tuple(TRANSITIONS)
# Which disposals lead to an act that is wanted.
AFTER_A_CUT = {"order_restoration", "restore_supply", "confirm_restoration"}
TARIFF = {action for action, row in TRANSITIONS.items() if row.from_stages[0] == "penalty_tariff"} | {"end_surcharge"}
CUT = {a for a, row in TRANSITIONS.items() if row.from_stages[0] == "suspension"} - {"report_cessation"} | AFTER_A_CUT
CLOSED = {"sample_case", "record_follow_up", "reopen_case", "propose_closure", "decide_closure"}
FAMILIES = (frozenset(CUT), frozenset(TARIFF), frozenset(CUT | TARIFF), frozenset(CLOSED), frozenset[str]())
# What has to be done first: whatever opens the task that an act completes, and what no task tells of.
BEFORE = {
    action: {a for a, other in TRANSITIONS.items() if set(other.opens) & set(row.completes)}
    for action, row in TRANSITIONS.items()
} | {"lift_stay": {"stay_execution"}, "undo_merge": {"merge_case"}}
BEFORE["execute_suspension"] |= {"give_final_notice"}


class Walk:
    """One walk; `rng` decides everything, so that a failing seed can be walked again."""

    def __init__(
        self, rng: random.Random, desk: Desk | Office | None = None, wanted: frozenset[str] | None = None
    ) -> None:
        self.rng, self.desk = rng, desk or Desk("2026-03-02 10:00")
        self.wanted = frozenset(rng.sample(ACTS, 6)) | rng.choice(FAMILIES) if wanted is None else wanted
        self.done: list[str] = []
        self.stuck = False
        self.straight = rng.choice((0.6, 0.9, 1.2))

    def step(self) -> bool:
        """One act by somebody; False when nobody found one that went through."""
        self._wait()
        if self.desk.now.hour >= 18 or self.desk.now.hour < 8:
            self.desk.later(hours=(24 - self.desk.now.hour + 9) % 24)
        options = self._options()
        self.stuck = not {action for _, action in options} - IDLE
        self.rng.shuffle(options)
        idle = self.rng.random() < 0.06
        options.sort(key=lambda o: self._weight(o[1], idle=idle))
        for who, action in options:
            try:
                self.desk.act(who, action, **self.data(action))
            except WorkflowError:
                continue
            self.done.append(action)
            return True
        return False

    def _wait(self) -> None:
        """Some hours; where a cut is due, mostly until its window has opened, or until it is over."""
        if self.done[-1:] == ["give_final_notice"] and self.rng.random() < 0.8:
            # The crew warns and waits, and cuts on the same day.
            self.desk.later(minutes=45)
            return
        notice = (self.desk.view.facts.get("suspension") or {}).get("notice") or {}
        due = any(task.kind == "execute_suspension" for task in self.desk.view.tasks)
        edge = "window_to" if "lapse_notice" in self.wanted - set(self.done) else "window_from"
        until = datetime.fromisoformat(notice[edge]) if due and edge in notice else self.desk.now
        told = surcharge_of(self.desk.view).get("notified_on")
        if told and any(task.kind == "issue_bill" for task in self.desk.view.tasks) and not until > self.desk.now:
            # The first bill waits for the user who was told.
            begin = datetime.fromisoformat(first_bill_from(date.fromisoformat(told)).isoformat())
            until = begin.replace(hour=9, tzinfo=self.desk.now.tzinfo)
        if until > self.desk.now and self.rng.random() < 0.8:
            self.desk.later(seconds=(until - self.desk.now).total_seconds() + 60)
        else:
            self.desk.later(hours=self.rng.choice((1, 5, 20, 30, 80)))

    def _weight(self, action: str, *, idle: bool) -> float:
        if action in self.wanted and action not in self.done[-12:]:
            return self.rng.random() - 2
        if any(action in BEFORE[a] for a in self.wanted) and action not in self.done[-6:]:
            return self.rng.random() - 1
        if action in IDLE:
            return self.rng.random() + (0 if idle else 5)
        return self.rng.random() + (self.straight if action in DETOURS else 0)

    def _options(self) -> list[tuple[str, str]]:
        """Every act that one of each desk may start now."""
        found = []
        # In memory there is no other case to merge with.
        left_out = {"open_case"} if isinstance(self.desk, Office) else OTHER_CASE
        here = [a for a, row in TRANSITIONS.items() if a not in left_out and in_stage(row, self.desk.view)]
        for place in DESKS:
            people = [f"{place}{n}" for n in self.rng.sample((1, 2, 3), 3)]
            kind = self.desk.person(people[0]).posts[0]
            for action in here:
                row = TRANSITIONS[action]
                if row.agency[0] not in GENERAL and kind.kind not in row.agency and not kind.duties & set(row.agency):
                    continue
                who = next((p for p in people if self.desk.asked(p, action) is None), None)
                if who:
                    found.append((who, action))
        return found

    # -- input made to fit --------------------------------------------------------------------------------------------

    def data(self, action: str) -> dict[str, Any]:
        build = getattr(self, f"_{action}", None)
        found: dict[str, Any] = build() if build else {}
        row = TRANSITIONS[action]
        if any(f.name == "task" for f in row.inputs) and "task" not in found:
            # By kind: ids differ from one run to the next, and the same seed is to walk the same way.
            here = sorted(self.desk.view.tasks, key=lambda task: task.kind)
            open_ = [t for t in here if not row.completes or t.kind in self._kinds(row.completes)]
            if open_:
                found["task"] = self.rng.choice(open_).id
        return found

    @staticmethod
    def _kinds(completes: tuple[str, ...]) -> set[str]:
        return (
            set(KINDS) if completes == ("=task",) else set(FINDINGS) if completes == ("=finding",) else set(completes)
        )

    def _day(self, plus: int = 0) -> str:
        return (self.desk.now + timedelta(days=plus)).date().isoformat()

    def _either(self, first: str, second: str, odds: float = 0.75) -> str:
        return first if self.rng.random() < odds else second

    def _attach_signal(self) -> dict[str, Any]:
        return {"signals": [{"family": "hashpower", "count": 2}], "source": "grid", "batch": "G2"}

    def _merge_case(self) -> dict[str, Any]:
        return {"survivor": getattr(self.desk, "other", "-"), "reason_code": "same_site"}

    def _undo_merge(self) -> dict[str, Any]:
        return {"survivor": getattr(self.desk, "other", "-"), "reason": "两处场所"}

    def _continue_monitoring(self) -> dict[str, Any]:
        return {"review_on": self._day(20), "reason_code": "awaiting_signal"}

    def _dispatch_verification(self) -> dict[str, Any]:
        return {"findings": FINDINGS if self.rng.random() < 0.8 else self.rng.sample(FINDINGS, self.rng.randint(1, 3))}

    def _propose_exclusion(self) -> dict[str, Any]:
        return {"reason_code": "node", "explanation": "普通节点"}

    def _decide_exclusion(self) -> dict[str, Any]:
        return {"decision": self._either("refuse", "approve", 0.8)}

    def _return_task(self) -> dict[str, Any]:
        return {"reason_code": "not_enough_information", "reason": "缺少端口"}

    def _rule_on_return(self) -> dict[str, Any]:
        return {"decision": self._either("reassign", "none", 0.5)}

    def _request_extension(self) -> dict[str, Any]:
        return {"due_on": self._day(40), "reason": "人手不足"}

    def _decide_extension(self) -> dict[str, Any]:
        return {"decision": self._either("grant", "refuse")}

    def _request_assistance(self) -> dict[str, Any]:
        return {"agency": self.rng.choice(["320300-cac", "320300-grid", "5"]), "question": "请协助核对"}

    def _answer_assistance(self) -> dict[str, Any]:
        return {"answer": "已核对"}

    def _report_subscriber(self) -> dict[str, Any]:
        return {"result": "identified", "subject": "sole_trader"}

    def _report_consumption(self) -> dict[str, Any]:
        kind = self.rng.choice(["ordinary", "ordinary", "important", "residential"])
        living = kind == "residential"
        return {"result": "abnormal", "user_class": kind, "price_class": "commercial", "serves_residents": living}

    def _report_traffic(self) -> dict[str, Any]:
        return {"result": self._either("confirmed", "compromised", 0.9)}

    def _record_inspection(self) -> dict[str, Any]:
        return {
            "result": "running",
            "inspected_at": self.desk.iso,
            "officers": OFFICERS,
            "home_entry": False,
            "signature": "signed",
        }

    def _request_rework(self) -> dict[str, Any]:
        return {"findings": self.rng.sample(FINDINGS, 2), "reason": "数据不全"}

    def _waive_finding(self) -> dict[str, Any]:
        return {"reason_code": "not_needed"}

    def _propose_determination(self) -> dict[str, Any]:
        ways = (
            ["suspension"],
            ["surcharge"],
            ["suspension", "surcharge"],
            ["continue_monitoring"],
            ["close"],
            ["refer"],
        )
        way = self.rng.choice(self._leading() or ways)
        subject = self.rng.choice(["sole_trader", "sole_trader", "enterprise", "state_owned", "natural_person"])
        if "surcharge" in way and self.wanted & TARIFF:
            subject = "sole_trader"
        more: dict[str, Any] = {"subject": subject}
        if way == ["close"]:
            more["finding"] = self.rng.choice(["false_positive", "compromised", "already_stopped", "self_operated"])
        if "advise_owner" in self.wanted:
            way, more["finding"] = ["close"], "compromised"
        if way == ["continue_monitoring"]:
            more |= {"review_on": self._day(25), "finding": self._either("self_operated", "pending_appraisal")}
        if "surcharge" in way:
            more["proven_from"] = "2026-02-01"
        return {**proposal(*way), **more}

    def _leading(self) -> tuple[list[str], ...]:
        """The disposals after which a wanted act comes in reach; none where every way is as good."""
        cut, tariff, end = (self.wanted & acts - set(self.done) for acts in (CUT, TARIFF, CLOSED))
        if cut and (self.desk.view.facts.get("suspension") or {}).get("power") != "off":
            return (["suspension"], ["suspension", "surcharge"])
        if tariff:
            return (["surcharge"],)
        return (["close"],) if end else ()

    def _decide_determination(self) -> dict[str, Any]:
        return {"decision": self._either("approve", "refuse", 0.85)}

    def _advise_owner(self) -> dict[str, Any]:
        return {"measures": ["isolate"], "advice": "隔离主机"}

    def _report_grid_suspension(self) -> dict[str, Any]:
        return {
            "ground": "G2_emergency",
            "cut_at": self.desk.iso,
            "user_class": "ordinary",
            "serves_residents": False,
            "officers": OFFICERS,
            "attachments": [FILE],
            "danger": "fire",
        }

    def _sign_suspension_order(self) -> dict[str, Any]:
        return {"order_file": FILE, "legal_document": FILE}

    def _approve_suspension(self) -> dict[str, Any]:
        kind = (self.desk.view.facts["findings"].get("check_consumption") or {}).get("user_class", "ordinary")
        return {"user_class": kind, "serves_residents": False, "approval_level": "company", "order_checked": True} | {
            "marketing_report": FILE
        }

    def _refuse_suspension(self) -> dict[str, Any]:
        return {"reason_code": "wrong_account", "reason": "户号不符"}

    def _serve_notice(self) -> dict[str, Any]:
        return {
            "method": "direct",
            "served_at": self.desk.iso,
            "notice_file": FILE,
            "signature": "signed",
            "recipient": "张三",
            "copied_to_authority": True,
            "copy_receipt": FILE,
        }

    def _report_failed_service(self) -> dict[str, Any]:
        return {"method": "direct", "reason_code": "nobody_there", "tried_at": self.desk.iso}

    def _give_final_notice(self) -> dict[str, Any]:
        return {"given_at": self.desk.iso, "method": "phone"}

    def _lapse_notice(self) -> dict[str, Any]:
        return {"reason_code": "window_missed"}

    def _report_infeasible(self) -> dict[str, Any]:
        return {"items": ["no_lift_load"], "reason": "有电梯"}

    def _execute_suspension(self) -> dict[str, Any]:
        return self.desk.execution(**dict.fromkeys(CHECKS, True))

    def _confirm_suspension(self) -> dict[str, Any]:
        return {"confirmed_at": self.desk.iso, "load_is_zero": True, "reading": "1204.5"}

    def _record_objection(self) -> dict[str, Any]:
        return {"received_on": self._day(), "reason_code": "not_mining", "content": "不是挖矿"}

    def _decide_objection(self) -> dict[str, Any]:
        return {"decision": self._either("rejected", "upheld", 0.5), "answer": "答复"}

    def _stay_execution(self) -> dict[str, Any]:
        return {
            "reason_code": "court",
            "decision_file": FILE,
            "ordered_by": "某区人民法院",
            "ordered_on": self._day(),
        }

    def _lift_stay(self) -> dict[str, Any]:
        return {"reason": "裁定撤销"}

    def _withdraw_suspension(self) -> dict[str, Any]:
        return {"reason_code": "error"}

    def _order_restoration(self) -> dict[str, Any]:
        return {"reason_code": "cause_removed", "cause_removed_at": self.desk.iso}

    def _restore_supply(self) -> dict[str, Any]:
        at_the_cut = str((self.desk.view.facts.get("suspension") or {}).get("reading", "2"))
        return {"restored_at": self.desk.iso, "reading": at_the_cut, "late_reason": "道路封闭"}

    def _confirm_restoration(self) -> dict[str, Any]:
        return {"confirmed_at": self.desk.iso, "supply_is_on": True}

    def _propose_surcharge(self) -> dict[str, Any]:
        """After the days of the lists before; every other list has a last day of its own."""
        standing = [entry for entry in lists_of(surcharge_of(self.desk.view)) if entry["state"] in STANDING]
        first = max([date(2026, 1, 31), *filter(None, (listed_period(e)[1] for e in standing))]) + timedelta(days=1)
        return {
            "rate": "0.30",
            "starts_on": str(first),
            **({"ends_on": str(first + timedelta(days=20))} if len(self.done) % 2 else {}),
            "monthly_kwh": "35000",
            "price_class": "commercial",
            "simulation_seen": True,
        }

    def _issue_surcharge_list(self) -> dict[str, Any]:
        return {"list_file": FILE, "account": "3203001", "address": "某路"}

    def _acknowledge_surcharge(self) -> dict[str, Any]:
        return {"account_matches": True}

    def _refuse_surcharge(self) -> dict[str, Any]:
        return {"reason_code": "incomplete", "reason": "缺少标准"}

    def _notify_subscriber(self) -> dict[str, Any]:
        return {"method": "direct", "notified_on": self._day(), "notice_file": FILE}

    def _issue_bill(self) -> dict[str, Any]:
        first = unbilled(surcharge_of(self.desk.view)) or date(2026, 2, 1)
        charged = energy_billed_in(self.desk.view, first, first)
        last = min(first + timedelta(days=60), self.desk.now.date())
        if charged is not None:
            last = date.fromisoformat(charged["cycle_to"])
        return {
            "month": str(first)[:7],
            "cycle_from": str(first),
            "cycle_to": str(last),
            "kwh": "35000",
            "energy_price": "0.6664",
        }

    def _review_bill(self) -> dict[str, Any]:
        return {"decision": self._either("approve", "refuse")}

    def _bill(self) -> str:
        bills = self.desk.view.facts.get("surcharge", {}).get("bills") or [{"no": "-"}]
        return str(self.rng.choice(bills)["no"])

    def _record_payment(self) -> dict[str, Any]:
        return {"bill": self._bill(), "amount": "100.00", "paid_on": self._day()}

    def _adjust_bill(self) -> dict[str, Any]:
        return {"bill": self._bill(), "reason_code": "misread", "kwh": "30000", "reason": "抄错"}

    def _report_cessation(self) -> dict[str, Any]:
        return {"stopped_on": self._day(), "proof": "load"}

    def _end_surcharge(self) -> dict[str, Any]:
        stopped = (self.desk.view.facts.get("cessation") or {}).get("stopped_on")
        return {"ends_on": stopped or self._day(), "end_file": FILE}

    def _propose_closure(self) -> dict[str, Any]:
        return {"outcome": "handled", "summary": "已处置"}

    def _decide_closure(self) -> dict[str, Any]:
        return {"decision": self._either("approve", "refuse")}

    def _reopen_case(self) -> dict[str, Any]:
        return {"to": self._either("monitoring", "verification", 0.5), "reason_code": "relapse", "reason": "复燃"}

    def _record_follow_up(self) -> dict[str, Any]:
        return {"result": "clean", "visited_on": self._day()}

    def _refer_case(self) -> dict[str, Any]:
        return {
            "partner": self.rng.choice(["320300-police", "320300-discipline"]),
            "matter": "crime",
            "request": "移送",
        }

    def _reply_referral(self) -> dict[str, Any]:
        return {"result": "filed", "reply": "已立案"}

    def _propose_transfer(self) -> dict[str, Any]:
        here = self.desk.view.region_code
        return {
            "to_region": "3201" if here.startswith("3203") else "320303",
            "reason_code": "site_elsewhere",
            "reason": "场所不在本地",
        }

    def _receive_transfer(self) -> dict[str, Any]:
        return {"decision": self._either("accept", "decline", 0.5)}

    def _urge(self) -> dict[str, Any]:
        return {"level": "supervise", "demand": "尽快办理"}

    def _answer_urge(self) -> dict[str, Any]:
        return {"answer": "已安排"}

    def _sample_case(self) -> dict[str, Any]:
        return {"result": "pass", "score": 95}

    def _comment(self) -> dict[str, Any]:
        return {"comment": "备注"}

    def _attach_document(self) -> dict[str, Any]:
        return {"attachments": [FILE], "paper": "photo"}

    def _reveal_personal_data(self) -> dict[str, Any]:
        return {"items": ["phone"], "purpose": "visit", "reason": "上门核查前联系"}

    def _assign_task(self) -> dict[str, Any]:
        return {"assignee": "drc-handler1"}
