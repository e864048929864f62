"""Whether somebody may open a file of a case: what stands in a file cannot be masked.

A file is what its act is about. It is opened by whoever sees the families that the act carries closely enough, and by
the agency that uploaded it; supervision and superiors, who see masked data only, have its name and its hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cases.policy.privacy.precision import Detail, Form, Viewer
from cases.selectors.precision.viewers import Viewpoint

_WHO: Final = (Detail.NAME, Form.REVEAL)
_WHERE: Final = (Detail.ADDRESS, Form.CLEAR)
_METER: Final = (Detail.KWH, Form.CLEAR)
# Load readings in the one form in which they are kept, and the file that they came in. Both are stored by
# `cases.intake.loadcurves` alone, with the event that names them; no act and no upload has these kinds.
LOAD_READINGS, LOAD_SOURCE = "load_curve", "load_source"
# The least form of a detail that opens the files of an act; those of other acts are open to all who work on the case.
ACTS: Final[Mapping[str, tuple[tuple[Detail, Form], ...]]] = {
    **dict.fromkeys(("report_subscriber", "record_inspection"), (_WHO, _WHERE)),
    **dict.fromkeys(("report_consumption", "issue_surcharge_list", "end_surcharge"), (_METER, _WHERE)),
    "issue_bill": (_METER,),
    # As what the grid company reports of the consumption: to the commission in charge, and within the company.
    **dict.fromkeys((LOAD_READINGS, LOAD_SOURCE), (_METER, _WHERE)),
    **dict.fromkeys(
        ("sign_suspension_order", "serve_notice", "report_infeasible", "execute_suspension", "confirm_suspension"),
        (_WHO, _WHERE),
    ),
    **dict.fromkeys(("report_grid_suspension", "notify_subscriber", "restore_supply"), (_WHO, _WHERE)),
}
_WATCHING: Final = frozenset({Viewer.AUDITOR, Viewer.SUPERIOR})


def may_open(file: Mapping[str, Any], viewpoint: Viewpoint) -> bool:
    """`file`: a row of `cases.selectors.attachments`."""
    owner = file["agency"]["id"] if file["agency"] else None
    if owner in viewpoint.agencies | viewpoint.own:
        return True
    if all(tie.viewer in _WATCHING for tie in viewpoint.ties):
        return False
    return all(viewpoint.form(detail, owner) >= least for detail, least in ACTS.get(file["kind"], ()))
