import pytest
from django.db import connection


@pytest.mark.django_db
def test_it_migrates():
    with connection.cursor() as c:
        c.execute("select fold_task_counters(), cases_grams('XZ26 张三')")
        print(c.fetchone())
