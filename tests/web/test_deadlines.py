"""期限计算: every clock on a page with an address that can be cited, and the same figures by the API."""

import re

import pytest

PATH = "/deadlines/"


def cell(page: str, key: str) -> str:
    """The text of one clock."""
    found = re.search(rf'<li id="{key}">(.*?)</li>', page, re.DOTALL)
    assert found, key
    return re.sub(r"<[^>]+>", " ", found.group(1))


@pytest.fixture
def page(log_in):
    client = log_in("drc-handler1")

    def get(query: str = "", status: int = 200, **headers: str) -> str:
        answer = client.get(f"{PATH}?{query}", headers=headers)
        assert answer.status_code == status
        return answer.content.decode()

    return get


def test_the_address_gives_the_day_and_how_it_was_counted(page):
    shown = cell(page("from=2026-09-01&region=3203&clock=seizure"), "seizure")
    assert "2026-10-08" in shown
    assert "首日不计，自 2026-09-02 起算" in shown
    assert "期满日 2026-10-01 为休息日，顺延至 2026-10-08" in shown
    assert "《行政强制法》第二十五条" in shown


def test_working_days_say_what_they_passed_over(page):
    shown = cell(page("from=2026-09-21&region=3203"), "demand")
    assert "2026-10-12" in shown
    assert "扣除 11 个休息日" in shown
    assert "期满后方可办理" in shown


def test_a_year_without_a_plan_is_marked(page):
    assert "暂定" in cell(page("from=2026-12-20&clock=fine_payment"), "fine_payment")
    assert "暂定" not in cell(page("from=2026-09-01&clock=fine_payment"), "fine_payment")


def test_a_rule_that_was_not_in_force_yet_counts_nothing(page):
    shown = cell(page("from=2020-01-01&clock=penalty_decision"), "penalty_decision")
    assert "该规定 2021-07-15 起施行" in shown


def test_a_fine_paid_late_grows_no_further_than_itself(page):
    shown = cell(page("from=2026-04-15&clock=fine_payment&fine=1000&paid_on=2026-06-03"), "fine_payment")
    assert "加处罚款 1,000.00 元，合计 2,000.00 元" in shown
    assert "以罚款数额为限" in shown


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-13-01", "月份应在 1 至 12 之间"),
        ("region=9999", "没有这个地区"),
        ("clock=wedding", "没有这个期限"),
        ("fine=abc", "应为数字"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_stays_typed(page, query, said):
    shown = page(query, status=400)
    assert said in shown
    name, _, typed = query.partition("=")
    if name in ("from", "fine"):
        assert f'value="{typed}"' in shown


def test_in_english(page, log_in):
    client = log_in("drc-handler1")
    client.cookies["django_language"] = "en"
    shown = client.get(f"{PATH}?from=2026-09-01&clock=seizure").content.decode()
    assert "sealing and seizure" in shown
    assert "rolled on to 2026-10-08" in shown


def test_the_api_gives_the_same_days(log_in):
    client = log_in("drc-handler1")
    answer = client.get("/api/v1/deadlines/?from=2026-09-01&region=320300&clock=seizure")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["from"], body["region"]) == ("2026-09-01", "3203")
    row = body["results"][0]
    assert {k: row[k] for k in ("first_day", "nominal_day", "last_day", "provisional", "unit", "nature")} == {
        "first_day": "2026-09-02",
        "nominal_day": "2026-10-01",
        "last_day": "2026-10-08",
        "provisional": False,
        "unit": "calendar_days",
        "nature": "within",
    }
    assert len(client.get("/api/v1/deadlines/?from=2026-09-01").json()["results"]) == 24


@pytest.mark.parametrize("query", ["", "from=abc", "from=2026-02-30", "from=2020-01-01&clock=seizure_x"])
def test_the_api_refuses_what_it_cannot_read(log_in, query):
    assert log_in("drc-handler1").get(f"/api/v1/deadlines/?{query}").status_code == 400


def test_the_api_says_from_when_a_rule_is_in_force(log_in):
    answer = log_in("drc-handler1").get("/api/v1/deadlines/?from=2020-01-01&clock=penalty_decision")
    assert answer.status_code == 400
    assert "2021-07-15" in answer.content.decode()
