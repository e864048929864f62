"""A provider of single sign-on, in a process of its own: discovery, keys, authorisation without a page, tokens.

`python provider.py CLIENT SECRET` prints its address. At /authorize it takes two parameters more than the standard:
`user`, whom it says this is, and `flaw`, what is to be wrong with the answer.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CODES: dict[str, dict[str, str]] = {}
# Instants of a proof that are none.
WHEN = {"asked in a thousand years": 33e9, "asked at no number": float("nan"), "asked before time": float("-inf")}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        own = f"http://127.0.0.1:{self.server.server_address[1]}"
        if parts.path == "/.well-known/openid-configuration":
            self.say(
                {
                    "issuer": own,
                    "authorization_endpoint": f"{own}/authorize",
                    "token_endpoint": f"{own}/token",
                    "jwks_uri": f"{own}/keys",
                    "end_session_endpoint": f"{own}/logout",
                }
            )
        elif parts.path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            self.say({"keys": [{**key, "kid": "one", "use": "sig", "alg": "RS256"}]})
        elif parts.path == "/authorize":
            code = token_urlsafe(16)
            CODES[code] = asked
            back = {"code": code, "state": asked["state"]}
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(back)}")
            self.end_headers()

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
        asked = CODES.pop(form.get("code", ""), None)  # a code is good for one token
        pair = base64.b64encode(f"{quote(sys.argv[1], safe='')}:{quote(sys.argv[2], safe='')}".encode()).decode()
        proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        if asked is None or self.headers["Authorization"] != f"Basic {pair}" or asked["code_challenge"] != challenge:
            self.say({"error": "invalid_grant"}, 400)
            return
        own = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.say({"access_token": "x", "token_type": "Bearer", "id_token": id_token(asked, own)})

    def say(self, answer: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


def asked_at(asked: dict[str, str], flaw: str, now: int) -> dict[str, float]:
    """When this provider last asked the person for a proof; most say so only where they are asked to."""
    if flaw in WHEN:
        return {"auth_time": WHEN[flaw]}
    if flaw == "does not say when" or not ("max_age" in asked or flaw in ("asked now", "two factors now")):
        return {}
    return {"auth_time": now - 3600 if flaw == "asked long ago" else now}


def id_token(asked: dict[str, str], own: str) -> str:
    now, flaw = int(time.time()), asked.get("flaw", "")
    claims: dict[str, Any] = {
        "iss": "http://other.example" if flaw == "issuer" else own,
        "aud": "somebody-else" if flaw == "audience" else sys.argv[1],
        "sub": "subject-" + asked.get("user", ""),
        "nonce": "another" if flaw == "nonce" else asked["nonce"],
        "iat": now,
        "exp": now - 3600 if flaw == "expired" else now + 300,
        "email": "drc-handler1@example.gov.cn",
    }
    claims |= asked_at(asked, flaw, now)
    if flaw == "no expiry":
        del claims["exp"]
    if flaw == "azp":
        claims |= {"aud": [sys.argv[1], "another"], "azp": "another"}
    if flaw.startswith("two factors"):
        claims["amr"] = ["pwd", "otp"]
    claims["staff_no" if flaw == "staff number" else "preferred_username"] = asked.get("user", "")
    if flaw == "only mail":
        del claims["preferred_username"]
    if flaw == "alg none":
        return jwt.encode(claims, "", algorithm="none", headers={"kid": "one"})
    if flaw == "shared secret":
        return jwt.encode(claims, sys.argv[2].ljust(32, "x"), algorithm="HS256", headers={"kid": "one"})
    if flaw == "no token":
        return ""
    key = OTHER if flaw == "forged" else KEY
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "two" if flaw == "unknown key" else "one"})


@contextmanager
def running(client: str, secret: str) -> Iterator[str]:
    """A running provider; its issuer."""
    with subprocess.Popen([sys.executable, __file__, client, secret], stdout=subprocess.PIPE, text=True) as child:
        try:
            yield child.stdout.readline().strip() if child.stdout else ""
        finally:
            child.kill()


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()
