from agencies.models.clients import Client
from agencies.models.entry import LiveSession, Password, PastPassword
from agencies.models.organisations import Agency
from agencies.models.parameters import RegionParameter, Stamp
from agencies.models.people import Membership, User, counting
from agencies.models.places import Region
from agencies.models.registers import ImpactAssessment, Provision
from agencies.models.substitutions import Substitution

__all__ = [
    "Agency",
    "Client",
    "ImpactAssessment",
    "LiveSession",
    "Membership",
    "Password",
    "PastPassword",
    "Provision",
    "Region",
    "RegionParameter",
    "Stamp",
    "Substitution",
    "User",
    "counting",
]
