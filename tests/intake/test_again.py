"""The same list again changes nothing, in whatever shape; an import that was killed is finished, not repeated."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from agencies.actors import find_actor, system_actor
from agencies.directory import get_directory
from audit import clock
from cases.intake import receiving, services
from cases.models import Case, ListBatch, ListRow, PersonalRecord, Signal, Site
from cases.workflow.errors import InvalidInput, NotAllowed
from tests.intake.samples import FILES, SAMPLE, bring, content_of, rows_of

ROOT = Path(__file__).resolve().parents[2]
LIST_ROWS = 1200


def some_lines(start: int, stop: int) -> list[str]:
    return content_of("telecom").decode("gb18030").splitlines()[2:][start:stop]


def as_list(lines: list[str]) -> bytes:
    head = content_of("telecom").decode("gb18030").splitlines()[1]
    return "\r\n".join([head, *lines]).encode("gb18030")


def world() -> dict[str, int]:
    """How much there is of everything that an import writes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event WHERE stream LIKE 'case/%%'")
        events = cursor.fetchone()[0]
    models = (Case, Site, Signal, PersonalRecord)
    return {"events": events, **{model.__name__: model.objects.count() for model in models}}


@pytest.mark.usefixtures("demo_city")
def test_the_same_file_again_changes_nothing_under_any_name() -> None:
    content = as_list(some_lines(0, LIST_ROWS))
    first = bring("telecom", content, name="第一次")
    before = world(), ListRow.objects.count(), ListBatch.objects.count()
    again = bring("telecom", content, name="第二次")
    assert again.again
    assert (again.id, again.fates, again.effects) == (first.id, first.fates, first.effects)
    assert (world(), ListRow.objects.count(), ListBatch.objects.count()) == before


@pytest.mark.usefixtures("demo_city")
def test_a_shuffled_copy_and_its_halves_change_nothing() -> None:
    lines = some_lines(0, LIST_ROWS)
    bring("telecom", as_list(lines), name="原件")
    before, fates = world(), {row["row"]: row["case"] for row in rows_of("原件")}
    shuffled = lines.copy()
    random.Random(7).shuffle(shuffled)
    half = LIST_ROWS // 2
    for name, part in (("乱序", shuffled), ("前半", lines[:half]), ("后半", lines[half:])):
        bring("telecom", as_list(part), name=name)
        assert world() == before
        assert all(row["effect"] == "none" for row in rows_of(name))
    assert "与批次“原件”第 1 行相同" in rows_of("前半")[0]["reason"]
    assert [row["case"] for row in rows_of("后半")] == [fates[number] for number in range(half + 1, LIST_ROWS + 1)]


@pytest.mark.usefixtures("demo_city")
def test_two_halves_come_to_the_same_cases_as_the_whole() -> None:
    lines = some_lines(0, LIST_ROWS)
    half = LIST_ROWS // 2
    bring("telecom", as_list(lines[half:]), name="后半")
    bring("telecom", as_list(lines[:half]), name="前半")
    cases = [row["case"] for row in (*rows_of("前半"), *rows_of("后半"))]
    counts = world()
    assert counts["Case"] == len({case for case in cases if case})


@pytest.mark.usefixtures("demo_city")
def test_a_name_leads_to_one_list_only() -> None:
    bring("telecom", as_list(some_lines(0, 3)), name="十月名单")
    with pytest.raises(InvalidInput) as refused:
        bring("telecom", as_list(some_lines(3, 6)), name="十月名单")
    assert "已用于另一个文件" in refused.value.fields["batch"].zh


@pytest.mark.usefixtures("demo_city")
def test_a_file_that_is_sent_twice_at_the_same_moment_is_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    inspect, content = receiving.inspect, as_list(some_lines(0, 3))

    def meanwhile(*asked: Any, **led: bool) -> Any:
        monkeypatch.setattr(receiving, "inspect", inspect)
        bring("telecom", content, name="同一文件")
        return inspect(*asked, **led)

    monkeypatch.setattr(receiving, "inspect", meanwhile)
    late = bring("telecom", content, name="同一文件")
    assert late.again
    assert ListBatch.objects.count() == 1
    assert sum(late.fates.values()) == ListRow.objects.count() == 3


@pytest.mark.usefixtures("demo_city")
def test_a_worker_that_comes_late_finishes_nothing_twice() -> None:
    content = as_list(some_lines(0, 3))
    batch, _ = receiving.receive_list(
        actor=system_actor(),
        content=content,
        filename="a.csv",
        kind="telecom",
        agency=receiving.find_agency("telecom_bureau", get_directory()),
        batch_name="名单",
        now=clock.now(),
    )
    late = services._Run(batch, system_actor(), clock.now(), content)
    bring("telecom", content, name="名单")
    late.go(None, None)
    assert ListBatch.objects.get().state == "done"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event WHERE action = 'import_committed'")
        assert cursor.fetchone() == (1,)


@pytest.mark.usefixtures("demo_city")
def test_a_list_comes_from_who_can_know_what_stands_in_it() -> None:
    content = "户号,户名,用电地址\n3203000000017,孙玲,云龙区民主路1号".encode()
    directory = get_directory()

    def attempt(username: str, kind: str, agency: str) -> None:
        services.import_file(
            actor=find_actor(username),
            content=content,
            filename="a.csv",
            kind=kind,
            agency=directory.by_code[agency],
            batch_name=username,
            now=clock.now(),
        )

    for username, kind, agency in (
        ("telecom-handler1", "grid", "320300-telecom"),
        ("grid-handler1", "trace", "320300-grid"),
        ("grid-handler1", "telecom", "320300-grid"),
        ("drc-handler1", "grid", "320300-cac"),
    ):
        with pytest.raises(InvalidInput) as refused:
            attempt(username, kind, agency)
        assert "报送，不由" in refused.value.fields["kind"].zh
    attempt("drc-handler1", "grid", "320300-drc")
    attempt("grid-handler1", "grid", "320300-grid")


@pytest.mark.usefixtures("demo_city")
def test_a_list_is_imported_by_a_handler_of_its_agency_or_of_the_commission() -> None:
    def attempt(username: str) -> None:
        services.import_file(
            actor=find_actor(username),
            content=as_list(some_lines(0, 2)),
            filename="a.csv",
            kind="telecom",
            agency=receiving.find_agency("telecom_bureau", get_directory()),
            batch_name="名单",
            now=clock.now(),
        )

    for outsider in ("telecom-reviewer1", "grid-handler1", "police-handler1", "nj-drc-handler1", "admin1"):
        with pytest.raises(NotAllowed) as refused:
            attempt(outsider)
        assert "经办人" in refused.value.text.zh
    assert not ListBatch.objects.exists()
    attempt("drc-handler1")
    assert ListBatch.objects.count() == 1


@pytest.mark.usefixtures("fresh_db", "demo_city")
def test_an_import_killed_at_any_point_is_finished_without_loss_or_repeat() -> None:
    command = [sys.executable, "manage.py", "import_list", str(SAMPLE / FILES["telecom"]), "--kind", "telecom"]
    command += ["--agency", "telecom_bureau", "--batch", "名单", "--json"]
    kills = 0
    for rows in (0, 2000, 4000):
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while child.poll() is None and _done() < rows:
            time.sleep(0.02)
        time.sleep(0.15)
        kills += child.poll() is None
        child.kill()
        child.wait()
        assert ListRow.objects.count() == _done()
    assert kills >= 2
    summary = bring("telecom", name="名单")
    assert summary.state == "done"
    assert list(ListRow.objects.order_by("id").values_list("number", flat=True)) == list(range(1, 4569))
    rows = rows_of("名单")
    assert sum(row["effect"] == "new_case" for row in rows) == Case.objects.count() == Site.objects.count()
    assert Signal.objects.count() == sum(row["effect"] != "none" for row in rows)
    assert sum(summary.fates.values()) == 4568


def _done() -> int:
    return sum(ListBatch.objects.values_list("rows_done", flat=True))
