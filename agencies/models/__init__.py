from agencies.models.organisations import Agency
from agencies.models.parameters import RegionParameter, Stamp
from agencies.models.people import Membership, User
from agencies.models.places import Region
from agencies.models.substitutions import Substitution

__all__ = ["Agency", "Membership", "Region", "RegionParameter", "Stamp", "Substitution", "User"]
