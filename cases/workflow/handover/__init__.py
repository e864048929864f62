"""Somebody leaves (离岗交接): what is open in their name, who takes it over, and all of it in one step."""

from cases.workflow.handover.carrying import Receipt, carry_out
from cases.workflow.handover.plan import Choice, Plan, Row, draw_up

__all__ = ["Choice", "Plan", "Receipt", "Row", "carry_out", "draw_up"]
