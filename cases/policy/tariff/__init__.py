"""Bills, simulations and charges in exact decimals: prices of four digits, every line rounded half-up to 0.01 CNY.

`quote` bills a reading cycle; everything else in here is what it is made of, or made from it.
"""

from cases.policy.tariff.bill import Basis, Bill, Line, Surcharge, bill, money, reverse
from cases.policy.tariff.charges import Charge, breach_charge, breach_energy, late_fee, theft_charge
from cases.policy.tariff.choosing import Account, Entered, Supply
from cases.policy.tariff.cycle import Span, listed_kwh, months_in, split_energy
from cases.policy.tariff.errors import TariffError
from cases.policy.tariff.meter import energy_between, energy_of
from cases.policy.tariff.prices import Tariff, entered_tariff, find_tariff, parse_plan, tariffs
from cases.policy.tariff.quote import Listing, Usage, quote, surcharge_lines
from cases.policy.tariff.rows import Problem, row_problems
from cases.policy.tariff.simulate import Option, Question, Simulation, break_even, compare, simulate
from cases.policy.tariff.words import Note

__all__ = [
    "Account",
    "Basis",
    "Bill",
    "Charge",
    "Entered",
    "Line",
    "Listing",
    "Note",
    "Option",
    "Problem",
    "Question",
    "Simulation",
    "Span",
    "Supply",
    "Surcharge",
    "Tariff",
    "TariffError",
    "Usage",
    "bill",
    "breach_charge",
    "breach_energy",
    "break_even",
    "compare",
    "energy_between",
    "energy_of",
    "entered_tariff",
    "find_tariff",
    "late_fee",
    "listed_kwh",
    "money",
    "months_in",
    "parse_plan",
    "quote",
    "reverse",
    "row_problems",
    "simulate",
    "split_energy",
    "surcharge_lines",
    "tariffs",
    "theft_charge",
]
