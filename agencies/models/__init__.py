from agencies.models.entry import LiveSession, Password, PastPassword
from agencies.models.organisations import Agency
from agencies.models.parameters import RegionParameter, Stamp
from agencies.models.people import Membership, User
from agencies.models.places import Region

__all__ = [
    "Agency",
    "LiveSession",
    "Membership",
    "Password",
    "PastPassword",
    "Region",
    "RegionParameter",
    "Stamp",
    "User",
]
