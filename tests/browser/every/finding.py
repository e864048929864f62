"""Which pages there are, found as a reader finds them: by following the links of each person's own pages.

A page is known by the name of its address. What no link leads to stands in `ELSEWHERE` with its reason, so that a new
page either is found and looked at, or somebody has said why not.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

# One for each way of working; whoever administers comes last.
PEOPLE = (
    "drc-handler1",
    "drc-reviewer1",
    "drc-approver1",
    "grid-handler1",
    "grid-crew1",
    "grid-billing1",
    "telecom-handler1",
    "cac-handler1",
    "sup-supervisor1",
    "admin1",
    "sys-admin1",
    "sec-admin1",
    "audit-admin1",
)
# How often one kind is asked for: a page that says nothing without a question answers the second time.
TRIES = 2
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Found:
    """One page that one person was led to; `size` in characters of its HTML."""

    name: str
    path: str
    person: str
    size: int


class _Links(HTMLParser):
    """The links of a page, and the forms that ask for a day: with the last day that they take."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.form = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        target = given.get("href")
        if tag == "a" and target and not target.startswith("#"):
            self.found.append(target)
        elif tag == "form":
            self.form = (given.get("action") or "") if given.get("method", "get") == "get" else ""
        elif tag == "input" and given.get("type") == "date" and "required" in given and given.get("max") and self.form:
            self.found.append(f"{self.form}?{given['name']}={given['max']}")


def log_in(address: str, person: str) -> requests.Session:
    """A session of this person."""
    session = requests.Session()
    page = session.get(f"{address}/login/").text
    token = TOKEN.search(page)
    assert token is not None
    answer = session.post(
        f"{address}/login/",
        data={"csrfmiddlewaretoken": token[1], "username": person, "password": settings.DEMO_PASSWORD},
        headers={"Referer": f"{address}/login/"},
    )
    assert answer.ok and urlsplit(answer.url).path == "/", (person, answer.url)
    return session


def pages_of(address: str, person: str, each: int = 1) -> list[Found]:
    """All pages that links lead this person to, at most `each` of a kind; answers that are no page are left out."""
    session, found = log_in(address, person), list[Found]()
    tried, shown = Counter[str](), Counter[str]()
    waiting, asked = deque(["/", "/more/"]), {"/", "/more/"}
    while waiting:
        path = waiting.popleft()
        name = name_of(path)
        if name is None or shown[name] >= each or tried[name] >= each * TRIES:
            continue
        tried[name] += 1
        with session.get(address + path, stream=True) as answer:
            if not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            text = answer.text
        assert answer.status_code < 500, f"{person} {path}: {answer.status_code}"
        if answer.ok:
            shown[name] += 1
            found.append(Found(name, path, person, len(text)))
        for link in _targets(text, address + path, address):
            if link not in asked:
                asked.add(link)
                waiting.append(link)
    return found


def _targets(text: str, base: str, address: str) -> Iterator[str]:
    links = _Links()
    links.feed(text)
    for target in links.found:
        whole = urlsplit(urljoin(base, target))
        if f"{whole.scheme}://{whole.netloc}" == address:
            yield whole.path
            if whole.query:
                yield f"{whole.path}?{whole.query}"


def name_of(path: str) -> str | None:
    """The name of an address; acts are told apart."""
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return None
    if match.view_name == "web:action":
        return f"web:action {match.kwargs['action']}"
    return match.view_name


def fullest(found: Sequence[Found]) -> list[Found]:
    """Of each kind the page that shows most."""
    best: dict[str, Found] = {}
    for page in found:
        if page.name not in best or page.size > best[page.name].size:
            best[page.name] = page
    return list(best.values())


def all_names() -> set[str]:
    """The names of all addresses that are no part of the API."""
    return set(_names(get_resolver(), "", ""))


def _names(resolver: URLResolver, namespace: str, prefix: str) -> Iterator[str]:
    for each in resolver.url_patterns:
        path = prefix + str(each.pattern)
        if path.startswith("api/"):
            continue
        if isinstance(each, URLResolver):
            yield from _names(each, f"{each.namespace}:" if each.namespace else namespace, path)
        elif isinstance(each, URLPattern):
            assert each.name, f"an address without a name: {path}"
            yield f"{namespace}{each.name}"
