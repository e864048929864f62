"""The keys of the personal data: named by the environment, derived from the secret key in the demo only."""

from __future__ import annotations

import base64
import binascii
import hmac
import re

from config.env import Env, SettingError

KEY_BYTES = 32
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
_HOW = 'python -c "import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())"'


def vault_keys(env: Env, *, demo_secret: str | None) -> tuple[dict[str, bytes], bytes]:
    """The ring (`VAULT_KEYS`: NAME=BASE64,NAME=BASE64, the first seals) and the blind index's key (`VAULT_INDEX_KEY`).

    Outside the demo both are required: keys derived from the secret key would be lost when that one is changed.
    """
    named, index = env.get("VAULT_KEYS"), env.get("VAULT_INDEX_KEY")
    if demo_secret is not None and not named and not index:
        return {"demo": _derive(demo_secret, "seal")}, _derive(demo_secret, "index")
    named = env.required("VAULT_KEYS", write=f"NAME=KEY, the key being the output of: {_HOW}")
    index = env.required("VAULT_INDEX_KEY", write=f"the output of: {_HOW}")
    ring: dict[str, bytes] = {}
    for word in named.split(","):
        name, _sign, key = word.strip().partition("=")
        if not _NAME.fullmatch(name) or name in ring:
            raise SettingError(
                "VAULT_KEYS holds a key without a name of its own; write NAME=KEY,NAME=KEY (a-z, 0-9, -)."
            )
        ring[name] = _key("VAULT_KEYS", key)
    return ring, _key("VAULT_INDEX_KEY", index)


def _key(variable: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise SettingError(
            f"{variable} holds a key that is not {KEY_BYTES} bytes in base64; write the output of: {_HOW}"
        )
    return key


def _derive(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), f"lianzhi vault {purpose}".encode(), "sha256")
