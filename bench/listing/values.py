"""Names and addresses for the cases of a seeded database: their terms as the product keeps them, and in clear beside.

The table in clear is what a naive search would look through; there is none in the product.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from io import StringIO
from typing import Any, Final

SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN: Final = "建国桂兰秀珍海涛志强淑英文博晓燕永明红梅德胜春华"
TOWNS: Final = ("大许镇", "柳新镇", "碾庄镇", "王集镇", "大吴镇", "翟山街道", "九里街道", "利国镇", "棠张镇", "房村镇")
ROADS: Final = ("人民路", "解放路", "淮海路", "民主路", "水口村", "孟庄村", "工业园", "复兴路", "青年路", "和平路")


def seed_values(superuser: Any) -> int:
    """A holder and an address for every case; returns how many cases have them."""
    from cases.models.listing.terms import terms_of, terms_shown
    from cases.selectors.masking import mask

    with superuser.cursor() as cursor:
        cursor.execute("SELECT c.id::text, c.lead_agency_id FROM cases_case c ORDER BY c.id")
        cases = cursor.fetchall()
        rows, plain = StringIO(), StringIO()
        for case, lead, kind, text in _values(cases):
            shown = terms_shown(kind, mask("holder" if kind == "name" else kind, text))
            rows.write(f"{kind}\t{case}\t{lead}\t{{{_listed(terms_of(kind, text))}}}\t{{{_listed(shown)}}}\n")
            plain.write(f"{case}\t{text}\n")
        rows.seek(0)
        plain.seek(0)
        # Without the records behind them: what is measured is the search.
        cursor.execute("ALTER TABLE cases_searchkey DROP CONSTRAINT cases_searchkey_check")
        cursor.copy_expert("COPY cases_searchkey (kind, case_id, owner_id, terms, shown) FROM STDIN", rows)
        cursor.execute("CREATE TABLE bench_value (case_id uuid, text text)")
        cursor.copy_expert("COPY bench_value FROM STDIN", plain)
        cursor.execute("CREATE INDEX ON bench_value (case_id)")
        cursor.execute("GRANT SELECT ON bench_value TO PUBLIC")
    superuser.commit()
    superuser.autocommit = True
    with superuser.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE cases_searchkey")
        cursor.execute("VACUUM ANALYZE bench_value")
    return len(cases)


def _values(cases: list[tuple[str, int]]) -> Iterator[tuple[str, int, str, str]]:
    chance = random.Random(5)
    for case, lead in cases:
        name = chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, 2))
        place = f"徐州市铜山区{chance.choice(TOWNS)}{chance.choice(ROADS)}{chance.randrange(1, 999)}号"
        yield case, lead, "name", name
        yield case, lead, "address", place


def _listed(terms: list[int]) -> str:
    return ",".join(map(str, terms))
