"""Rules that people entered and others approved: what one may say, and what it is to the gates and the tariff."""

from cases.policy.entered.checking import KINDS, Flaw, check, days_named, key_of, normalised, one_rule
from cases.policy.entered.versions import NONE, Entered, Version

__all__ = ["KINDS", "NONE", "Entered", "Flaw", "Version", "check", "days_named", "key_of", "normalised", "one_rule"]
