"""The part of the demo's output that the README shows.

`DEMO_EXIT=1 make demo | .venv/bin/python tools/demo_excerpt.py` puts it there; a test holds the README to what the demo
prints. The stories are too long for a README: only the lines below are shown, and `…` stands for what was left out.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
BLOCK = re.compile(r"(?<=```text\n).*?(?=```)", re.DOTALL)
# In the order of the output, the first line that matches after the one before.
SHOWN = (
    r"■ 准备数据库",
    r"■ 导入首批名单",
    r"  监测名单 telecom-list-batch1\.csv：",
    r"■ 四户居民",
    r"  ✗ .*供居民生活用电",
    r"  \d\d-\d\d .*审核认定意见 .*→ 监测名单",
    r"■ 关口 3",
    r"  ✗ .*未满最短期限",
    r"■ 停电：",
    r"  \d\d-\d\d .*实施停电",
    r"  ✗ .*须由另一人办理",
    r"  \d\d-\d\d .*复核停电",
    r"■ 账单与办结",
    r"  \d\d-\d\d .*出具加价电费账单",
    r"      合计 ",
    r"  \d\d-\d\d .*审核办结",
    r"■ 结果",
    r"  监测名单：",
    r"  审计核验：",
    r"■ 打开 ",
    r"    用时 ",
)


def excerpt(printed: str) -> str:
    """The lines shown, with a line `…` wherever something other than an empty line was left out."""
    shown: list[str] = []
    wanted, skipped = list(SHOWN), False
    for line in printed.splitlines():
        if wanted and re.match(wanted[0], line):
            wanted.pop(0)
            shown += ["…", line] if skipped and shown else [line]
            skipped = False
        else:
            skipped = skipped or bool(line.strip())
    if wanted:
        raise LookupError(f"the demo prints no line like {wanted[0]}")
    return "\n".join(shown) + "\n"


RECORDS = re.compile(r"(\d+) 条记录、(\d+) 条记录链")


def without_chance(text: str) -> str:
    """Text without what differs from run to run: seconds, rows per second, the free port, how much is on record.

    On a slow machine the timetable draws weekly papers while the stories are played, each with a record of its own.
    """
    text = RECORDS.sub("… 条记录、… 条记录链", text)
    text = re.sub(r"[\d.]+ 秒（\d+ 行/秒）", "… 秒", text)
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1", re.sub(r"用时 \d+ 秒", "用时 … 秒", text))


if __name__ == "__main__":
    lines = excerpt(sys.stdin.read())
    README.write_text(BLOCK.sub(lambda _: lines, README.read_text(encoding="utf-8"), count=1), encoding="utf-8")
