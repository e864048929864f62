"""The demo from start to end: load, serve, import, play, verify."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from agencies.actors import find_actor
from agencies.directory import get_directory
from audit import clock
from audit.models import Event
from audit.sight import working_as
from audit.verification import verify
from cases.intake.receiving import find_agency
from cases.intake.services import import_file
from cases.models import CaseOutcome, Stage
from cases.workflow.actions import Action
from config.demo.play import CHINA, Play
from config.demo.stories import first_weeks, loads, measures

SAMPLE = Path(__file__).resolve().parent.parent.parent / "cases" / "data" / "samples" / "xuzhou-batch1"
# file, kind of list, sender, who imports it
LISTS = (
    ("telecom-list-batch1.csv", "telecom", "320300-telecom", "telecom-handler1"),
    ("trace-replies.csv", "trace", "320300-telecom", "telecom-handler1"),
    ("grid-list.xlsx", "grid", "320300-grid", "grid-handler1"),
    ("tips.csv", "tips", "320300-drc", "drc-handler1"),
)
KINDS_ZH = {"telecom": "监测名单", "trace": "溯源反馈", "grid": "用电异常名单", "tips": "群众举报"}
RECEIVED = datetime(2021, 10, 12, 9, 0, tzinfo=CHINA)
LOGINS = (
    ("drc-handler1", "发展改革委 经办"),
    ("drc-reviewer1", "发展改革委 审核"),
    ("drc-approver1", "发展改革委 签发"),
    ("grid-handler1", "供电公司 经办"),
    ("grid-crew1", "供电公司 现场作业"),
    ("grid-billing1", "供电公司 电费核算"),
    ("telecom-handler1", "通信管理局 经办"),
    ("cac-handler1", "网信办 经办"),
    ("sup-supervisor1", "省督查"),
)
Say = Callable[[str], None]


def prepare() -> None:
    """Tables, reference data, the city and its people."""
    call_command("migrate", verbosity=0)
    if not already_played():
        # The accounts belong to the calendar of the stories too.
        clock.set_clock(RECEIVED - timedelta(hours=1))
    call_command("load_demo_city", verbosity=0, stdout=io.StringIO())


@working_as("demo")
def already_played() -> bool:
    """A demo that came to its end has looked back at its two handled cases: a second start serves what is there."""
    return Event.objects.filter(action=Action.RECORD_FOLLOW_UP.value).count() >= 2


def import_lists(say: Say) -> None:
    """The city's first batch: four files of three agencies and the public."""
    clock.set_clock(RECEIVED)
    say(f"\n■ 导入首批名单（演示时钟 {RECEIVED:%Y-%m-%d %H:%M}）")
    for filename, kind, sender, username in LISTS:
        summary = import_file(
            actor=find_actor(username),
            content=(SAMPLE / filename).read_bytes(),
            filename=filename,
            kind=kind,
            agency=find_agency(sender, get_directory()),
            batch_name=f"2021年第一批 {KINDS_ZH[kind]}",
            now=clock.now(),
            progress=_progress(filename, say),
        )
        if summary.problem is not None:
            raise RuntimeError(summary.problem.zh)
        if summary.again:
            say(f"  {KINDS_ZH[kind]} {filename}：上次已导入，共 {summary.rows_done} 行，未作任何改动")
            continue
        refused = sum(n for fate, n in summary.fates.items() if fate.startswith("reject"))
        speed = summary.rows_done / summary.seconds if summary.seconds else 0
        say(
            f"  {KINDS_ZH[kind]} {filename}：{summary.rows_done} 行，"
            f"新立案 {summary.effects.get('new_case', 0)}，并入 {summary.effects.get('added', 0)}，拒收 {refused}，"
            f"{summary.seconds:.1f} 秒（{speed:.0f} 行/秒）"
        )


def _progress(filename: str, say: Say) -> Callable[[int, int], None]:
    return lambda done, total: say(f"    {filename}  {done}/{total} 行")


def play_stories(address: str, say: Say) -> None:
    play = Play(address, settings.DEMO_PASSWORD, say)
    cast = first_weeks.choose(play)
    first_weeks.triage(play, cast)
    first_weeks.verify(play, cast)
    loads.before(play, cast)
    play.clock("2021-10-18 09:30", "认定：提出与审核由两人办理")
    first_weeks.decide_households(play, cast)
    first_weeks.decide_victim(play, cast)
    first_weeks.decide_measures(play, cast)
    measures.order(play, cast)
    measures.execute(play, cast)
    loads.after(play, cast)
    measures.restore(play, cast)
    measures.surcharge(play, cast)
    measures.bill_and_close(play, cast)
    measures.look_back(play, cast)


def wait_for_messages(seconds: float = 300) -> tuple[int, int]:
    """Messages delivered and outbox rows still waiting, once the worker has caught up or the time is over."""
    until = time.monotonic() + seconds
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM cases_outbox WHERE delivered_at IS NULL")
            waiting = int(cursor.fetchone()[0])
            cursor.execute("SELECT count(*) FROM notifications_message")
            delivered = int(cursor.fetchone()[0])
        if not waiting or time.monotonic() > until:
            return delivered, waiting
        time.sleep(0.5)


@working_as("demo")
def report(say: Say) -> bool:
    """What stands in the end, and whether the audit trail proves it."""
    say("\n■ 结果")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT stage, coalesce(outcome, ''), count(*) FROM cases_case GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
        )
        for stage, outcome, count in cursor.fetchall():
            ended = f"（{CaseOutcome(outcome).label}）" if outcome else ""
            say(f"  {Stage(stage).label}{ended}：{count} 件")
    delivered, waiting = wait_for_messages()
    say(f"  站内消息：已送达 {delivered} 条，待送 {waiting} 条")
    found = verify()
    say(f"  审计核验：{found.events} 条记录、{found.streams} 条记录链，{'全部相符' if found.ok else '发现问题'}")
    for problem in found.problems[:5]:
        say(f"    [{problem.code}] {problem.stream} {problem.zh}")
    return bool(found.ok) and not waiting


def invite(address: str, say: Say) -> None:
    say(f"\n■ 打开 {address}/  登录账号（密码均为 {settings.DEMO_PASSWORD}）")
    for username, who in LOGINS:
        say(f"    {username:<18}{who}")
    say("    全部账号：.venv/bin/python manage.py load_demo_city")
