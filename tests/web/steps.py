"""A list through the pages, step by step, as a browser would send the forms."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client


def chosen(page: str) -> dict[str, str]:
    """What the form of the columns would send as it stands."""
    fields: dict[str, str] = {"save": "1"}
    for name, options in re.findall(r'<select [^>]*name="(s\d+c\d+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        found = re.search(r'value="([^"]*)" selected', options)
        fields[name] = found[1] if found else ""
    return fields


def sent(client: Client, form: dict[str, Any]) -> str:
    """The address of the columns of a list that was uploaded."""
    answer = client.post("/imports/", form)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def imported(client: Client, form: dict[str, Any]) -> str:
    """The address of the result of a list that was led through all steps."""
    mapping = sent(client, form)
    preview = client.post(mapping, chosen(client.get(mapping).content.decode()))["Location"]
    return str(client.post(preview.replace("preview/", "commit/"))["Location"])
