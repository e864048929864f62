"""How this app says no. Each carries a sentence in both languages that says what to do."""

from __future__ import annotations

from agencies.vocabulary import Label


class AgencyError(Exception):
    """Nothing was changed. `status` is the HTTP status that fits, `field` the input at fault, if one is."""

    status = 409
    code = "refused"

    def __init__(self, zh: str, en: str, *, field: str = "", code: str | None = None) -> None:
        self.text = Label(zh, en)
        self.field = field
        self.code = code or self.code
        super().__init__(zh)


class NotPermitted(AgencyError):
    """This person may not do this to this account, agency or parameter."""

    status = 403
    code = "not_allowed"


class BadInput(AgencyError):
    """What was typed cannot be used; `field` names the place."""

    status = 400
    code = "invalid_input"


class TooManyTries(AgencyError):
    """Too often in too short a time; `wait` is after how many seconds it is worth trying again."""

    status = 429
    code = "throttled"

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(
            f"登录尝试过于频繁，请在 {wait} 秒后再试。",
            f"Too many attempts to log in; try again in {wait} seconds.",
        )
