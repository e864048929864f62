"""`manage.py demo`: the main job, then the product served until it is stopped."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import connections

from audit.management.system import SystemCommand
from config import embedded
from config.demo import run
from config.demo.play import OutOfCases
from config.demo.processes import DidNotStart, own_port, running
from config.embedded import process
from config.env import Env


class Command(SystemCommand):
    works_as = "demo"
    help = (
        "演示：装入城市，导入名单，走完流程，核验审计，然后提供服务，直到 Ctrl-C。The whole product with sample data."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=int, help="网页端口，缺省为 8000 起第一个空闲的 (default: first free from 8000)"
        )
        parser.add_argument(
            "--with-parent",
            type=int,
            metavar="PID",
            help="随启动它的进程（make）结束 (end when this parent process ends)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("演示只能在演示环境运行：不设 DATABASE_URL，或设 LIANZHI_DEMO=true。")
        once = Env().flag("DEMO_EXIT", default=False)
        if settings.EMBEDDED and not embedded.claim_demo():
            raise CommandError(f"{settings.HOME.root} 中已有一个演示在运行；请先停止它，或另设 LIANZHI_HOME。")
        stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt(stopping))
        try:
            if options["with_parent"] and not process.die_with(options["with_parent"], signal.SIGTERM):
                return
            self._run(stopping, options["port"], once=once)
        except (KeyboardInterrupt, SystemExit):
            if not stopping.is_set():
                raise
        except (DidNotStart, OutOfCases) as error:
            raise CommandError(str(error)) from None
        finally:
            connections.close_all()
            if settings.EMBEDDED:
                embedded.stop()
        self.stdout.write("演示已停止，数据保留在本机。")

    def _run(self, stopping: threading.Event, port: int | None, *, once: bool) -> None:
        started = time.monotonic()
        self._say("■ 准备数据库、演示城市与人员 …")
        run.prepare()
        with own_port(port) as mine, running(settings.BASE_DIR, settings.HOME.log, mine) as address:
            if run.already_played():
                self._say("  上次演示的数据还在，直接提供服务。")
            else:
                run.import_lists(self._say)
                run.play_stories(address, self._say)
            ok = run.report(self._say)
            run.invite(address, self._say)
            self._say(f"    用时 {time.monotonic() - started:.0f} 秒")
            if not ok:
                raise CommandError("审计核验未通过，或有消息没有送达；见上。")
            if not once:
                self._say("    按 Ctrl-C 停止。")
                stopping.wait()

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _interrupt(stopping: threading.Event) -> Any:
    """Stop politely: whatever runs is left through its finally clauses."""

    def handler(_number: int, _frame: FrameType | None) -> None:
        if not stopping.is_set():
            stopping.set()
            raise SystemExit(0)

    return handler
