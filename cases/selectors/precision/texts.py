"""Free text of an act with the personal values of its case in the form in which its reader sees them elsewhere.

People write names and numbers into notes. What the vault, the lists or the sealed fields of this case know is found
again in them; other long numbers are masked for everybody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from uuid import UUID

from agencies.actors import Actor
from cases.policy.privacy.precision import Form
from cases.selectors import masking
from cases.selectors.precision.personal import masked, values
from cases.selectors.reach.parts import Reading

# Phone, identity, account and card numbers that somebody typed into a free text.
_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9][0-9 -]{5,}[0-9Xx](?![0-9A-Za-z])")
# What such a run may be instead, and is nothing of that: days, months and the hour that follows a day.
_DAY = r"(?:19|20)[0-9]{2}-(?:0?[1-9]|1[0-2])(?:-(?:0?[1-9]|[12][0-9]|3[01]))?"
_DAYS = re.compile(rf"{_DAY}(?: ?-{{0,2}} ?{_DAY})*(?: [0-9]{{1,2}})?")
# A shorter value would be found inside words that have nothing to do with it.
_SHORTEST = 2

Cleaner = Callable[[str], str]


def cleaner(actor: Actor, case_id: UUID | str, read: Reading) -> Cleaner:
    """What to put a free text of this case through; the values are read when the first text comes."""
    known: list[tuple[str, str]] = []
    asked = False

    def clean(text: str) -> str:
        nonlocal asked
        if not text:
            return text
        if not asked:
            known.extend(_known(actor, case_id, read))
            asked = True
        for clear, instead in known:
            text = text.replace(clear, instead)
        return _LONG_NUMBER.sub(_hidden, text)

    return clean


def _hidden(found: re.Match[str]) -> str:
    return found.group() if _DAYS.fullmatch(found.group()) else masking.digits(found.group())


def in_clear(actor: Actor, case_id: UUID | str, texts: Iterable[str], read: Reading) -> list[str]:
    """The items of which a value stands in clear in these texts, for the access log."""
    said = "\n".join(text for text in texts if text)
    if not said:
        return []
    form = read.viewpoint.form
    return sorted(
        {
            value.item
            for value in values(actor, case_id, read)
            if len(value.text) >= _SHORTEST and value.text in said and form(value.detail, value.owner) is Form.CLEAR
        }
    )


def _known(actor: Actor, case_id: UUID | str, read: Reading) -> list[tuple[str, str]]:
    """The values that are not in clear, the longest first; a reveal opens none, since others read over a shoulder."""
    found = {}
    for value in values(actor, case_id, read):
        form = read.viewpoint.form(value.detail, value.owner)
        if len(value.text) >= _SHORTEST and form is not Form.CLEAR:
            found[value.text] = masked(value, form)
        elif form is Form.CLEAR:
            found[value.text] = value.text
    hidden = [(clear, instead) for clear, instead in found.items() if clear != instead]
    return sorted(hidden, key=lambda pair: len(pair[0]), reverse=True)
