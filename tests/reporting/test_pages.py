"""台账与通报 as pages: who sees which reports and files, drawing one up, the preview, what is put on record."""

from __future__ import annotations

import hashlib
import re
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from audit import clock
from audit.models import Access, Event
from cases.models import Report, ReportFile, ReportVersion
from cases.policy.reports.weeks import last_complete
from cases.reporting import access
from cases.reporting.drawing import draw_version
from cases.reporting.papers.bulletin import Late
from cases.reporting.papers.heads import Head
from cases.reporting.papers.paper import bulletin_pdf
from tests.agencies.cast import cleared
from tests.reporting import weeks
from tests.reporting.weeks import BEFORE, DURING
from tests.web.conftest import LogIn

CANARY = "金丝雀张三"


@pytest.fixture
def story(demo_city: None) -> None:
    weeks.opened(BEFORE, "云龙区 淮盛科技有限公司")
    person = weeks.opened(BEFORE, f"云龙区 {CANARY}")
    weeks.verified(DURING, person, subject="natural_person", kwh="87654.3")
    firm = weeks.opened(DURING, '=HYPERLINK("http://x") 公司')
    weeks.verified(DURING, firm, kwh="76543.2")
    cleared("drc-handler2", "sensitive")
    weeks.opened(BEFORE, "云龙区 保密单位", confidentiality="sensitive", who="drc-handler2")


@pytest.mark.usefixtures("story")
def test_who_sees_which_report(log_in: LogIn) -> None:
    ledger, bulletin = weeks.draw("ledger"), weeks.draw("overdue")
    seen = {
        "drc-handler1": {ledger.report.number, bulletin.report.number},
        "xzsup-supervisor1": {ledger.report.number, bulletin.report.number},
        "js-drc-handler1": {ledger.report.number, bulletin.report.number},
        "grid-handler1": set(),
        "nj-drc-handler1": set(),
    }
    for who, wanted in seen.items():
        page = log_in(who).get("/reports/").content.decode()
        found = {number for number in (ledger.report.number, bulletin.report.number) if number in page}
        assert found == wanted, who
        status = log_in(who).get(f"/reports/{ledger.report_id}/").status_code
        assert status == (200 if ledger.report.number in wanted else 404), who


@pytest.mark.usefixtures("story")
def test_an_agency_reads_its_own_excerpt_and_nothing_else(log_in: LogIn) -> None:
    case = weeks.opened("2026-11-02 10:00")
    weeks.do("2026-11-03 10:00", "drc-handler1", "dispatch_verification", case, findings=weeks.FINDINGS)
    bulletin = weeks.draw("overdue")
    grid = log_in("grid-handler1")
    page = grid.get(f"/reports/{bulletin.report_id}/").content.decode()
    assert "这里只有本单位的逾期事项" in page
    assert "徐州市发展和改革委员会" not in page
    file = ReportFile.objects.get(version=bulletin, agency__code="320300-grid", form="xlsx")
    answer = grid.get(f"/reports/{bulletin.report_id}/1.xlsx?agency={file.agency_id}")
    content = b"".join(answer.streaming_content)
    assert hashlib.sha256(content).hexdigest() == file.sha256
    rows = weeks.sheets_of(content)["逾期事项"][2:]
    assert {row[4] for row in rows} == {"徐州供电公司"}
    other = ReportFile.objects.get(version=bulletin, agency__code="320300-telecom", form="xlsx")
    assert grid.get(f"/reports/{bulletin.report_id}/1.xlsx?agency={other.agency_id}").status_code == 404
    assert log_in("police-handler1").get(f"/reports/{bulletin.report_id}/").status_code == 404


@pytest.mark.usefixtures("story")
def test_no_person_and_no_confidential_case_stands_in_any_file() -> None:
    for kind in ("ledger", "overdue"):
        version = weeks.draw(kind)
        for file in ReportFile.objects.filter(version=version):
            content = b"".join(weeks.content_of(file))
            if file.form == "pdf":
                text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
            else:
                text = str(weeks.sheets_of(content))
            assert CANARY not in text
            assert "保密单位" not in text
            if file.audience == "watch":
                assert "87654" not in text
                assert "76543" not in text
    assert weeks.counts(weeks.draw(by="drc-handler1"))["received"] == 3


@pytest.mark.usefixtures("story")
def test_a_name_that_begins_like_a_formula_is_text() -> None:
    version = weeks.draw()
    names = [row[8] for row in weeks.sheets_of(weeks.file_of(version))["台账"][2:]]
    assert '\'=HYPERLINK("http://x") 公司' in names
    import zipfile

    with zipfile.ZipFile(BytesIO(weeks.file_of(version))) as packed:
        sheets = [packed.read(name).decode() for name in packed.namelist() if "sheet" in name and name.endswith(".xml")]
        book = packed.read("xl/workbook.xml").decode()
    assert not any("<f>" in sheet for sheet in sheets)
    assert all('orientation="landscape"' in sheet for sheet in sheets if "<worksheet" in sheet)
    assert any('state="frozen"' in sheet for sheet in sheets)
    assert "_xlnm.Print_Titles" in book


@pytest.mark.usefixtures("story")
def test_the_papers_are_chinese_and_numbered_page_by_page() -> None:
    for kind, title in (("ledger", "整治工作台账"), ("overdue", "整治逾期事项通报")):
        version = weeks.draw(kind)
        pages = [page.extract_text() for page in PdfReader(BytesIO(weeks.file_of(version, "pdf"))).pages]
        assert title in pages[0].replace("\n", "")
        assert version.report.number.replace("〔", "").replace("〕", "")[:6] in pages[0].replace("〔", "").replace(
            " ", ""
        )
        for number, text in enumerate(pages, 1):
            assert f"第{number}页共{len(pages)}页" in text.replace(" ", "").replace("\n", "")
            assert not set(re.findall(r"[A-Za-z]{3,}", text)) - {"XZ"}


@pytest.mark.usefixtures("story")
def test_drawing_one_up_from_the_page_and_once_more(log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr("cases.web.views.reports.pages.ring", lambda version: rung.append(str(version.pk)))
    client = log_in("drc-reviewer1")
    week = f"{last_complete(clock.now()).first:%Y-%m-%d}"
    answer = client.post("/reports/", {"kind": "ledger", "week": week})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "第 1 版正在生成" in page
    # Pressed twice: the one that is being drawn up, and no second number.
    client.post("/reports/", {"kind": "ledger", "week": week})
    assert len(rung) == 1
    assert Report.objects.count() == 1
    draw_version(rung[0], clock.now())
    page = client.get(answer["Location"]).content.decode()
    assert "分地区情况" in page
    client.post("/reports/", {"kind": "ledger", "week": week})
    draw_version(rung[1], clock.now())
    page = client.get(answer["Location"]).content.decode()
    assert "第 2 版与上一版的差异" in page
    assert "与上一版的数字相同" in page
    english = log_in("drc-reviewer1")
    english.post("/language/", {"language": "en", "next": "/"})
    assert "All figures are the same as before" in english.get(answer["Location"]).content.decode()


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"kind": "ledger", "week": "2026-11-17"}, "周一"),
        ({"kind": "ledger", "week": "2999-01-07"}, "尚未结束"),
        ({"kind": "nothing", "week": "2026-11-16"}, "种类"),
        ({"kind": "ledger", "week": "昨天"}, "周一"),
    ],
)
def test_what_cannot_be_drawn_up_is_said_at_the_field(log_in: LogIn, data: dict[str, str], said: str) -> None:
    client = log_in("drc-handler1")
    answer = client.post("/reports/", data)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert data["week"] in answer.content.decode()
    assert client.get("/reports/preview/", data).status_code == 400
    assert not Report.objects.exists()


@pytest.mark.usefixtures("story")
def test_a_preview_says_what_the_report_will_say_and_keeps_nothing(log_in: LogIn) -> None:
    week = last_complete(clock.now())
    client = log_in("drc-handler1")
    page = client.get("/reports/preview/", {"kind": "ledger", "week": f"{week.first}"})
    assert page.status_code == 200
    assert "尚未编号" in page.content.decode()
    assert "敏感、内部案件不列入，另行专报" in page.content.decode()
    assert not Report.objects.exists()
    assert client.get("/reports/preview/", {"kind": "overdue", "week": f"{week.first}"}).status_code == 200
    asked = {"kind": "ledger", "week": f"{week.first}"}
    assert log_in("xzsup-supervisor1").get("/reports/preview/", asked).status_code == 404
    assert log_in("grid-handler1").post("/reports/", {"kind": "ledger", "week": f"{week.first}"}).status_code == 403


@pytest.mark.usefixtures("story")
def test_taking_a_file_is_on_record_before_it_leaves(log_in: LogIn) -> None:
    version = weeks.draw()
    for who, audience in (("drc-handler1", "commission"), ("xzsup-supervisor1", "watch")):
        answer = log_in(who).get(f"/reports/{version.report_id}/1.xlsx")
        content = b"".join(answer.streaming_content)
        assert content == weeks.file_of(version, audience=audience)
        digest = hashlib.sha256(content).hexdigest()
        line = Access.objects.order_by("-pk").first()
        assert line is not None
        assert line.file_hash == digest
        event = Event.objects.filter(stream=f"report/{version.report_id}").order_by("-seq").first()
        assert event is not None
        assert digest in bytes(event.body).decode()


def test_an_empty_list_says_what_will_stand_there(log_in: LogIn) -> None:
    page = log_in("xzsup-supervisor1").get("/reports/").content.decode()
    assert "还没有报告" in page
    assert access.FIRST_WEEK == 2020
    assert not ReportVersion.objects.exists()


@pytest.mark.usefixtures("demo_city")
def test_a_bulletin_with_many_excerpts_takes_no_more_memory_than_one_paper() -> None:
    """The library keeps what its last ten papers were made of; ten of five hundred rows would be 700 MB."""
    agency, day = weeks.commission(), weeks.at(BEFORE)
    head = Head("overdue", "试〔2026〕1号", "徐州市", agency.name, weeks.WEEK, 1, day, day, late=False)
    kept: list[int] = []
    for paper in range(4):
        rows = [
            Late(f"{n}", f"XZ26-{paper}{n:04}", "320303", "triage", agency.id, None, day, 9, 7, {}) for n in range(400)
        ]
        bulletin_pdf(head, rows, None)
        status = Path("/proc/self/status").read_text(encoding="ascii")
        kept.append(int(status.partition("VmRSS:")[2].split()[0]) // 1024)
    assert kept[-1] - kept[0] < 60, kept


@pytest.mark.usefixtures("demo_city")
def test_a_signature_never_stands_alone_on_the_last_page() -> None:
    agency, day = weeks.commission(), weeks.at(BEFORE)
    head = Head("overdue", "试〔2026〕1号", "徐州市", agency.name, weeks.WEEK, 1, day, day, late=False)
    for many in range(9, 16):
        rows = [Late(f"{n}", f"XZ26-{n:04}", "320303", "triage", agency.id, None, day, 9, 7, {}) for n in range(many)]
        pages = [page.extract_text() for page in PdfReader(BytesIO(bulletin_pdf(head, rows, None))).pages]
        assert f"共{many}项。" in re.sub(r"\s", "", pages[-1]), f"{many} rows, {len(pages)} pages"
