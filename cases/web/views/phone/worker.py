"""The worker of the flow and the empty pages it keeps: forms without a case, so that no cache holds anybody's data."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse

from audit import clock
from audit.ids import new_id
from cases.web.pages import PageRequest, page
from cases.web.show.phone import steps as shown
from cases.web.show.phone import task as about
from cases.web.views.phone.frame import shell
from cases.workflow.errors import NotVisible
from cases.workflow.forms.suspension import CONTACT
from cases.workflow.onsite.steps import Steps

KEPT = ("cases/app.css", "cases/app.js", "cases/htmx.js", "cases/phone.js", "cases/mark.svg")
SHELLS = ("checks", "photo", "offline")
_NO_CASE = {"number": "", "title": ""}


def script(request: HttpRequest) -> HttpResponse:
    """The worker, with what it keeps and a name for it that changes with every release."""
    found = {
        "files": [static(name) for name in KEPT],
        "shells": {step: reverse("web:suspension_shell", args=[step]) for step in SHELLS},
        "name": f"phone-{_digest()}",
    }
    content = f"self.KEPT = {json.dumps(found)};\n{_read('cases/phone-worker.js').decode()}"
    return HttpResponse(
        content,
        content_type="text/javascript",
        headers={"Cache-Control": "no-cache", "Service-Worker-Allowed": "/suspensions/"},
    )


@page
def shell_page(request: PageRequest, step: str) -> HttpResponse:
    """A step without a case; filled in by the script from what this telephone holds itself."""
    if step not in SHELLS:
        raise NotVisible
    empty = {"facts": {}, "region": {"code": ""}}
    context = {"case": _NO_CASE, "shell": True, "errors": [], "token": str(new_id()), "steps": Steps()}
    now = clock.now()
    if step == "checks":
        lines = shown.lines({})
        context |= {"form": {"lines": lines, "given": "", "minutes": 30, "methods": CONTACT, "given_at": ""}}
        context["progress"] = about.progress(1, 22, about.counted(Steps(), warned=False))
    elif step == "photo":
        context |= {
            "form": shown.photo(empty, Steps(), {}, now),
            "obstacles": [],
            "progress": about.progress(2, 55, ""),
        }
    return shell(request, step, context)


@lru_cache(maxsize=1)
def _digest() -> str:
    """Of the worker's and the pages' own scripts and style."""
    names = ("cases/phone-worker.js", "cases/phone.js", "cases/app.css")
    return hashlib.sha256(b"".join(_read(name) for name in names)).hexdigest()[:12]


def _read(name: str) -> bytes:
    """A built file, wherever this installation keeps it."""
    path = finders.find(name)
    if path:
        return Path(path).read_bytes()
    with staticfiles_storage.open(name) as file:
        return bytes(file.read())
