import os
from pathlib import Path
from tests.security.test_policy_table import city, cells, quick
from tests.security.asking import ask
def test_probe(city, cells):
    roles=os.environ["R"].split(",")
    some=[c for c in cells if c.kind in os.environ["KIND"].split(",") and c.role in roles and c.place not in ("320302-drc","320100-drc","320100-supervision","320100-grid","320302-grid","320300-telecom-cu")]
    a=ask(city, some)
    Path("/tmp/or_viol.txt").write_text(f"{a.cells} {len(a.violations)}\n"+"\n".join(a.violations))
