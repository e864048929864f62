"""What went wrong, said in the language of the page and in no other."""

from __future__ import annotations

import re

import pytest

from agencies.errors import BadInput
from notifications.channels.endpoints.checking import check_address_of
from notifications.channels.problems import in_both
from notifications.delivery.outgoing import NO_CONTACT, NO_ENDPOINT, NO_READER, NOT_FOR_GROUPS
from notifications.delivery.sending import NO_SENDER

CASES = (
    (
        "HTTP 503：对方暂不能接收 the other side cannot take it now",
        "HTTP 503：对方暂不能接收",
        "HTTP 503: the other side cannot take it now",
    ),
    ("没有得到答复 no answer (TimeoutError)", "没有得到答复（TimeoutError）", "no answer (TimeoutError)"),
    (
        "机器人答复 310000：拒绝接收 the robot answers 310000: refused",
        "机器人答复 310000：拒绝接收",
        "the robot answers 310000: refused",
    ),
    ("KeyError: 'number'", "KeyError: 'number'", "KeyError: 'number'"),
    ("没有发出 not sent (KeyError)", "没有发出（KeyError）", "not sent (KeyError)"),
)


@pytest.mark.parametrize(("kept", "zh", "en"), CASES)
def test_each_reader_gets_the_half_that_is_theirs(kept: str, zh: str, en: str) -> None:
    assert (in_both(kept).zh, in_both(kept).en) == (zh, en)


@pytest.mark.parametrize("kept", [NO_CONTACT, NO_ENDPOINT, NO_READER, NOT_FOR_GROUPS, NO_SENDER])
def test_no_half_of_a_problem_holds_the_other_language(kept: str) -> None:
    said = in_both(kept)
    assert said.zh and said.en and f"{said.zh} {said.en}" == kept
    assert not re.search(r"[A-Za-z]{2}", said.zh) and said.en.isascii()


@pytest.mark.parametrize("url", ["https://elsewhere.example/in", "https://[half/in"])
def test_a_host_that_may_not_be_called_is_refused_in_one_language_at_a_time(url: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_address_of("webhook", url)
    assert not re.search(r"\b(?:is|not|the|be)\b", refused.value.text.zh) and refused.value.text.en.isascii()
    assert "LIANZHI_OUTGOING_HOSTS" in refused.value.text.zh
