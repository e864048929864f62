"""A workbook that counts its days from 1904, through every reading of its rows."""

from __future__ import annotations

import io
from datetime import datetime

import pytest

from cases.models import ListBatch, ListRow
from tests.intake.samples import bring
from tests.intake.test_real_files import AT, workbook_of_1904

pytestmark = pytest.mark.usefixtures("demo_city")


def test_the_batch_remembers_from_when_the_days_count():
    bring("telecom", workbook_of_1904(io.BytesIO()), name="苹果")
    batch = ListBatch.objects.get(name="苹果")
    assert batch.columns["sheets"][0]["from_1904"] is True
    firsts = [row.reading["first"] for row in ListRow.objects.filter(batch=batch)]
    assert {datetime.fromisoformat(first) for first in firsts} == {AT}


def test_a_whole_serial_day_is_midnight_where_others_of_its_column_have_fractions():
    head = "源IP地址,源端口,首次发现时间\n"
    bring("telecom", f"{head}49.81.59.1,10001,44472\n49.81.59.2,10002,44472.25\n".encode(), name="有时分")
    bring("telecom", f"{head}49.81.59.3,10001,44472\n49.81.59.4,10002,44473\n".encode(), name="只有日期")
    fates = {name: [row.fate for row in ListRow.objects.filter(batch__name=name)] for name in ("有时分", "只有日期")}
    assert fates == {"有时分": ["accept", "accept"], "只有日期": ["weak:no_time", "weak:no_time"]}
