"""The same pages as somebody would write them by hand with psycopg2: the yardstick of `bench.lists`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any


class Plain:
    """Statements on the application role's connection; `superuser` only finds the places to look at."""

    def __init__(self, connection: Any, superuser: Any) -> None:
        self.connection = connection
        self.connection.autocommit = True
        self.superuser = superuser

    def _run(self, sql: str, *parameters: Any) -> list[Any]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return list(cursor.fetchall())

    def _find(self, sql: str, *parameters: Any) -> list[Any]:
        with self.superuser.cursor() as cursor:
            cursor.execute(sql, parameters)
            return list(cursor.fetchall())

    def tasks(self, agency: int, stage: str | None, region: str | None, beyond: Any, size: int) -> int:
        place, values = _place(stage, region)
        mark = " AND (t.due_at, t.id) > (%s, %s)" if beyond else ""
        rows = self._run(
            f"""SELECT t.id, t.kind, t.due_at, t.stage, t.region_code, t.accepted_at, c.number, c.title,
                u.display_name
                FROM cases_task t JOIN cases_case c ON c.id = t.case_id
                LEFT JOIN agencies_user u ON u.id = t.assignee_id
                WHERE t.agency_id = %s AND t.state = 'open'{place.format("t.")}{mark}
                ORDER BY t.due_at, t.id LIMIT %s""",
            *(agency, *values, *(beyond or ()), size),
        )
        self._run(
            f"""SELECT sum(n) FROM (SELECT n FROM cases_taskcounter WHERE agency_id = %s{place.format("")}
                UNION ALL SELECT n FROM cases_taskcounterdelta WHERE agency_id = %s{place.format("")}) x""",
            *(agency, *values, agency, *values),
        )
        return len(rows)

    def pause_some(self) -> None:
        """One of two hundred open tasks stands still; in truth it does so by an event."""
        with self.superuser.cursor() as cursor:
            cursor.execute(
                """UPDATE cases_clockinterval SET state = 'paused', reason = 'assistance'
                   WHERE ended_at IS NULL AND hashtext(task_id::text) % 200 = 0"""
            )
            cursor.execute("ANALYZE cases_clockinterval")
        self.superuser.commit()

    def paused(self, agency: int, size: int) -> int:
        found = """FROM cases_clockinterval i JOIN cases_task t ON t.id = i.task_id
            JOIN cases_case c ON c.id = t.case_id
            WHERE i.ended_at IS NULL AND i.state = 'paused' AND t.agency_id = %s AND t.state = 'open'"""
        columns = "t.id, t.kind, t.due_at, c.number, c.title"
        rows = self._run(f"SELECT {columns} {found} ORDER BY t.due_at LIMIT %s", agency, size)
        self._run(f"SELECT count(*) {found}", agency)
        return len(rows)

    def tiles(self, agency: int, *cuts: datetime) -> int:
        """Overdue, today and this week, each up to a thousand; paused tasks are not told apart."""
        spans = ((datetime.min.replace(tzinfo=UTC), cuts[0]), (cuts[0], cuts[1]), (cuts[0], cuts[2]))
        for since, until in spans:
            self._run(
                """SELECT count(*) FROM (SELECT 1 FROM cases_task WHERE agency_id = %s AND state = 'open'
                   AND due_at >= %s AND due_at < %s LIMIT 1001) x""",
                *(agency, since, until),
            )
        self._run("SELECT sum(n) FROM cases_taskcounter WHERE agency_id = %s", agency)
        return len(spans) + 1

    def places(self, agency: int, stage: str | None, region: str | None, depth: int, n: int) -> list[Any]:
        place, values = _place(stage, region)
        return self._find(
            f"""SELECT due_at, id::text FROM cases_task WHERE agency_id = %s AND state = 'open'{place.format("")}
                ORDER BY due_at, id OFFSET %s LIMIT %s""",
            *(agency, *values, depth, n),
        )

    def history(self, case: Any) -> int:
        return len(
            self._run(
                """SELECT e.seq, e.at, e.action, e.body, u.display_name FROM audit_event e
                   LEFT JOIN agencies_user u ON u.id = e.actor_id WHERE e.stream = %s ORDER BY e.seq""",
                f"case/{case}",
            )
        )

    def person_week(self, person: int, since: datetime, agency: int, size: int) -> int:
        until = since + timedelta(weeks=1)
        visible = """e.actor_id = %s AND e.at >= %s AND e.at < %s AND EXISTS (SELECT 1 FROM cases_caseagency ca
            WHERE ca.agency_id = %s AND ca.case_id = substr(e.stream, 6)::uuid)"""
        rows = self._run(
            f"""SELECT e.id, e.stream, e.at, e.action, c.number, u.display_name FROM audit_event e
                JOIN cases_case c ON c.id = substr(e.stream, 6)::uuid JOIN agencies_user u ON u.id = e.actor_id
                WHERE {visible} ORDER BY e.at DESC, e.id DESC LIMIT %s""",
            *(person, since, until, agency, size),
        )
        self._run(f"SELECT count(*) FROM audit_event e WHERE {visible}", person, since, until, agency)
        return len(rows)

    def latest(self, size: int) -> int:
        return len(
            self._run(
                """SELECT e.id, e.stream, e.seq, e.at, e.action, u.display_name FROM audit_event e
                   LEFT JOIN agencies_user u ON u.id = e.actor_id ORDER BY e.at DESC, e.id DESC LIMIT %s""",
                size,
            )
        )

    def stages(self) -> int:
        return len(self._run("SELECT stage, region_code, count(*) FROM cases_case GROUP BY stage, region_code"))

    def cases(self, agency: int, stage: str | None, region: str | None, size: int) -> int:
        place, values = _place(stage, region)
        rows = self._run(
            f"""SELECT c.id, c.number, c.title, c.stage, c.region_code, c.updated_at FROM cases_caseagency ca
                JOIN cases_case c ON c.id = ca.case_id WHERE ca.agency_id = %s{place.format("c.")}
                ORDER BY ca.case_id DESC LIMIT %s""",
            *(agency, *values, size),
        )
        self._run(
            f"""SELECT count(*) FROM (SELECT 1 FROM cases_caseagency ca JOIN cases_case c ON c.id = ca.case_id
                WHERE ca.agency_id = %s{place.format("c.")} LIMIT 1001) x""",
            *(agency, *values),
        )
        return len(rows)

    def cases_by(self, agency: int, sort: str, size: int) -> int:
        """Open cases by earliest deadline, energy or change, and how many there are."""
        key = {
            "due": "(SELECT min(t.due_at) FROM cases_task t WHERE t.case_id = c.id AND t.state = 'open')",
            "kwh": "(c.facts #>> '{findings,check_consumption,monthly_kwh}')::numeric",
            "updated": "c.updated_at",
        }[sort]
        way = "ASC NULLS LAST" if sort == "due" else "DESC NULLS LAST"
        found = """FROM cases_caseagency ca JOIN cases_case c ON c.id = ca.case_id
            WHERE ca.agency_id = %s AND c.stage <> 'closed'"""
        rows = self._run(
            f"SELECT c.id, c.number, c.title, {key} AS key {found} ORDER BY key {way}, c.id LIMIT %s", agency, size
        )
        self._run(f"SELECT count(*) {found}", agency)
        return len(rows)

    def counts_of_views(self, agency: int, now: datetime) -> int:
        """One count after the other, as somebody would write them."""
        open_task = "EXISTS (SELECT 1 FROM cases_task t WHERE t.case_id = c.id AND t.state = 'open'"
        conditions = (
            ("c.stage <> 'closed'", ()),
            (f"c.stage <> 'closed' AND {open_task} AND t.agency_id = %s)", (agency,)),
            (f"c.stage <> 'closed' AND {open_task} AND t.due_at < %s)", (now,)),
            ("c.stage <> 'closed' AND c.facts #>> '{determination,subject}' = 'natural_person'", ()),
            ("c.stage = 'suspension'", ()),
            ("c.stage = 'closed'", ()),
            ("true", ()),
        )
        for condition, values in conditions:
            self._run(
                f"""SELECT count(*) FROM cases_caseagency ca JOIN cases_case c ON c.id = ca.case_id
                    WHERE ca.agency_id = %s AND {condition}""",
                agency,
                *values,
            )
        return len(conditions)

    def found_in_clear(self, agency: int, words: Any, size: int) -> int:
        """LIKE over titles and over values that would lie there in clear."""
        pattern = f"%{words()}%"
        found = """FROM cases_caseagency ca JOIN cases_case c ON c.id = ca.case_id WHERE ca.agency_id = %s
            AND (c.title LIKE %s OR EXISTS (SELECT 1 FROM bench_value v WHERE v.case_id = c.id AND v.text LIKE %s))"""
        rows = self._run(
            f"SELECT c.id, c.number, c.title {found} ORDER BY c.id DESC LIMIT %s", agency, pattern, pattern, size
        )
        self._run(f"SELECT count(*) {found}", agency, pattern, pattern)
        return len(rows)

    def search(self, agency: int, words: str, size: int) -> int:
        found = """FROM cases_casesearch s JOIN cases_case c ON c.id = s.case_id
            JOIN cases_caseagency ca ON ca.case_id = c.id AND ca.agency_id = %s
            WHERE s.grams @> cases_grams(%s) AND c.title LIKE %s"""
        values = (agency, words, f"%{words}%")
        rows = self._run(f"SELECT c.id, c.number, c.title, c.stage {found} ORDER BY c.id DESC LIMIT %s", *values, size)
        self._run(f"SELECT count(*) FROM (SELECT 1 {found} LIMIT 1001) x", *values)
        return len(rows)

    def some_cases(self, agency: int, n: int) -> list[Any]:
        return [
            r[0]
            for r in self._find(
                "SELECT case_id FROM cases_caseagency WHERE agency_id = %s ORDER BY md5(case_id::text) LIMIT %s",
                agency,
                n,
            )
        ]

    def some_people(self, agency: int, n: int) -> list[int]:
        return [
            r[0]
            for r in self._find(
                "SELECT DISTINCT user_id FROM agencies_membership WHERE agency_id = %s ORDER BY user_id LIMIT %s",
                agency,
                n,
            )
        ]

    def dashboard(self, agency: int, since: datetime, until: datetime) -> int:
        """The figures straight from the cases, as one would write them first."""
        seen = "JOIN cases_caseagency ca ON ca.case_id = c.id AND ca.agency_id = %s"
        mining = "c.facts #>> '{determination,finding}' IN ('self_operated', 'hosted')"
        rows = self._run(
            f"""SELECT c.region_code, count(*) FILTER (WHERE c.stage <> 'closed'), count(*) FILTER (WHERE {mining}),
                count(*) FILTER (WHERE c.facts #>> '{{suspension,executed_at}}' IS NOT NULL),
                count(*) FILTER (WHERE c.facts #>> '{{surcharge,state}}' = 'billing'),
                avg(c.closed_at - c.opened_at) FILTER (WHERE c.closed_at >= %s AND c.closed_at < %s),
                sum((c.facts #>> '{{findings,check_consumption,monthly_kwh}}')::numeric)
                    FILTER (WHERE {mining} AND c.stage <> 'closed')
                FROM cases_case c {seen} GROUP BY c.region_code""",
            *(since, until, agency),
        )
        self._run(
            f"SELECT c.facts #>> '{{determination,subject}}', count(*) FROM cases_case c {seen} GROUP BY 1", agency
        )
        self._run(
            f"""SELECT b ->> 'month', sum((b ->> 'surcharge')::numeric), sum((b ->> 'paid')::numeric)
                FROM cases_case c {seen} CROSS JOIN LATERAL jsonb_array_elements(c.facts #> '{{surcharge,bills}}') b
                WHERE c.facts ? 'surcharge' GROUP BY 1""",
            agency,
        )
        return len(rows)


def _place(stage: str | None, region: str | None) -> tuple[str, list[str]]:
    text, values = "", []
    for column, value in (("stage", stage), ("region_code", region)):
        if value is not None:
            text += " AND {0}" + column + " = %s"
            values.append(value)
    return text, values
