"""An ended role and a disabled account count from the next request on: pages, API, forms, commands, work, messages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command

from agencies.actors import find_actor, system_actor
from agencies.directory import get_directory
from agencies.models import Membership, User
from agencies.services import disable_user, end_role
from audit import clock
from cases.intake.receiving import receive_list
from cases.models import Case, ListBatch
from cases.tasks import import_batch
from notifications.relay import deliver_all
from notifications.selectors import unread_count
from tests.agencies.cast import NOW, events
from tests.api.conftest import Person
from tests.api.test_imports import TIPS
from tests.web import story
from tests.web.test_reading import entered

Change = Callable[[], None]
pytestmark = pytest.mark.usefixtures("demo_city")


def disable(username: str = "drc-handler1") -> None:
    disable_user(actor=system_actor(), user=User.objects.get(username=username), now=NOW)


def end(username: str = "drc-handler1") -> None:
    end_role(actor=system_actor(), membership=Membership.objects.get(user__username=username), now=NOW)


def test_pages_ask_a_disabled_account_to_log_in_and_show_no_case_to_who_lost_the_role() -> None:
    case = story.opened()
    client = entered("drc-handler1")
    assert client.get(f"/cases/{case.number}/").status_code == 200
    end()
    assert client.get(f"/cases/{case.number}/").status_code == 404
    assert case.number not in client.get("/cases/").content.decode()
    disable()
    assert client.get("/").status_code == 302


def test_the_api_refuses_both_at_once() -> None:
    case = story.opened()
    person = Person("drc-handler1")
    assert person.get(f"cases/{case.number}").status_code == 200
    end()
    assert person.get(f"cases/{case.number}").status_code == 404
    assert person.post(f"cases/{case.number}/actions/comment", {"comment": "x"}, If_Match='"1"').status_code == 404
    disable()
    assert person.get("cases/").status_code in (401, 403)


def test_a_form_that_was_half_filled_meanwhile_does_nothing() -> None:
    case = story.opened()
    client = entered("drc-handler1")
    address = f"/cases/{case.number}/actions/comment/"
    assert client.get(address).status_code == 200
    end()
    assert client.post(address, {"f.comment": "写了一半"}).status_code == 404
    assert Person("xzsup-supervisor1").get(f"cases/{case.number}").data["version"] == 1


def test_a_command_refuses_a_disabled_account_and_who_lost_the_role() -> None:
    case = story.opened()
    for change, sentence in ((end, "没有这件案件|没有找到|不参与"), (disable, "没有账号|已停用")):
        change()
        with pytest.raises(CommandError, match=sentence):
            call_command("perform", case.number, "comment", "--as", "drc-handler1", "--data", '{"comment": "x"}')


def test_messages_written_before_are_no_longer_read_and_none_come_after() -> None:
    story.opened()
    story.do("drc-handler2", "dispatch_verification", story.opened(), findings=["inspect_site"])
    deliver_all()
    before = unread_count(find_actor("drc-handler1"))
    assert before > 0
    end()
    assert unread_count(find_actor("drc-handler1")) == 0


@pytest.mark.parametrize("change", [disable, end])
def test_a_list_that_was_accepted_goes_on_by_the_system_when_its_sender_may_no_longer_send(change: Change) -> None:
    batch, _ = receive_list(
        actor=find_actor("drc-handler1"), content=TIPS.read_bytes(), filename=TIPS.name, kind="tips",
        agency=get_directory().by_code["320300-drc"], batch_name="十月举报", now=clock.now(),
    )  # fmt: skip
    change()
    import_batch(str(batch.pk))
    done = ListBatch.objects.get(pk=batch.pk)
    assert done.state == ListBatch.State.DONE
    committed = [e for e in events("agency/320300-drc") if e["action"] == "import_committed"]
    assert [event["actor"]["username"] for event in committed] == ["system"]
    opened = Case.objects.order_by("pk").first()
    assert opened is not None
    assert events(f"case/{opened.pk}")[0]["actor"]["username"] == "system"
