"""Rows of a list at the precision of whoever looks at the list: an overview, so nobody's data stand there in clear.

No row belongs to an assigned case here. What names a person or a place is masked at best, also for who sent the list;
the file with the rows that need work, for the sender only, has the cells as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agencies.actors import Actor, Post
from agencies.directory import Directory
from agencies.vocabulary import Kind
from cases.policy.privacy.precision import Detail, Form, Tie, Viewer
from cases.selectors.precision.viewers import Viewpoint

# The columns of a list by their detail; a column that is not named here tells nothing about anybody.
COLUMNS: Final[Mapping[str, Detail]] = {
    "ip": Detail.IP,
    "suggestion": Detail.IP,
    "port": Detail.PORT,
    "pool": Detail.POOL,
    "pool_port": Detail.POOL,
    "first": Detail.SEEN_AT,
    "last": Detail.SEEN_AT,
    "holder": Detail.NAME,
    "phone": Detail.PHONE,
    "broadband": Detail.LINE,
    **dict.fromkeys(("address", "longitude", "latitude"), Detail.ADDRESS),
    "meter": Detail.NUMBER,
    "content": Detail.CONTENT,
    "reporter": Detail.REPORTER,
    **dict.fromkeys(("coin", "operator", "count"), Detail.VOLUME),
    **dict.fromkeys(("kwh", "total", "month"), Detail.KWH),
    **dict.fromkeys(("peak", "flat", "valley"), Detail.LOAD),
    **dict.fromkeys(("capacity", "running", "category", "price", "voltage"), Detail.CLASS),
}
# The phone of a tip is the reporter's.
TIP_COLUMNS: Final = {**COLUMNS, "phone": Detail.REPORTER}
# The figures of a reason that repeat a cell.
FIGURES: Final[Mapping[str, Detail]] = {
    "ip": Detail.IP,
    "suggestion": Detail.IP,
    "port": Detail.PORT,
    "time": Detail.SEEN_AT,
    "first": Detail.SEEN_AT,
    "last": Detail.SEEN_AT,
}
_PERSONAL: Final = frozenset(
    {
        Detail.NAME,
        Detail.PHONE,
        Detail.LINE,
        Detail.ADDRESS,
        Detail.NUMBER,
        Detail.CONTENT,
        Detail.REPORTER,
        Detail.IDENTITY,
    }
)
_KINDS: Final = {
    Kind.DEVELOPMENT_COMMISSION: Viewer.COMMISSION,
    Kind.CYBERSPACE_OFFICE: Viewer.CYBERSPACE,
    Kind.TELECOM_BUREAU: Viewer.TELECOM,
    Kind.GRID_COMPANY: Viewer.GRID,
}


def list_viewpoint(actor: Actor, sender_id: int, directory: Directory) -> Viewpoint:
    """As what this person looks at a list that they may see, sent by this agency."""
    home = directory.by_id[sender_id].region_code
    return Viewpoint(tuple(_tie(post, sender_id, home) for post in actor.posts))


def _tie(post: Post, sender_id: int, home: str) -> Tie:
    own = frozenset({sender_id})
    if post.kind in (Kind.SUPERVISION, Kind.DEVELOPMENT_COMMISSION) and len(post.region_code) < len(home[:4]):
        return Tie(Viewer.SUPERIOR, own)
    if post.kind == Kind.SUPERVISION:
        return Tie(Viewer.AUDITOR, own)
    return Tie(_KINDS.get(Kind(post.kind), Viewer.PARTNER), own)


def cell_form(name: str, kind: str, viewpoint: Viewpoint, sender_id: int) -> Form | None:
    """The form of a cell in a column that was taken for `name`; None for one that tells nothing about anybody."""
    detail = (TIP_COLUMNS if kind == "tips" else COLUMNS).get(name)
    if detail is None:
        return None
    form = viewpoint.form(detail, sender_id)
    return min(form, Form.MASKED) if detail in _PERSONAL else form


def figures_shown(figures: Mapping[str, object], viewpoint: Viewpoint, sender_id: int) -> dict[str, object]:
    """The figures of a reason; those that repeat a cell which is not in clear are hidden."""
    return {
        name: "***" if name in FIGURES and viewpoint.form(FIGURES[name], sender_id) is not Form.CLEAR else value
        for name, value in figures.items()
    }
