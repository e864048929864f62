"""The stage on which the stories run: people, the clock, and one printed line per hand-off."""

from __future__ import annotations

import io
import time
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from PIL import ExifTags, Image

from audit import clock
from cases.workflow.texts import describe_stage
from cases.workflow.transitions import TRANSITIONS
from config.demo.people import Person, Refused

CHINA = ZoneInfo("Asia/Shanghai")
# A page that a scanner would deliver; what stands on it does not matter to the demo.
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf000000030001"
    "5e0d0a2d0000000049454e44ae426082"
)


class UnexpectedlyAllowed(RuntimeError):
    """A gate of the product did not hold: the demo stops here."""


class OutOfCases(RuntimeError):
    """The stories want a case that this installation no longer has: demos before have used it up."""


class Play:
    """Runs acts through the API and says what happened."""

    def __init__(self, address: str, password: str, say: Callable[[str], None]) -> None:
        self.address, self.password, self.say = address, password, say
        self._people: dict[str, Person] = {}
        self._taken: set[str] = set()

    @property
    def now(self) -> datetime:
        """The time as a person types it into a form: to the minute."""
        return clock.now().replace(second=0, microsecond=0)

    def person(self, username: str) -> Person:
        if username not in self._people:
            self._people[username] = Person(self.address, username, self.password).log_in()
        return self._people[username]

    def title(self, text: str) -> None:
        self.say(f"\n■ {text}")

    def clock(self, moment: str, why: str) -> datetime:
        """Set the demo's clock, "2021-10-12 09:00" Chinese time, and let every process see it."""
        at = datetime.fromisoformat(moment).replace(tzinfo=CHINA)
        clock.set_clock(at)
        time.sleep(clock.CACHE_SECONDS + 0.1)
        self.say(f"\n——  演示时钟 {moment}  {why}")
        return at

    def find(self, words: str, *, region: str = "") -> str:
        """The number of a case whose title holds these words and on which nobody has acted, none taken twice."""
        query = {"stage": "monitoring", "q": words, "page_size": "50", **({"region": region} if region else {})}
        found = self.person("drc-handler1").call("GET", "cases/", params=query)
        for case in found["results"]:
            if case["number"] not in self._taken and self._is_untouched(case["number"]):
                self._taken.add(case["number"])
                return str(case["number"])
        raise OutOfCases(
            f"监测名单中没有无人办理过的“{words}”案件。请从空库重新开始："
            "先 manage.py embedded stop，再移走 .local 目录（或 LIANZHI_HOME）。"
        )

    def _is_untouched(self, number: str) -> bool:
        """A demo that was interrupted leaves cases half-way: the stories begin with others."""
        tasks = self.person("drc-handler1").call("GET", f"cases/{number}")["tasks"]
        return [(task["kind"], task["accepted_at"]) for task in tasks] == [("triage", None)]

    def task(self, username: str, number: str, kind: str) -> str:
        """The id of the open task of this kind that my agency owes on a case, the earliest due where there are more."""
        query, cursor = {"kind": kind, "page_size": "100"}, ""
        while True:
            page = self.person(username).call("GET", "tasks/", params=query | ({"cursor": cursor} if cursor else {}))
            for task in page["results"]:
                if task["case"]["number"] == number:
                    return str(task["id"])
            cursor = page["next"] or ""
            if not cursor:
                raise LookupError(f"{number} 没有待办的 {kind}")

    def act(self, username: str, number: str, action: str, **data: Any) -> dict[str, Any]:
        person = self.person(username)
        done = person.act(number, action, data)
        self._line(person, number, action, done)
        return done

    def refused(self, username: str, number: str, action: str, **data: Any) -> Mapping[str, Any]:
        """An act that must be turned down: print the reason and its article."""
        person = self.person(username)
        try:
            person.act(number, action, data)
        except Refused as refusal:
            problem = refusal.problem
            article = f"【{problem['article']}】" if problem.get("article") else ""
            label = TRANSITIONS[action].label.zh
            self.say(f"  ✗ {number} {person.name}（{person.agency}）{label} → 被拒：{problem['detail']}{article}")
            return problem
        raise UnexpectedlyAllowed(f"{action} 应被拒绝，却办成了：{number}")

    def file(self, username: str, number: str, name: str, kind: str = "attach_document") -> str:
        # No two papers are the same file: the order and the decision it rests on are told apart by their content.
        content = PNG if name.endswith(".png") else PDF + f"% {name}\n".encode()
        return self.person(username).upload(number, name, content, kind)

    def load(self, username: str, number: str, name: str, content: bytes) -> None:
        """A file of load readings that the grid company brings."""
        person = self.person(username)
        brought = person.call("POST", f"cases/{number}/load-curve", files={"file": (name, content)})
        span = f"{brought['first']} 至 {brought['last']}，{brought['days']} 日，{brought['added']} 点"
        self.say(f"  ↑ {number} {person.name}（{person.agency}）{name}：{span}")

    def photo(self, username: str, number: str, name: str, kind: str) -> str:
        """A picture taken now: what a telephone writes into it stands in it."""
        out, tags = io.BytesIO(), Image.Exif()
        taken = f"{timezone.localtime(self.now):%Y:%m:%d %H:%M:%S}"
        tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
        Image.new("RGB", (8, 6), "gray").save(out, "JPEG", exif=tags)
        # No two pictures are the same file.
        return self.person(username).upload(number, name, out.getvalue() + name.encode(), kind)

    def _line(self, person: Person, number: str, action: str, done: dict[str, Any]) -> None:
        at = timezone.localtime(datetime.fromisoformat(done["at"]))
        stage = describe_stage(done["stage"]).zh
        paper = f"  文号 {done['document_number']}" if done.get("document_number") else ""
        columns = (
            (f"{at:%m-%d %H:%M}", 13),
            (number, 11),
            (f"{person.name}（{person.agency}）", 34),
            (TRANSITIONS[action].label.zh, 22),
        )
        self.say("  " + "".join(pad(text, width) for text, width in columns) + f"→ {stage}{paper}")


def pad(text: str, width: int) -> str:
    """Text filled up to a width in columns; a Chinese character takes two."""
    taken = sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)
    return text + " " * max(1, width - taken)
