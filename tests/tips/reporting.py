"""A resident at the public form, and what stands in it, for the tests of tips."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from cases.web.views.tips.typed import new_token

NAME, PHONE, CONTACT = "欧阳举报甲", "13911112222", "徐州市泉山区某小区9号楼"
PLACE = "子房街道民主路12号3号楼2单元501室"
PERSON = {"name": NAME, "phone": PHONE, "contact": CONTACT}
TIP = {"district": "320303", "address": PLACE, "signs": ["noise", "heat"], "content": "夜里更响", "since": "month"}


def send(client: Client | None = None, *, age: int = 60, token: str = "", **changed: Any) -> Any:
    """Send the form as it stands, changed here and there."""
    return (client or Client()).post("/report/", {**TIP, "token": token or new_token(age), **changed})


def number_in(answer: Any) -> str:
    assert answer.status_code == 201, answer.content.decode()
    found = re.search(r"data-receipt>([0-9A-Z-]+)<", answer.content.decode())
    assert found, "the answer shows the number"
    return found[1]


def standing(number: str, client: Client | None = None) -> str:
    answer = (client or Client()).post("/report/follow/", {"number": number})
    found = re.search(r'data-standing="(\w+)"', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]
