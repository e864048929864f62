from agencies.models.clients import Client
from agencies.models.organisations import Agency
from agencies.models.parameters import RegionParameter, Stamp
from agencies.models.people import Membership, User
from agencies.models.places import Region

__all__ = ["Agency", "Client", "Membership", "Region", "RegionParameter", "Stamp", "User"]
