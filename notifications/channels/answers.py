"""One call over HTTP through the product's guard, and what its answer means for the message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from agencies.outgoing import Answer, AnswerRefused, OutgoingRefused, call
from audit import clock
from notifications.channels.base import Permanent, Temporary

# Longer than this nobody's Retry-After keeps a message back; the relay has its own pace.
LONGEST_WAIT = timedelta(hours=6)
# Not the message's fault, and gone some time: time-outs, too early, too many.
_LATER = frozenset({408, 425, 429})


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """The answer, whatever it says. Raises Temporary (no answer), Permanent (a call that is never made)."""
    try:
        return call(url, body=body, headers=headers)
    except AnswerRefused as error:
        raise Temporary(error.zh, error.en) from error
    except OutgoingRefused as error:
        raise Permanent(error.zh, error.en) from error
    except OSError as error:
        # Its own text may name addresses of the inside of the network.
        kind = type(error).__name__
        raise Temporary(f"没有得到答复（{kind}）", f"no answer ({kind})") from error


def judge(answer: Answer) -> None:
    """2xx: taken. Raises Temporary or Permanent for everything else."""
    status = answer.status
    if 200 <= status < 300:
        return
    if status == 410:
        raise Permanent(
            "HTTP 410：对方表示该地址已停用", "HTTP 410: the other side says that this address is gone", gone=True
        )
    if status in _LATER or status >= 500:
        raise Temporary(
            f"HTTP {status}：对方暂不能接收",
            f"HTTP {status}: the other side cannot take it now",
            retry_after=retry_after(answer.headers),
        )
    if 300 <= status < 400:
        raise Permanent(
            f"HTTP {status}：对方要求转到别处，不予跟随", f"HTTP {status}: a redirect, which is not followed"
        )
    raise Permanent(f"HTTP {status}：对方拒绝接收", f"HTTP {status}: the other side refuses it")


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """RFC 9110 10.2.3, seconds or a date; None where there is none that makes sense."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdecimal():
        return min(timedelta(seconds=min(int(said[:9]), 10**8)), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    # The clock of the other side is the real one, also where the demo's is moved.
    wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - clock.real_now()
    return min(max(wait, timedelta()), LONGEST_WAIT)


def epoch(at: datetime) -> int:
    """Whole seconds since 1970, as signatures count them."""
    return int(at.timestamp())
