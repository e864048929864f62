"""The figures of the dashboard against SQL written apart, over a seeded world; and the lists that lead to them."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from agencies.actors import Actor, find_actor
from agencies.directory import get_directory
from agencies.sight import seeing
from agencies.visibility import sight_keys
from audit.verification import verify
from bench.listing.dashboard import enrich
from bench.listing.seed import seed
from cases.selectors.clocks.dwell import DwellFilter, dwell
from cases.selectors.dashboard.conditions import LISTS, WENT
from cases.selectors.dashboard.figures import CaseFigures, Energy, case_figures, inside, told
from cases.selectors.dashboard.listing import OF_AN_OWN_PART, Place, behind, listable
from cases.selectors.dashboard.money import Money, left_out, money_figures
from cases.selectors.dashboard.scope import Scope, Span, scope_of, span
from cases.selectors.dashboard.work import work_figures
from cases.workflow.workdays import calendar_for
from tests.conftest import SERVERS
from tests.workflow.world import World

NOW = datetime(2026, 11, 5, 4, tzinfo=UTC)
YEAR = span(date(2026, 1, 1), date(2026, 11, 5), (date(2025, 1, 1), date(2025, 11, 5)), NOW)
SUMMER = span(date(2026, 6, 1), date(2026, 8, 31), (date(2026, 3, 1), date(2026, 5, 31)), NOW)
# As somebody would write them over the cases themselves: `d` holds the parameters, `v` which cases are watched over.
WATCHED = """WITH d AS (SELECT %(since)s::timestamptz AS a, %(until)s::timestamptz AS z, %(p)s::timestamptz AS pa,
    %(q)s::timestamptz AS pz), v AS (SELECT c.*, facts #>> '{determination,finding}' AS said FROM cases_case c
    WHERE EXISTS (SELECT FROM cases_caseagency ca WHERE ca.case_id = c.id AND ca.agency_id = %(agency)s
        AND ca.relation IN ('lead', 'supervisor'))) """
MINING = "v.said = 'self_operated' AND v.stage <> 'verification' AND coalesce(v.outcome, '') <> 'false_positive'"
CUT = "v.facts #>> '{suspension,executed_at}' IS NOT NULL"
CHARGED = "v.facts #>> '{surcharge,state}' = 'billing'"
TOTALS = {
    "all": "SELECT count(*) FROM v",
    "listed": "SELECT count(*) FROM v, d WHERE opened_at BETWEEN a AND z",
    "open": "SELECT count(*) FROM v, d WHERE opened_at < z AND NOT (closed_at IS NOT NULL AND closed_at < z)",
    "open_before": "SELECT count(*) FROM v, d WHERE opened_at < a AND coalesce(closed_at, 'infinity') >= a",
    "dispatched": "SELECT count(*) FROM v, d WHERE opened_at >= a AND opened_at < z AND NOT facts = '{}'",
    "mining": f"SELECT count(*) FROM v, d WHERE opened_at >= a AND opened_at < z AND {MINING}",
    "cut": f"SELECT count(*) FROM v, d WHERE opened_at >= a AND opened_at < z AND {CUT}",
    "charged": f"SELECT count(*) FROM v, d WHERE opened_at >= a AND opened_at < z AND {CHARGED}",
    "ended": "SELECT count(*) FROM v, d WHERE opened_at >= a AND opened_at < z AND closed_at IS NOT NULL",
    "done": "SELECT count(*) FROM v, d WHERE closed_at >= a AND closed_at < z AND outcome <> 'merged'",
    "done_before": "SELECT count(*) FROM v, d WHERE closed_at >= pa AND closed_at < pz AND outcome <> 'merged'",
}
LISTED = "opened_at >= a AND opened_at < z"
USING = f"""{MINING} AND coalesce(v.outcome, '') <> 'merged' AND opened_at < {{at}}
    AND coalesce(least((v.facts #>> '{{{{suspension,executed_at}}}}')::timestamptz, closed_at), 'infinity') >= {{at}}"""
KWH = "(v.facts #>> '{findings,check_consumption,monthly_kwh}')::numeric"


@pytest.fixture
def world(fresh_db: Any) -> None:
    with closing(SERVERS.cluster.connect(fresh_db.name)) as superuser:
        seed(superuser, 900)
        enrich(superuser)


def rows(sql: str, actor: Actor, wanted: Span) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            WATCHED + sql,
            {
                "since": wanted.since,
                "until": wanted.until,
                "p": wanted.before_since,
                "q": wanted.before_until,
                "agency": actor.agency_ids[0],
            },
        )
        return list(cursor.fetchall())


def one(sql: str, actor: Actor, wanted: Span) -> Any:
    return rows(sql, actor, wanted)[0][0]


def watcher(name: str) -> tuple[Actor, Scope]:
    actor = find_actor(name)
    scope = scope_of(actor)
    assert scope is not None
    return actor, scope


def counted(actor: Actor, scope: Scope, wanted: Span) -> CaseFigures:
    with seeing(actor):
        return case_figures(scope, wanted, calendar_for(scope.home, get_directory()))


def check_cases(actor: Actor, scope: Scope, wanted: Span) -> None:
    found = counted(actor, scope, wanted)
    for name, sql in TOTALS.items():
        assert found.totals[name] == one(sql, actor, wanted), name
    by_region = dict(
        rows(
            "SELECT region_code, count(*) FILTER (WHERE opened_at < z AND coalesce(closed_at, 'infinity') >= z)"
            " FROM v, d GROUP BY 1",
            actor,
            wanted,
        )
    )
    assert {code: region.open for code, region in found.regions.items()} == by_region
    weeks = rows(
        "SELECT n, count(id) FROM d, generate_series(0, 7) n LEFT JOIN v ON opened_at < (SELECT z FROM d)"
        " - (7 - n) * interval '7 days' AND coalesce(closed_at, 'infinity') >= (SELECT z FROM d)"
        " - (7 - n) * interval '7 days'"
        " GROUP BY n ORDER BY n",
        actor,
        wanted,
    )
    places = inside(found.regions, scope.home)
    assert [n for _, n in weeks] == [sum(column) for column in zip(*(p.weeks for p in places.values()), strict=True)]
    subjects = rows(
        f"SELECT coalesce(facts #>> '{{determination,subject}}', 'unknown'), count(*) FROM v, d WHERE {LISTED}"
        " AND outcome IS DISTINCT FROM 'merged' GROUP BY 1",
        actor,
        wanted,
    )
    assert found.subjects == dict(subjects)
    for at, energy in (("z", found.energy), ("a", found.energy_before)):
        (kwh, n) = rows(f"SELECT sum({KWH}), count(*) FROM v, d WHERE {USING.format(at=at)}", actor, wanted)[0]
        assert (energy.kwh, energy.cases) == ((Decimal(kwh or 0) / 30) if n >= 3 or not n else None, n)
    measured = f"SELECT count(*) FROM v, d WHERE {LISTED} AND ({CUT} OR {CHARGED})"
    assert found.went.get("measured", 0) == one(measured, actor, wanted)
    assert sum(found.went.values()) == found.totals["listed"], "each case is exactly one of these"
    watched = f"SELECT count(*) FROM v, d WHERE {LISTED} AND stage = 'monitoring' AND review_on IS NOT NULL"
    assert found.went.get("watched", 0) == one(watched, actor, wanted)
    check_days(actor, scope, wanted, found)


def check_days(actor: Actor, scope: Scope, wanted: Span, found: CaseFigures) -> None:
    calendar = calendar_for(scope.home, get_directory())
    spans = rows(
        "SELECT (opened_at AT TIME ZONE 'Asia/Shanghai')::date, (closed_at AT TIME ZONE 'Asia/Shanghai')::date"
        " FROM v, d WHERE closed_at >= a AND closed_at < z AND outcome <> 'merged'",
        actor,
        wanted,
    )
    worked = [
        sum(calendar.is_workday(date.fromordinal(n)) for n in range(first.toordinal(), last.toordinal()))
        for first, last in spans
    ]
    assert worked, "the world has closed cases"
    assert found.days == pytest.approx(sum(worked) / len(worked))


def check_money(actor: Actor, scope: Scope, wanted: Span) -> None:
    bills = """SELECT sum((b ->> 'surcharge')::numeric), count(*), sum(round((b ->> 'surcharge')::numeric
        * least((b ->> 'paid')::numeric / (b ->> 'amount')::numeric, 1), 2))
        FROM v, d, jsonb_array_elements(v.facts #> '{surcharge,bills}') b WHERE b ->> 'state' <> 'refused'"""
    span_ = " AND (b #>> '{issued,at}')::timestamptz >= a AND (b #>> '{issued,at}')::timestamptz < z"
    with seeing(actor):
        found = money_figures(scope, wanted)
    assert found is not None
    assert (found.now.billed, found.now.bills, found.now.collected) == rows(bills + span_, actor, wanted)[0]
    for month, money in found.by_month:
        if money.bills and money.billed is not None:
            assert (money.billed, money.bills, money.collected) == rows(
                bills + f" AND b ->> 'month' = '{month}'", actor, wanted
            )[0]


def check_lists(actor: Actor, scope: Scope, wanted: Span) -> None:
    with seeing(actor):
        figures = case_figures(scope, wanted, calendar_for(scope.home, get_directory()))
        totals = {name: behind(actor, wanted, name, size=1).total for name in LISTS}
        assert {n: totals[n] for n in figures.totals if n in totals} == {
            n: figures.totals[n] for n in figures.totals if n in totals
        }
        assert {code: totals[f"went-{code}"] for code in WENT} == {code: figures.went.get(code, 0) for code in WENT}
        assert totals["uses"] == figures.energy.cases
        money = money_figures(scope, wanted)
        assert money is not None
        assert totals["billed"] == money.now.cases
        for code, n in figures.subjects.items():
            assert behind(actor, wanted, "listed", Place(subject=code), size=1).total == n
        for code, region in inside(figures.regions, scope.home).items():
            place = Place(code, exactly=code == scope.home)
            assert behind(actor, wanted, "open", place, size=1).total == region.open
        seen: list[str] = []
        cursor: str | None = None
        while True:
            page = behind(actor, wanted, "open", size=20, cursor=cursor)
            seen += [str(row["id"]) for row in page.rows]
            cursor = page.next
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == totals["open"], "page by page none is lost or doubled"
        assert seen == sorted(seen, reverse=True)


def check_work(actor: Actor, scope: Scope, wanted: Span) -> None:
    with seeing(actor):
        found = work_figures(actor, scope, wanted, calendar_for, now=NOW, fresh=True)
        told = dwell(actor, DwellFilter(since=wanted.since, until=wanted.until), ("kind",), calendar_for)
        missed = behind(actor, wanted, "missed", size=1).total
    assert sum(row["ended_here"] for row in told) == sum(row["ended_here"] for row in found.steps) > 0
    due = """FROM d, cases_task t JOIN v ON v.id = t.case_id WHERE t.due_at >= a AND t.due_at < z
        AND t.state <> 'cancelled' AND NOT (t.state = 'open' AND t.id IN (SELECT task_id FROM cases_clockinterval
            WHERE ended_at IS NULL AND state = 'paused'))"""
    late = f"{due} AND coalesce(t.closed_at, 'infinity') > t.due_at"
    assert found.now.due == one(f"SELECT count(*) {due}", actor, wanted)
    assert found.now.due - found.now.kept == one(f"SELECT count(*) {late}", actor, wanted)
    assert found.now.standing == one(f"SELECT count(*) {due} AND t.state = 'open'", actor, wanted) > 0
    assert found.now.late > 0
    assert missed == one(f"SELECT count(DISTINCT t.case_id) {late}", actor, wanted)


# Due, done, and whether the clock stood still from a day on; as of the fifth of November.
TASKS = {
    "in time": ("10-10", "10-09", None),
    "late": ("10-10", "10-12", None),
    "standing": ("10-20", None, None),
    "stopped": ("10-20", None, "10-15"),
    "due before": ("09-30", "10-05", None),
    "cancelled": ("10-25", "10-30", None),
    "done after the span": ("10-28", "11-03", None),
    "closed while it stood still": ("10-15", "10-20", "10-14"),
    "due after the span": ("11-02", "10-30", None),
}


def test_what_is_not_done_counts_against_the_share_in_time(fresh_db: Any, demo_city: None) -> None:
    """Counted by hand: five were due in October, two of them done in time, one is not done to this day."""
    world = World()
    cases = {name: world.open(title=name) for name in TASKS}
    with closing(SERVERS.cluster.connect(fresh_db.name)) as superuser, superuser.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for name, (_, done, stopped) in TASKS.items():
            days = {
                day: f"2026-{text} 10:00+08" if text else None for day, text in zip("dos", TASKS[name], strict=True)
            }
            asked = {**days, "case": cases[name], "e": days["s"] or days["o"]}
            asked["seq"] = 1 if done else None
            asked["state"] = "cancelled" if name == "cancelled" else "done" if done else "open"
            for sql in (
                "UPDATE cases_task SET due_at = %(d)s, closed_at = %(o)s, state = %(state)s, closed_seq = %(seq)s",
                "UPDATE cases_clockinterval SET started_at = '2026-09-01', ended_at = %(e)s, due_at = %(d)s",
            ):
                cursor.execute(f"{sql} WHERE case_id = %(case)s", asked)
            if stopped:
                cursor.execute(
                    """INSERT INTO cases_clockinterval SELECT (jsonb_populate_record(i, jsonb_build_object('id',
                        -i.id, 'state', 'paused', 'started_at', %(s)s::text, 'ended_at', %(o)s::text))).*
                    FROM cases_clockinterval i WHERE case_id = %(case)s""",
                    asked,
                )
    october = span(date(2026, 10, 1), date(2026, 10, 31), (date(2026, 9, 1), date(2026, 9, 30)), NOW)
    actor, scope = watcher("drc-handler1")
    with seeing(actor):
        found = work_figures(actor, scope, october, calendar_for, now=NOW, fresh=True)
        missed = {row["title"] for row in behind(actor, october, "missed").rows}
    assert (found.now.due, found.now.kept, found.now.late, found.now.standing) == (5, 2, 2, 1)
    assert found.now.share == pytest.approx(0.4)
    assert (found.before.due, found.before.kept) == (1, 0)
    assert missed == {"late", "standing", "done after the span"}


def test_every_figure_is_what_plain_sql_over_the_cases_says(world: None) -> None:
    for name in ("320000-supervision-p1", "320300-drc-p1"):
        actor, scope = watcher(name)
        for wanted in (YEAR, SUMMER):
            check_cases(actor, scope, wanted)
            check_money(actor, scope, wanted)
        check_lists(actor, scope, YEAR)
        check_work(actor, scope, YEAR)
    check_others()
    check_kept()


def check_others() -> None:
    """An agency that takes part reads heads of cases: what they say and nothing of findings, energy or money."""
    actor, scope = watcher("320300-grid-p1")
    found = counted(actor, scope, YEAR)
    mine = "SELECT count(*) FROM cases_caseagency WHERE agency_id = %s"
    with connection.cursor() as cursor:
        cursor.execute(mine, [actor.agency_ids[0]])
        assert found.totals["all"] == cursor.fetchone()[0] > 0
    assert (found.totals["mining"], found.totals["cut"], found.totals["charged"], found.energy.cases) == (0, 0, 0, 0)
    assert set(found.subjects) == {""}
    assert listable(scope) == OF_AN_OWN_PART | {"billed"}
    office, cyber = watcher("320300-cac-p1")
    with seeing(office):
        assert money_figures(cyber, YEAR) is None


def check_kept() -> None:
    """The rows beside the cases are what the cases say; one that is not is counted and made right."""
    with closing(SERVERS.cluster.connect(connection.settings_dict["NAME"])) as superuser, superuser.cursor() as cursor:
        cursor.execute("SELECT case_figures_wrong()")
        assert cursor.fetchone() == (0,)
        cursor.execute("UPDATE cases_casefigure SET stage = 'closed' WHERE stage = 'suspension'")
        wrong = cursor.rowcount
        cursor.execute("DELETE FROM cases_billfigure WHERE no LIKE '%-1'")
        wrong += cursor.rowcount
        cursor.execute("SELECT case_figures_wrong()")
        assert cursor.fetchone() == (wrong,)
        cursor.execute("SELECT case_figures_rebuild(), case_figures_wrong()")
        cursor.execute("SELECT case_figures_wrong()")
        assert cursor.fetchone() == (0,)


def differing() -> set[str]:
    return {problem.stream for problem in verify().problems if problem.code == "figures"}


def test_an_act_takes_the_figures_along(fresh_db: Any, demo_city: None) -> None:
    """From list to cut and to a bill that is paid by half, by the acts themselves."""
    world, proven = World(), {"finding": "self_operated", "subject": "sole_trader", "proven_from": "2026-10-01"}
    waits = world.open(title="泉山区冷库")
    charged = world.determined(world.verified(world.open(title="甲仓")), **proven, disposals=["surcharge"])
    world.surcharged(charged)
    cycle = {"month": "2026-10", "cycle_from": "2026-10-01", "cycle_to": "2026-10-31", "kwh": "35000"}
    world.act(charged, "grid-billing1", "issue_bill", **cycle, energy_price="0.6664")
    world.act(charged, "grid-reviewer1", "review_bill", decision="approve")
    bill = world.view(charged).facts["surcharge"]["bills"][0]
    half = str((Decimal(bill["amount"]) / 2).quantize(Decimal("0.01")))
    world.act(charged, "grid-billing1", "record_payment", bill=bill["no"], amount=half, paid_on="2026-11-03")
    more = {"ground": "G5_power_authority", "serious_or_refused": True}
    cut = world.determined(world.verified(world.open(title="乙仓")), **proven, **more, disposals=["suspension"])
    world.suspended(cut)
    with closing(SERVERS.cluster.connect(fresh_db.name)) as superuser, superuser.cursor() as cursor:
        cursor.execute("SELECT case_figures_wrong()")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT case_id::text, dispatched, finding, charged, cut_at, ended_at, kwh FROM cases_casefigure"
        )
        found = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute("SELECT month, surcharge, collected FROM cases_billfigure WHERE case_id = %s", [charged])
        (month, surcharge, collected) = cursor.fetchone()
    assert found[waits] == (False, "", False, None, None, None)
    assert found[charged][:4] == (True, "self_operated", True, None)
    off = world.view(cut).facts["suspension"]["executed_at"]
    assert found[cut][:5] == (True, "self_operated", False, *(datetime.fromisoformat(off),) * 2)
    assert (month, surcharge) == ("2026-10", Decimal(bill["surcharge"]))
    assert collected == pytest.approx(surcharge / 2, abs=Decimal("0.01"))
    assert differing() == set()
    with closing(SERVERS.cluster.connect(fresh_db.name)) as superuser, superuser.cursor() as cursor:
        cursor.execute("UPDATE cases_casefigure SET finding = '' WHERE case_id = %s", [cut])
        cursor.execute("UPDATE cases_billfigure SET collected = 0 WHERE case_id = %s", [charged])
    assert differing() == {f"case/{cut}", f"case/{charged}"}


def elsewhere() -> str:
    """Somebody of the commission of another city."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(username) FROM agencies_user WHERE username ~ '-drc-p1$' AND username <> '320300-drc-p1'"
        )
        found: str = cursor.fetchone()[0]
        return found


def test_the_door_shows_what_lies_in_the_sight_and_no_finding_of_an_own_part(world: None) -> None:
    """Whatever keys are handed in: the sight of whoever looks decides, and the kind of the agency how much."""
    leader, other = find_actor("320300-drc-p1"), find_actor(elsewhere())
    taking_part = find_actor("320300-grid-p1")
    asked = "SELECT count(*), count(*) FILTER (WHERE finding <> '' OR kwh IS NOT NULL) FROM case_figures_seen(%s, %s)"

    def through(door: str, looker: Actor, keys: list[int], *, watching: bool) -> tuple[Any, ...]:
        with seeing(looker), connection.cursor() as cursor:
            cursor.execute(door, [keys, watching])
            found: tuple[Any, ...] = cursor.fetchone()
            return found

    keys = sight_keys(leader)
    seen, telling = through(asked, leader, keys, watching=True)
    assert seen > telling > 0
    assert through(asked, other, keys, watching=True) == (0, 0)
    assert through(asked, other, keys, watching=False) == (0, 0)
    own = sight_keys(taking_part)
    assert through(asked, taking_part, own, watching=True) == (0, 0), "a company watches over nothing"
    heads = through(asked, taking_part, own, watching=False)
    assert heads[0] > 0
    assert heads[1] == 0
    bills = "SELECT count(*) FROM bill_figures_seen(%s, %s)"
    assert through(bills, leader, keys, watching=True)[0] > 0
    assert through(bills, other, keys, watching=True) == (0,)
    office = find_actor("320300-cac-p1")
    assert through(bills, office, sight_keys(office), watching=False) == (0,), "lists are not sent to it"


def test_a_sum_that_would_tell_of_one_account_is_left_out() -> None:
    some = [Energy(Decimal(10), 2), Energy(Decimal(0), 0), Energy(Decimal(90), 3)]
    assert [each.kwh for each in told(some, clear=False)] == [None, 0, 90]
    assert told(some, clear=True) == some
    months = [Money(Decimal(n), Decimal(1), 1, cases) for n, cases in ((5, 1), (40, 4), (30, 3), (0, 0))]
    assert [each.billed for each in left_out(months, clear=False)] == [None, 40, None, 0], "nor the smallest other"
    assert left_out(months, clear=True) == months
