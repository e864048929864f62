"""Group robots of 企业微信, 钉钉 and 飞书, whose messages `apprise` makes.

apprise has no seam for its calls: each plugin says `requests.post`. The three plugins that are used here are therefore
given a `requests` of ours (`_Guarded`), under that name and in those three modules only. It knows nothing but `post`,
`codes` and `RequestException`, so a later apprise that calls anything else fails instead of going around the guard; a
test reads their source for that. apprise's own addresses (`wecombot://…`) are not used: the address of an endpoint is
called as its agency gave it, which may be that of a private deployment.

A robot answers 200 and says in a code whether it took the message; apprise looks at it for one of the three only, so
it is judged here. 飞书's signature, which apprise does not make, is added here, and 钉钉's is not encoded twice.
Robots do not deduplicate: a message whose answer was lost may stand in the group twice. The delivery's id goes along as
Idempotency-Key, for gateways in between that do.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import cache, partial
from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

from agencies.outgoing import Answer
from audit import clock
from notifications.channels.answers import epoch, judge, post
from notifications.channels.base import Outgoing, Permanent, Temporary
from notifications.channels.wire import one_line

LONGEST_TEXT = 500  # 企业微信 takes 2,048 bytes


class Robot(NamedTuple):
    """One platform: its plugin, where the robot's key lies in its address, and what its codes mean.

    `parameter`: of the query; empty: the key is the end of the path. `key`: what apprise calls it. `never`: the message
    is refused as it is; `gone`: there is no such robot any more, it is switched off or not in the group. Every other
    code but 0 may pass: too many messages a minute, a fault over there, a keyword, signature or address that the group
    asks for and its administrator can put right, or one that nobody knows yet. It is tried for three days and shown on
    the endpoint's page; given up at once, messages would be lost before anybody looked.
    """

    plugin: str
    key: str
    parameter: str
    form: str
    secret: str
    never: frozenset[int]
    gone: frozenset[int]


ROBOTS = {
    "wecom": Robot(
        *("wecombot.NotifyWeComBot", "key", "key", r"[\w-]{1,128}", ""),
        never=frozenset({40008, 40058}),
        gone=frozenset({93000, 93004, 93008}),
    ),
    "dingtalk": Robot(
        *("dingtalk.NotifyDingTalk", "token", "access_token", r"[A-Za-z0-9]{1,128}", r"[A-Za-z0-9]{1,128}"),
        never=frozenset({400105, 430101, 430102, 430103, 430104}),
        gone=frozenset({300005, 400013, 400101, 400102, 400106}),
    ),
    "feishu": Robot(
        *("feishu.NotifyFeishu", "token", "", r"[\w-]{1,128}", r"[\w-]{1,128}"),
        never=frozenset({9499}),
        gone=frozenset({19001}),
    ),
}


def sender(channel: str) -> Callable[[Outgoing], None]:
    """The sender of one platform."""
    return partial(_send, channel)


def key_of(channel: str, address: str) -> str:
    """The robot's key inside its address; empty where this is no address of such a robot."""
    robot = ROBOTS[channel]
    try:
        parts = urlsplit(address)
        query = parse_qsl(parts.query, strict_parsing=True) if parts.query else []
    except ValueError:
        return ""
    plain = parts.scheme in {"https", "http"} and not re.search(r"[{}\s]", address) and address.isascii()
    found = dict(query).get(robot.parameter, "") if robot.parameter else parts.path.rstrip("/").rpartition("/")[2]
    one = [name for name, _ in query] == ([robot.parameter] if robot.parameter else [])
    return found if plain and one and re.fullmatch(robot.form, found) else ""


def secret_fits(channel: str, secret: str) -> bool:
    """Whether this can be the robot's secret: none is one, too."""
    form = ROBOTS[channel].secret
    return not secret or bool(form and re.fullmatch(form, secret))


def written(message: Outgoing) -> str:
    """What a robot says in its group."""
    return f"{one_line(message.text)[:LONGEST_TEXT]}\n{message.link}"


def _send(channel: str, message: Outgoing) -> None:
    robot, key = ROBOTS[channel], key_of(channel, message.address)
    if not key or not secret_fits(channel, message.secret):
        raise Permanent("机器人的地址或密钥不可用", "the address or the secret of the robot cannot be used")
    signed = {"secret": message.secret} if channel == "dingtalk" and message.secret else {}
    plugin = _plugin(channel)(**{robot.key: key}, **signed)
    plugin.api_url = plugin.notify_url = message.address
    call = _Call(message, sign=channel == "feishu")
    token = _CALL.set(call)
    try:
        plugin.send(body=written(message))
    finally:
        _CALL.reset(token)
    if call.answer is None:
        raise Temporary("没有发出：组件拒绝了内容", "nothing was sent: the library refused it")
    _judge(robot, call.answer)


def _judge(robot: Robot, answer: Answer) -> None:
    judge(answer)
    try:
        said = json.loads(answer.content)
    except ValueError:
        said = None
    code = (
        next((said[name] for name in ("errcode", "code", "StatusCode") if name in said), None)
        if isinstance(said, Mapping)
        else None
    )
    if isinstance(code, bool) or not isinstance(code, int):
        raise Temporary("机器人的答复没有结果码", "the answer of the robot holds no code")
    if code == 0:
        return
    if code in robot.never or code in robot.gone:
        raise Permanent(f"机器人答复 {code}：拒绝接收", f"the robot answers {code}: refused", gone=code in robot.gone)
    raise Temporary(f"机器人答复 {code}：暂不能接收", f"the robot answers {code}: not now")


class _Call:
    """The one call that a plugin may make for a message, and its answer."""

    def __init__(self, message: Outgoing, *, sign: bool) -> None:
        self._message, self._sign = message, sign
        self.answer: Answer | None = None

    def make(self, url: str, data: bytes | str, params: Mapping[str, str] | None) -> Answer:
        if self.answer is not None or url != self._message.address:
            raise Permanent("组件的调用与端点不符", "the library called something else than the endpoint")
        body = data.encode() if isinstance(data, str) else data
        if self._sign and self._message.secret:
            body = _signed(body, self._message.secret)
        if params:
            # 钉钉's signature comes encoded; what is encoded stays as it is.
            url += "&" + "&".join(f"{name}={quote(value, safe='%')}" for name, value in params.items())
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": self._message.id}
        self.answer = post(url, body, headers)
        return self.answer


def _signed(body: bytes, secret: str) -> bytes:
    """飞书: the key is `timestamp⏎secret`, the message empty; both stand in the body."""
    at = str(epoch(clock.real_now()))
    sign = base64.b64encode(hmac.digest(f"{at}\n{secret}".encode(), b"", "sha256")).decode()
    return json.dumps({"timestamp": at, "sign": sign, **json.loads(body)}, ensure_ascii=False).encode()


_CALL: ContextVar[_Call] = ContextVar("call of a robot")


class _Refused(Exception):
    """Takes the place of the exceptions of `requests`; nothing raises it."""


class _Response(NamedTuple):
    status_code: int
    content: bytes


class _Guarded:
    """All of `requests` that the plugins may use."""

    class codes:  # noqa: N801
        ok = 200

    RequestException = _Refused

    @staticmethod
    def post(url: str, *, data: bytes | str, params: Mapping[str, str] | None = None, **_ignored: Any) -> _Response:
        """Time limit, certificate and redirects are the guard's, whatever the plugin asks for."""
        answer = _CALL.get().make(url, data, params)
        return _Response(answer.status, answer.content)


@cache
def _plugin(channel: str) -> Callable[..., Any]:
    """The plugin, cut off from the network. Loaded when the first message of its platform is due."""
    name, _, plugin = ROBOTS[channel].plugin.partition(".")
    module = import_module(f"apprise.plugins.{name}")
    module.requests = _Guarded  # type: ignore[attr-defined]
    found: Callable[..., Any] = getattr(module, plugin)
    return found
