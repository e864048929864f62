"""The case as its events tell it: the same fold as `case_commit` in SQL, written a second time in Python.

`manage.py verify_audit` rebuilds every case from its chain and compares it with the tables, so that a row changed
behind the product's back is found even where the chain itself is whole.
"""

from cases.workflow.replay.verifier import verify_cases

__all__ = ["verify_cases"]
