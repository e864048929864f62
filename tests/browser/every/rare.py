"""Pages of which the played demo has no example: made here, each with somebody who reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from unittest import mock

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from agencies.actors import find_actor
from agencies.models import User
from audit import clock
from audit.log import EventActor
from audit.models import Event
from cases import tasks
from cases.billing.runs.working import work
from cases.models import Tip
from cases.oversight.trail import verifying
from cases.workflow.second import codes
from notifications.models import Endpoint
from tests import entry_tools
from tests.billing import city as billing
from tests.billing import test_comparing as comparing
from tests.browser.conftest import stop_clock
from tests.calendar import entries
from tests.intake.feedback import listing, telling
from tests.rules import papers
from tests.tips import reporting
from tests.web import story, test_channel_pages, test_cut_pages, test_import_steps, test_phone
from tests.workflow.world import World, at

ACT = "confirm_suspension"


class Rare(NamedTuple):
    """A page by the name of its address, a client whose session may read it, and what was typed into it."""

    name: str
    client: Client
    path: str
    typed: str = ""


def entered(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def signing() -> Client:
    """Somebody who has typed the password, with the second step before them."""
    entry_tools.with_app("drc-handler2")
    client = Client()
    client.post("/login/", {"username": "drc-handler2", "password": settings.DEMO_PASSWORD})
    return client


def doors() -> Iterable[Rare]:
    """Before the log-in, or beside it."""
    for name, path in (("login", "login/"), ("report", "report/"), ("follow", "report/follow/"), ("check", "check/")):
        yield Rare(f"web:{name}", Client(), f"/{path}")
    yield Rare("web:logincode", signing(), "/login/second/")
    yield Rare("web:confirm", entered("drc-handler1"), "/security/confirm/?next=/")


def acts() -> Iterable[Rare]:
    case = story.dispatched(title="少见页一案")
    event = Event.objects.filter(action="dispatch_verification").latest("id")
    yield Rare("web:act_receipt", entered("drc-handler1"), f"/cases/{case.number}/receipts/{event.seq}/")
    yield Rare("web:hand_over", entered("admin1"), "/accounts/drc-handler1/hand-over/")
    supervisor, asked = entered("sup-supervisor1"), list[Any]()
    # As over a long trail: a worker is asked to do it.
    with mock.patch.multiple(verifying, AT_ONCE=0, _ring=lambda *job: asked.append(job)):
        run = Rare("web:audit_run", supervisor, supervisor.post("/audit/verify/")["Location"])
    yield run
    verifying.run(asked[0][0], EventActor(**asked[0][1]))
    yield run


def lists() -> Iterable[Rare]:
    # Other tests have brought the same list to this city.
    listing.brought("少见页名单", listing.LIST.replace("58.218.77", "58.218.91"))
    listing.excluded(2, "少见页名单")
    telling.draw("少见页名单")
    address = f"/imports/{telling.batch_of('少见页名单').id}/feedback/1/"
    yield Rare("web:feedback", entered("drc-handler1"), address)
    yield Rare("web:feedback_report", entered("drc-handler1"), f"{address}report/")
    telecom = entered("telecom-handler1")
    rows = (test_import_steps.GOOD, test_import_steps.BAD)
    yield Rare("web:import_preview", telecom, test_import_steps.previewed(telecom, *rows))
    reporting.send(**reporting.PERSON)
    tasks.place_tips()
    yield Rare("web:tip", entered("drc-handler1"), f"/tips/{Tip.objects.latest('received_at').pk}/")


def rules() -> Iterable[Rare]:
    yield Rare("web:rule", entered("js-drc-approver1"), f"/rules/{papers.proposed().pk}/")
    entries.proposed()
    yield Rare("web:calendar_plan", entered("js-drc-handler1"), "/calendar/plans/new/")
    grid = entered("grid-admin1")
    with override_settings(OUTGOING_HOSTS=frozenset({"hooks.city.gov.cn"})):
        test_channel_pages.sent(grid, "/channels/", **test_channel_pages.FORM)
    yield Rare("channels:endpoint", grid, f"/channels/{Endpoint.objects.latest('created_at').pk}/")


def bills() -> Iterable[Rare]:
    world = World()
    stop_clock(at("2026-12-02 10:00"))
    cases = comparing.billed(world, 4)
    clerk = entered("grid-billing1")
    file = SimpleUploadedFile("实收.csv", comparing.content(cases))
    yield Rare("web:billed_file", clerk, clerk.post("/reconciliation/", {"file": file})["Location"])
    row = f"{billing.account(2)},2026-11-01,2026-11-30,9"
    content = billing.readings(row, f"{billing.account(3)},2026-11-01,,x")
    asked = {"month": "2026-11", "energy_price": billing.PRICE, "file": SimpleUploadedFile("十一月.csv", content)}
    run = clerk.post("/bill-runs/", asked)["Location"]
    clerk.post(run, {"act": "start"})
    clerk.get(run)  # what is said once after a form is said in the language of the form
    work(run.strip("/").split("/")[-1])
    yield Rare("web:bill_run", clerk, run)


def crew() -> Iterable[Rare]:
    """The steps of a cut, up to the second person and the receipt."""
    world = World()
    case = world.served(test_cut_pages.determined(world))
    stop_clock(world.later(days=4))
    no, first, other = world.view(case).number, entered("grid-crew1"), entered("grid-crew2")
    here = f"/suspensions/{no}/"
    yield Rare("web:suspension", first, here)
    yield Rare("web:suspension_checks", first, f"{here}checks/")
    yield Rare("web:suspension_statement", first, f"{here}statement/")
    test_phone.filled(world, first, no)
    stop_clock(world.now)
    typed = test_phone.TYPED["f.photo_reason"]
    yield Rare("web:suspension_photo", first, f"{here}photo/", typed)
    yield Rare("web:suspension_confirm", first, f"{here}confirm/", typed)
    proven = {"step": "execute", "password": settings.DEMO_PASSWORD}
    assert test_phone.send(first, f"{here}confirm/", proven).status_code == 302
    yield Rare("web:suspension_confirm", first, f"{here}confirm/")
    waiting = f"/cases/{no}/second/{ACT}/"
    first.post(waiting)
    yield Rare("web:second", first, waiting)
    code = codes.mint(find_actor("grid-crew1"), case, ACT, now=clock.now()).code
    other.post("/suspensions/code/", {"code": code})
    yield Rare("web:suspension_confirm", other, f"{here}confirm/")
    test_phone.send(other, f"{here}confirm/", {**test_phone.second(other, no), "step": "second"})
    yield Rare("web:suspension_receipt", other, f"{here}receipt/")


GROUPS: dict[Callable[[], Iterable[Rare]], set[str]] = {
    doors: {"web:login", "web:report", "web:follow", "web:check", "web:logincode", "web:confirm"},
    acts: {"web:act_receipt", "web:hand_over", "web:audit_run"},
    lists: {"web:feedback", "web:feedback_report", "web:import_preview", "web:tip"},
    rules: {"web:rule", "web:calendar_plan", "channels:endpoint"},
    bills: {"web:billed_file", "web:bill_run"},
    crew: {
        *("web:suspension", "web:suspension_checks", "web:suspension_statement", "web:suspension_photo"),
        *("web:suspension_confirm", "web:suspension_receipt", "web:second"),
    },
}
