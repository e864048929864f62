"""What goes out says number, stage, deadline and link, in both languages, and nothing else that a payload may hold."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import pytest

from notifications.channels import mail, robots, sms
from notifications.channels.base import Outgoing
from notifications.choices.kinds import EMAIL, GROUPS, SMS, kind_group
from notifications.delivery.messages import KEPT
from notifications.pages.samples import CHANNELS, NUMBER, example
from notifications.texts import DIGEST, outgoing_text
from notifications.wording import topics
from tests.notifications.conftest import NOW

CANARY = "金丝雀13805201234"
LINK = "https://lz.example/inbox/7/"
# What a careless row might bring along: names, addresses, numbers, free text.
CARELESS = ("title", "subscriber", "phone", "address", "id_number", "account", "reason", "comment", "people", "sealed")


def said(topic, channel, language, payload):
    subject, text = outgoing_text(topic=topic, payloads=[payload], language=language, digest=False, channel=channel)
    message = Outgoing(
        id="1", channel=channel, address="", language=language, topic=topic, subject=subject, text=text, link=LINK,
        created_at=NOW, payload=payload,
    )  # fmt: skip
    if channel == EMAIL:
        return f"{subject}\n{mail.written(message)}"
    if channel == SMS:
        return sms.composed(SimpleNamespace(sign="联治", most_parts=2), message)
    return robots.written(message)


@pytest.mark.parametrize("topic", [*topics(), "a.topic_of_tomorrow"])
def test_no_topic_lets_anything_through_that_it_should_not(topic):
    payload = {
        **example(NOW, topic),
        **dict.fromkeys(CARELESS, CANARY),
        "roles": [CANARY],
        "assignee": CANARY,
        "by": CANARY,
    }
    for channel, language in product((EMAIL, SMS, "robot"), ("zh", "en")):
        text = said(topic, channel, language, payload)
        assert CANARY not in text and "138" not in text
        assert LINK in text or channel == SMS
    subject, text = outgoing_text(topic=topic, topics=[topic] * 2, payloads=[payload] * 2, language="zh", digest=True)
    assert CANARY not in subject + text


def test_what_a_message_keeps_holds_none_of_it_either():
    assert not set(CARELESS) & set(KEPT)


def test_a_mail_names_case_stage_and_deadline():
    subject, text = outgoing_text(topic="task.opened", payloads=[{**example(NOW)}], language="zh", digest=False)
    assert subject.startswith(f"联治：{NUMBER} 待办：用电核查，")
    assert f"案件编号：{NUMBER}\n阶段：核查\n期限：" in text
    english = outgoing_text(topic="task.opened", payloads=[{**example(NOW)}], language="en", digest=False)
    assert english[0].startswith(f"Lianzhi: {NUMBER} to do: Check consumption")
    assert "Stage: " in english[1] and "阶段" not in english[1]


@pytest.mark.parametrize("topic", ["calendar.missing", "report.ready"])
def test_what_is_about_no_case_names_none(topic):
    _subject, text = outgoing_text(topic=topic, payloads=[example(NOW, topic)], language="zh", digest=False)
    assert "案件编号" not in text


def test_a_text_message_is_the_line_alone():
    _subject, text = outgoing_text(
        topic="task.opened", payloads=[example(NOW)], language="zh", digest=False, channel=SMS
    )
    assert "\n" not in text


def test_a_digest_is_a_numbered_list():
    subject, text = outgoing_text(
        topic=DIGEST,
        topics=["task.opened", "case.done"],
        payloads=[example(NOW), example(NOW)],
        language="zh",
        digest=True,
    )
    assert subject == "联治：今日消息汇总，2 条"
    assert [line[:3] for line in text.splitlines()] == ["1. ", "2. "]


def test_a_line_about_many_cases_has_no_facts_of_one():
    _subject, text = outgoing_text(
        topic="task.opened",
        payloads=[{"count": 9, "label_zh": "线索分办", "label_en": "Triage"}],
        language="zh",
        digest=False,
    )
    assert text == "9 件新待办：线索分办"


def test_every_topic_is_shown_over_every_channel_to_administrators_alone(visit):
    admin = visit("admin1")
    for topic in (*topics(), DIGEST):
        page = admin.get("/inbox/samples/", {"topic": topic}).content.decode()
        assert page.count("示例0000-0001") >= 2 or topic in ("delivery.stuck", "endpoint.gone") or "calendar" in topic
        assert all(name.zh in page for code, name in CHANNELS if topic != DIGEST or code == EMAIL)
    assert admin.get("/inbox/samples/", {"topic": "no.such"}).status_code == 404
    assert visit("drc-handler1").get("/inbox/samples/").status_code == 403


def test_every_topic_has_a_group():
    assert {kind_group(topic) for topic in topics()} <= GROUPS.keys()
