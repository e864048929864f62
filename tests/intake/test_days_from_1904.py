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
