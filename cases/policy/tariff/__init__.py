"""Bills, simulations and charges in exact decimals: prices of four digits, every line rounded half-up to 0.01 CNY."""

from cases.policy.tariff.bill import (
    Bill,
    Line,
    Surcharge,
    bill,
    bill_cycle,
    listed_kwh,
    money,
    reverse,
    split_energy,
)
from cases.policy.tariff.charges import Charge, breach_charge, breach_energy, late_fee, theft_charge
from cases.policy.tariff.prices import Tariff, entered_tariff, find_tariff, tariffs
from cases.policy.tariff.simulate import Option, Simulation, break_even, simulate

__all__ = [
    "Bill",
    "Charge",
    "Line",
    "Option",
    "Simulation",
    "Surcharge",
    "Tariff",
    "bill",
    "bill_cycle",
    "breach_charge",
    "breach_energy",
    "break_even",
    "entered_tariff",
    "find_tariff",
    "late_fee",
    "listed_kwh",
    "money",
    "reverse",
    "simulate",
    "split_energy",
    "tariffs",
    "theft_charge",
]
