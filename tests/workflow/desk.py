"""A city in memory: agencies, people and one case, on which the acts of the table are done without any database.

The same steps as the engine, over the same functions: standing, input, gates, effect, the event that would be written.
Every event body is encoded on the way, so that a fact with a float or a personal key fails the test that made it.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from agencies.actors import Actor, Post
from agencies.directory import AgencyRef, Directory, ParameterRef, RegionRef, _build
from audit.log import encode_body
from cases.policy.entered import NONE as NO_RULES
from cases.workflow.deciding.decision import choose_task, foreseen, refuse
from cases.workflow.deciding.inputs import clean
from cases.workflow.deciding.standing import standing
from cases.workflow.errors import WorkflowError, from_refusal
from cases.workflow.recording.plain import plain
from cases.workflow.recording.writing import By, write_down
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Act, CaseView, Context, Refusal, TaskView

CHINA = timezone(timedelta(hours=8))
FILE = "018f0000-0000-7000-8000-00000000f11e"
SECOND = "018f0000-0000-7000-8000-00000000f12e"
SEEN = {"photos": [FILE, SECOND], "photo_reason": "相机未开定位", "seal_no": "F20261107"}
FINDINGS = ["trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site"]
OFFICERS = [{"staff_no": "XZ1001", "officer": "甲"}, {"staff_no": "XZ1002", "officer": "乙"}]
CHECKS = (
    "other_users_unaffected",
    "public_safety",
    "no_medical_device",
    "no_fire_pump",
    "no_breeding_load",
    "no_lift_load",
    "circuit_separate",
)

# id, code, kind, region, parent, sort, duties
AGENCIES = (
    (1, "320300-drc", "development_commission", "3203", None, "", ["power_authority"]),
    (2, "320300-grid", "grid_company", "3203", None, "", []),
    (3, "320300-cac", "cyberspace_office", "3203", None, "", []),
    (4, "320300-telecom", "telecom_bureau", "3203", None, "", []),
    (5, "320300-police", "partner", "3203", None, "police", []),
    (6, "320300-discipline", "partner", "3203", None, "discipline", []),
    (7, "320000-supervision", "supervision", "32", None, "", []),
    (8, "320000-drc", "development_commission", "32", None, "", []),
    (9, "320100-drc", "development_commission", "3201", None, "", ["power_authority"]),
    (10, "320100-grid", "grid_company", "3201", None, "", []),
    (11, "320302-grid", "grid_company", "320302", 2, "", []),
    (12, "320303-grid", "grid_company", "320303", 2, "", []),
)
REGIONS = (
    ("32", "320000", "江苏省", "province", None, "JS"),
    ("3201", "320100", "南京市", "city", "32", "NJ"),
    ("3203", "320300", "徐州市", "city", "32", "XZ"),
    ("320302", "320302", "鼓楼区", "county", "3203", "XZ"),
    ("320303", "320303", "云龙区", "county", "3203", "XZ"),
    ("3205", "320500", "苏州市", "city", "32", "SZ"),
)


def city(parameters: dict[str, tuple[ParameterRef, ...]] | None = None) -> Directory:
    rows = [
        [i, code, kind, region, parent, code, code, "发", duties, sort, True]
        for i, code, kind, region, parent, sort, duties in AGENCIES
    ]
    found = _build({"stamp": 1, "regions": [list(r) for r in REGIONS], "agencies": rows, "parameters": []})
    found.parameters.update(parameters or {})
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


class Desk:
    """One case and the people around it. `who` is "<agency>-<role><n>": drc-handler1, grid-crew2, nj-drc-reviewer1."""

    ROLES = {"crew": "field_crew"}
    PLACES = {
        "nj-drc": "320100-drc",
        "nj-grid": "320100-grid",
        "js-drc": "320000-drc",
        "sup": "320000-supervision",
        "gulou": "320302-grid",
    }

    def __init__(self, now: str = "2026-11-03 10:00", directory: Directory | None = None) -> None:
        self.now = at(now)
        self.directory = directory or city()
        self.people: dict[str, Actor] = {}
        self.events: list[dict[str, Any]] = []
        # What the latest act tells other people.
        self.outbox: list[dict[str, Any]] = []
        self.related: CaseView | None = None
        self.rules = NO_RULES
        # Files by id, as the engine would have read them; what is not here is not compared with anything.
        self.files: dict[str, dict[str, Any]] = {}
        self._ids = itertools.count(1)
        self.view = self._blank()

    # -- people -------------------------------------------------------------------------------------------------------

    def person(self, who: str) -> Actor:
        if who not in self.people:
            place, role = who.rsplit("-", 1)
            name = role.rstrip("0123456789")
            agency = self.directory.by_code[self.PLACES.get(place, f"320300-{place}")]
            self.people[who] = Actor(
                len(self.people) + 100, who, who, "zh", (post(agency, self.ROLES.get(name, name)),)
            )
        return self.people[who]

    # -- acts ---------------------------------------------------------------------------------------------------------

    def act(self, who: str, action: str, **data: Any) -> dict[str, Any]:
        """Do it, or raise the WorkflowError; returns the body of the event."""
        row, actor = TRANSITIONS[action], self.person(who)
        stand = standing(row, self.view, actor, self.directory)
        if isinstance(stand, Refusal):
            raise from_refusal(stand)
        context = Context(self.now, actor, stand.post, self.directory, related=self.related, people=self._known())
        context = replace(context, rules=self.rules, attachments=self.files)
        cleaned = clean(row.inputs, data)
        task = choose_task(stand, cleaned)
        context = replace(context, task=task, post=stand.post_for(task))
        refuse(row, self.view, cleaned, context)
        outcome = row.effect(self.view, cleaned, context)
        completed = (context.task.id,) if context.task is not None and row.completes else ()
        document, outcome.document, outcome.hands_over = outcome.document, None, None
        if document and outcome.paper_in:
            outcome.facts[outcome.paper_in]["paper"] = {"id": FILE, "number": "徐电停告〔2026〕1号"}
        by = By(actor, context.post, self.now, self.directory, rules=self.rules)
        written = write_down(row, self.view, outcome, by, head="00" * 32, completed=completed)
        body, self.outbox = written.body, written.side["outbox"]
        encode_body(body)
        if document:
            body["document"] = document[0]
        for other, change in outcome.also:
            assert self.related is not None and self.related.id == other
            folded = write_down(row, self.related, change, by, head="00" * 32).body
            encode_body(folded)
            self.related = self.fold(self.related, folded, actor)
        body["sealed_data"] = outcome.sealed
        self.view = self.fold(self.view, body, actor)
        self.events.append(body)
        return body

    def refused(self, who: str, action: str, **data: Any) -> WorkflowError:
        """The refusal of an act that must not pass; fails when it passes."""
        before = self.view
        try:
            self.act(who, action, **data)
        except WorkflowError as error:
            assert self.view is before
            return error
        raise AssertionError(f"{action} was done by {who}")

    def asked(self, who: str, action: str) -> Refusal | None:
        """What stands under the button, before anything was filled in."""
        return asked(action, self.view, self.person(who), self.directory, self.now, self.related)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    @property
    def iso(self) -> str:
        return self.now.isoformat()

    @property
    def tasks(self) -> list[str]:
        return sorted(t.kind for t in self.view.tasks)

    def task(self, kind: str) -> TaskView:
        return next(t for t in self.view.tasks if t.kind == kind)

    def fact(self, *path: str) -> Any:
        value: Any = self.view.facts
        for key in path:
            value = value[key]
        return value

    # -- folding an event into the case -------------------------------------------------------------------------------

    def fold(self, view: CaseView, body: dict[str, Any], actor: Actor) -> CaseView:
        facts = {**view.facts, **body.get("set", {})}
        for key in body.get("unset", []):
            facts.pop(key, None)
        closed = {row["id"] for row in body.get("close", [])}
        touched = {row["id"]: row for row in body.get("touch", [])}
        tasks = [self._touched(t, touched.get(t.id, {})) for t in view.tasks if t.id not in closed]
        tasks += [replace(self._opened(row), opened_seq=body["seq"]) for row in body.get("open", [])]
        agencies = {t.agency_id for t in tasks} | {t.unit_id for t in tasks if t.unit_id}
        shared = {row["agency"] for row in body.get("share", [])}
        act = Act(body["seq"], body["action"], actor.user_id, body["actor"]["agency"], self.now)
        changed = dict(body.get("case", {}))
        for name in ("review_on",):
            if changed.get(name):
                changed[name] = datetime.fromisoformat(changed[name]).date()
        since = self.now if body["to"] != view.stage else view.stage_since
        if "stage_since" in changed:
            since = datetime.fromisoformat(changed.pop("stage_since"))
        return replace(
            view,
            **{k: v for k, v in changed.items() if k != "number"},
            stage=body["to"],
            version=view.version + 1,
            facts=facts,
            tasks=tuple(tasks),
            acts=(*view.acts, act),
            stage_since=since,
            participants=view.participants | agencies | shared,
        )

    def _opened(self, row: dict[str, Any]) -> TaskView:
        return TaskView(
            row["id"],
            row["kind"],
            row["agency"],
            row.get("unit"),
            tuple(row["roles"]),
            row.get("assignee"),
            self.now,
            datetime.fromisoformat(row["due"]),
            row.get("provisional", False),
            datetime.fromisoformat(row["accepted_at"]) if "accepted_at" in row else None,
            row.get("returns", 0),
            row.get("data", {}),
            row["due_rule"],
        )

    @staticmethod
    def _touched(task: TaskView, row: dict[str, Any]) -> TaskView:
        changes = {k: v for k, v in row.items() if k in ("unit_id", "assignee_id", "due_rule", "provisional")}
        for key in ("due_at", "accepted_at"):
            if key in row:
                changes[key] = datetime.fromisoformat(row[key])
        return replace(task, **changes)

    def _known(self) -> dict[str, dict[str, Any]]:
        return {
            name: {
                "id": a.user_id,
                "posts": [(p.agency_id, sorted(p.roles), 0) for p in a.posts],
            }
            for name, a in self.people.items()
        }

    def _blank(self) -> CaseView:
        return CaseView(
            id=str(UUID(int=next(self._ids))),
            number="XZ26-0001",
            title="云龙区某处",
            stage="monitoring",
            version=1,
            region_code="320303",
            level="normal",
            source="telecom",
            outcome=None,
            review_on=None,
            merged_into=None,
            lead_agency_id=1,
            facts={
                "source": {"kind": "telecom"},
                "submissions": 1,
                "signals": {"traffic": 3},
                "signal_sources": {"traffic": ["telecom"]},
            },
            tasks=(
                TaskView(
                    str(UUID(int=999)),
                    "triage",
                    1,
                    None,
                    ("handler",),
                    None,
                    self.now,
                    self.now + timedelta(days=5),
                    False,
                    None,
                    0,
                    {},
                    "triage:3 working_days",
                ),
            ),
            acts=(),
            opened_at=self.now,
            stage_since=self.now,
            participants=frozenset({1, 7, 8}),
        )

    # -- the usual stretches of the way -------------------------------------------------------------------------------

    def dispatched(self, *findings: str) -> Desk:
        self.act("drc-handler1", "dispatch_verification", findings=list(findings or FINDINGS))
        return self

    def verified(self, **facts: Any) -> Desk:
        """Dispatched and answered: a sole trader with a commercial account, mining on site."""
        self.dispatched()
        subject = facts.get("subject", "sole_trader")
        residents = facts.get("serves_residents", False)
        self.act("telecom-handler1", "report_subscriber", result="identified", subject=subject)
        self.act(
            "grid-handler1",
            "report_consumption",
            result=facts.get("consumption", "abnormal"),
            user_class=facts.get("user_class", "ordinary"),
            price_class=facts.get("price_class", "commercial"),
            voltage=facts.get("voltage"),
            variant=facts.get("variant"),
            serves_residents=residents,
            monthly_kwh="35000",
            capacity_kva="250",
            illegal_use=facts.get("illegal_use", False),
            mixed_premises=facts.get("mixed_premises", False),
        )
        self.act("cac-handler1", "report_traffic", result=facts.get("traffic", "confirmed"), pools=2)
        self.act(
            "drc-handler2",
            "record_inspection",
            result=facts.get("inspection", "running"),
            inspected_at=self.iso,
            officers=OFFICERS,
            home_entry=residents,
            consent=True,
            signature="signed",
            devices=50,
            power_kw="48.6",
        )
        return self

    def determined(self, *disposals: str, **more: Any) -> Desk:
        self.proposed(*disposals, **more)
        self.act("drc-reviewer1", "decide_determination", decision="approve")
        return self

    def proposed(self, *disposals: str, **more: Any) -> Desk:
        self.act("drc-handler1", "propose_determination", **proposal(*disposals, **more))
        return self

    def signed(self) -> Desk:
        self.act("drc-approver1", "sign_suspension_order", order_file=FILE, legal_document=FILE)
        return self

    @staticmethod
    def approval(user_class: str = "ordinary", level: str = "company", **more: Any) -> dict[str, Any]:
        data = {"user_class": user_class, "serves_residents": False, "approval_level": level, "order_checked": True}
        return {**data, **more}

    def approved(self, user_class: str = "ordinary") -> Desk:
        report = {"marketing_report": FILE} if user_class == "important" else {}
        self.act("grid-approver1", "approve_suspension", **self.approval(user_class, **report))
        return self

    def service(self, **more: Any) -> dict[str, Any]:
        proof = {"notice_file": FILE, "signature": "signed", "recipient": "张三"}
        return {"method": "direct", "served_at": self.iso, **proof, **more}

    def served(self, **more: Any) -> Desk:
        self.act("grid-crew1", "serve_notice", **self.service(**more))
        return self

    def warned(self) -> Desk:
        self.act("grid-crew1", "give_final_notice", given_at=self.iso, method="phone")
        return self

    def execution(self, **more: Any) -> dict[str, Any]:
        return {
            "executed_at": self.iso,
            **dict.fromkeys(CHECKS, True),
            "reading": "1204.5",
            **SEEN,
            **more,
        }

    def cut(self) -> Desk:
        """From the notice to the executed cut."""
        self.served()
        self.later(days=4)
        self.warned()
        self.later(minutes=40)
        self.act("grid-crew1", "execute_suspension", **self.execution())
        return self

    def confirmed(self) -> Desk:
        self.act("grid-crew2", "confirm_suspension", confirmed_at=self.iso, load_is_zero=True, reading="1204.5")
        return self

    def suspended(self, *disposals: str) -> Desk:
        """Through the whole suspension, with or without a surcharge decided beside it."""
        self.verified().determined(*(disposals or ("suspension",))).signed().approved().cut().confirmed()
        return self

    def planned(self, **more: Any) -> Desk:
        self.act("drc-handler1", "propose_surcharge", **plan(**more))
        return self

    def surcharged(self, **more: Any) -> Desk:
        """From the plan to the notified user."""
        self.planned(**more)
        self.act("drc-approver1", "issue_surcharge_list", list_file=FILE, account="3203001", address="云龙区某路")
        self.act("grid-billing1", "acknowledge_surcharge", account_matches=True)
        self.act("grid-billing1", "notify_subscriber", method="direct", notified_on=self.iso[:10], notice_file=FILE)
        return self

    def billed(self, first: str = "2026-11-01", last: str = "2026-11-30", kwh: str = "35000", **more: Any) -> Desk:
        data = {"month": first[:7], "cycle_from": first, "cycle_to": last, "kwh": kwh, "energy_price": "0.6664", **more}
        self.act("grid-billing1", "issue_bill", **data)
        return self


def asked(
    action: str,
    view: CaseView,
    actor: Actor,
    directory: Directory,
    now: datetime,
    related: CaseView | None = None,
) -> Refusal | None:
    """What stands under the button of this person, before anything was filled in."""
    row = TRANSITIONS[action]
    stand = standing(row, view, actor, directory)
    if isinstance(stand, Refusal):
        return stand
    return foreseen(row, view, stand, Context(now, actor, stand.post, directory, related=related))[1]


def proposal(*disposals: str, **more: Any) -> dict[str, Any]:
    """A determination of proven mining by a sole trader, with what its disposals need."""
    data: dict[str, Any] = {"finding": "self_operated", "subject": "sole_trader", "disposals": list(disposals)}
    if "suspension" in disposals:
        data |= {"ground": "G5_power_authority", "serious_or_refused": True}
    if "surcharge" in disposals:
        data["proven_from"] = "2026-10-01"
    if "continue_monitoring" in disposals:
        data |= {"review_on": "2026-12-18", "monitoring_reason": "no_local_rule"}
    return {**data, **more}


def plan(**more: Any) -> dict[str, Any]:
    return {
        "rate": "0.30",
        "starts_on": "2026-11-01",
        "monthly_kwh": "35000",
        "price_class": "commercial",
        "simulation_seen": True,
        **more,
    }


def post(agency: AgencyRef, *roles: str) -> Post:
    return Post(
        agency.id,
        agency.code,
        agency.name,
        agency.kind,
        agency.region_code,
        agency.principal_id,
        agency.is_unit,
        agency.duties,
        frozenset(roles),
    )


__all__ = ["CHECKS", "FILE", "FINDINGS", "OFFICERS", "Desk", "RegionRef", "at", "city", "plain", "plan", "proposal"]
