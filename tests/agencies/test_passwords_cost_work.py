"""What a password costs who guesses: the tests of this process do without it, the product does not."""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings

ASKED = """
from django.contrib.auth.hashers import Argon2PasswordHasher as Hasher
print(Hasher.time_cost, Hasher.memory_cost, Hasher.parallelism)
"""


def test_the_product_hashes_passwords_with_no_less_work_than_owasp_asks_for() -> None:
    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    said = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True, timeout=60).stdout
    passes, kibibytes, _lanes = map(int, said.split())
    assert passes >= 2
    assert kibibytes >= 19 * 1024
