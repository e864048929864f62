"""The city's single sign-on (OpenID Connect Core 1.0, authorization code with PKCE): we are the relying party.

It says who somebody is, and only that: accounts, agencies and roles are this product's own, and none is made here.
"""

from agencies.sso.flow import SsoRefused, begin, can_confirm, counts_as_second_factor, finish, logout_address

__all__ = ["SsoRefused", "begin", "can_confirm", "counts_as_second_factor", "finish", "logout_address"]
