"""What the catalogue of the pages is made of."""

from __future__ import annotations

from tools.messages import in_code, in_template


def test_a_sentence_is_found_wherever_it_is_called_for() -> None:
    code = 'said = f"{old or gettext(\'新案\')} → {new}"\nngettext("%(n)s 件", "%(n)s 件们", n)\ngettext(given)\n'
    assert list(in_code(code)) == [("新案",), ("%(n)s 件", "%(n)s 件们")]
    assert list(in_template("{% load i18n %}<b>{% trans '待办' %}</b>")) == [("待办",)]
