"""What a password has to be like, by the profile of the installation.

`dengbao`: GB/T 22239-2019 8.1.4.1 a): complexity and regular change; in numbers, as examiners ask for them: 12
characters of three classes, changed after 90 days, none of the last five again.
`asvs`: OWASP ASVS 5.0 V6.2: length alone (6.2.1: 8 at least, 15 strongly recommended; here 12 beside a second factor
and 15 without), no rule of composition (6.2.5), no regular change (6.2.10).
Both: not a common one (6.2.4, Django's list of 20,000), not made of the words of this place (6.2.11, `words_of`), taken
as it was typed (6.2.8) up to 128 characters (6.2.9).
"""

from __future__ import annotations

import re
import secrets
import string
import unicodedata
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language

from agencies.access.second import factors
from agencies.models import Membership, User
from agencies.vocabulary import Label

DENGBAO = "dengbao"
SHORTEST, SHORTEST_ALONE, LONGEST = 12, 15, 128
CLASSES = 3
CHANGE_AFTER, WARN_BEFORE, NOT_AGAIN = timedelta(days=90), timedelta(days=14), 5
ONE_TIME = timedelta(hours=24)
# Characters beside the words of this place without which there is nothing to guess.
OWN = 8
WORDS = (
    "lianzhi", "链治", "挖矿", "wakuang", "kuang", "mining", "bitcoin", "password", "passwd", "mima", "密码", "admin",
    "demo", "fagaiwei", "发改委", "发展改革委", "gongdian", "供电公司", "供电", "wangxinban", "网信办", "tongguanju",
    "通信管理局", "通管局", "jiangsu", "江苏", "xuzhou", "徐州", "nanjing", "南京", "qwerty", "welcome",
)  # fmt: skip
# Nothing that is read for something else: this one is written down and typed in once.
_CLEAR = {
    kind: "".join(set(kind) - set("lIO01o")) for kind in (string.ascii_lowercase, string.ascii_uppercase, "23456789")
}


class Rules:
    """A validator for Django's list."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError with one sentence of what to do."""
        if settings.DEMO and password == settings.DEMO_PASSWORD:
            return
        refused = _refused(password, user)
        if refused is not None:
            raise ValidationError(refused.get(get_language() or "zh"), code="password_rules")

    def get_help_text(self) -> str:
        return help_text(None).get(get_language() or "zh")


def help_text(user: User | None) -> Label:
    """The rules in a sentence, for the page that changes a password."""
    shortest = _shortest(user)
    if settings.PASSWORD_PROFILE == DENGBAO:
        return Label(
            f"至少 {shortest} 位，大写字母、小写字母、数字、其他字符四类中至少三类；不用单位和系统名称，不用最近 "
            f"{NOT_AGAIN} 次用过的密码。",
            f"At least {shortest} characters of three of these: capitals, small letters, digits, others; not the names "
            f"of agencies or of this system, none of your last {NOT_AGAIN} passwords.",
        )
    return Label(
        f"至少 {shortest} 位，越长越好，可以是一句话，字符不限；不用常见密码，不用单位和系统名称。可以粘贴。",
        f"At least {shortest} characters, the longer the better, any of them: a whole sentence will do; no common "
        "password, not the names of agencies or of this system. Pasting is fine.",
    )


def one_time_password() -> str:
    """A password that fits either profile, to be given to somebody and changed at once."""
    while True:
        letters = "".join(_CLEAR.values())
        drawn = "".join(secrets.choice(letters) for _ in range(16))
        if all(set(drawn) & set(kind) for kind in _CLEAR.values()):
            return "-".join(drawn[n : n + 4] for n in range(0, 16, 4))


def _refused(password: str, user: Any) -> Label | None:
    shortest = _shortest(user)
    if len(password) < shortest:
        return Label(f"密码至少 {shortest} 位。", f"A password has at least {shortest} characters.")
    if len(password) > LONGEST:
        return Label(f"密码最多 {LONGEST} 位。", f"A password has at most {LONGEST} characters.")
    if settings.PASSWORD_PROFILE == DENGBAO and _classes(password) < CLASSES:
        return Label(
            "密码须含大写字母、小写字母、数字、其他字符四类中的至少三类。",
            "A password holds three of these: capitals, small letters, digits, other characters.",
        )
    rest = unicodedata.normalize("NFKC", password).casefold()
    for word in sorted(words_of(user), key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(rest) < min(OWN, shortest) and len(rest) < len(password):
        return Label(
            "密码主要由单位、系统或账号的名称组成，容易被猜到，请换一个。",
            "The password is made of the names of agencies, of this system or of the account; choose another one.",
        )
    return None


def words_of(user: Any) -> set[str]:
    """The words of this place that somebody who guesses would begin with: the list above, and the person's own."""
    found = set(WORDS)
    if isinstance(user, User):
        own = [user.username, user.display_name, user.staff_no]
        if user.pk:
            posts = Membership.objects.filter(user=user, active=True).select_related("agency")
            own += [name for post in posts for name in (post.agency.name, post.agency.short_name, post.agency.code)]
        found |= {word.casefold() for name in own for word in (name, *re.split(r"[-_.]", name)) if len(word) > 2}
    return found


def _shortest(user: Any) -> int:
    alone = settings.PASSWORD_PROFILE != DENGBAO and not (isinstance(user, User) and factors.expected_of(user))
    return SHORTEST_ALONE if alone else SHORTEST


def _classes(password: str) -> int:
    tests = (str.isupper, str.islower, str.isdigit)
    found = {next((n for n, test in enumerate(tests) if test(sign)), len(tests)) for sign in password}
    return len(found)
