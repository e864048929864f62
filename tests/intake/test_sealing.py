"""Sealing: another key, another place or one changed byte opens nothing; rotation keeps old values readable."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cases.models.sealing import CannotOpen, KeyRing
from config.env import Env, SettingError
from config.vault import vault_keys

OLD, NEW, INDEX = bytes(range(32)), bytes(range(32, 64)), bytes(32)
TEXT = "孙玲".encode()


def ring(**keys: bytes) -> KeyRing:
    return KeyRing(keys or {"k1": OLD}, INDEX)


def test_what_is_sealed_opens_only_at_its_place() -> None:
    sealed = ring().seal(TEXT, b"row 1")
    assert ring().open(sealed, b"row 1") == TEXT
    assert TEXT not in sealed
    with pytest.raises(CannotOpen, match="VAULT_KEYS"):
        ring().open(sealed, b"row 2")


def test_the_format_is_read_by_an_independent_reader() -> None:
    sealed = ring().seal(TEXT, b"row 1")
    assert sealed[:4] == b"\x01\x02k1"
    assert AESGCM(OLD).decrypt(sealed[4:16], sealed[16:], b"\x01\x02k1" + b"row 1") == TEXT


def test_equal_values_are_sealed_differently_and_found_by_their_hash() -> None:
    one = ring()
    assert one.seal(TEXT, b"") != one.seal(TEXT, b"")
    expected = hmac.new(INDEX, b"phone\x0013800001111", hashlib.sha256).digest()[:16]
    assert one.blind("phone", "13800001111") == expected
    assert one.blind("meter", "13800001111") != expected


@pytest.mark.parametrize("position", [0, 1, 3, 5, 20, -1])
def test_one_changed_byte_is_noticed(position: int) -> None:
    sealed = bytearray(ring().seal(TEXT, b"row 1"))
    sealed[position] ^= 1
    with pytest.raises(CannotOpen):
        ring().open(bytes(sealed), b"row 1")


@pytest.mark.parametrize("garbage", [b"", b"\x01", b"\x01\xff", b"plain text that was never sealed"])
def test_what_was_never_sealed_does_not_open(garbage: bytes) -> None:
    with pytest.raises(CannotOpen):
        ring().open(garbage, b"")


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    before = ring().seal(TEXT, b"row 1")
    rotated = ring(k2=NEW, k1=OLD)
    assert rotated.key_of(rotated.seal(TEXT, b"row 1")) == "k2"
    assert rotated.open(before, b"row 1") == TEXT
    moved = rotated.reseal(before, b"row 1")
    assert ring(k2=NEW).open(moved, b"row 1") == TEXT
    with pytest.raises(CannotOpen):
        ring(k2=NEW).open(before, b"row 1")


def b64(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_the_keys_come_from_the_environment_the_first_one_seals() -> None:
    keys, index = vault_keys(
        Env({"VAULT_KEYS": f"k2={b64(NEW)}, k1={b64(OLD)}", "VAULT_INDEX_KEY": b64(INDEX)}), demo_secret=None
    )
    assert list(keys.items()) == [("k2", NEW), ("k1", OLD)]
    assert index == INDEX


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "VAULT_KEYS is not set"),
        ({"VAULT_KEYS": f"k1={b64(OLD)}"}, "VAULT_INDEX_KEY is not set"),
        ({"VAULT_KEYS": b64(OLD), "VAULT_INDEX_KEY": b64(INDEX)}, "without a name"),
        ({"VAULT_KEYS": f"k1={b64(OLD)},k1={b64(NEW)}", "VAULT_INDEX_KEY": b64(INDEX)}, "a name of its own"),
        ({"VAULT_KEYS": f"k1={b64(OLD[:16])}", "VAULT_INDEX_KEY": b64(INDEX)}, "not 32 bytes"),
        ({"VAULT_KEYS": f"k1={b64(OLD)}", "VAULT_INDEX_KEY": "secret words"}, "not 32 bytes"),
    ],
    ids=["none", "no-index", "unnamed", "twice", "short", "no-base64"],
)
def test_outside_the_demo_missing_or_weak_keys_stop_the_start(values: dict[str, str], says: str) -> None:
    with pytest.raises(SettingError, match=says) as refused:
        vault_keys(Env(values), demo_secret=None)
    assert b64(OLD) not in str(refused.value)


def test_the_demo_derives_its_keys_and_takes_named_ones_if_given() -> None:
    keys, index = vault_keys(Env({}), demo_secret="secret")
    assert list(keys) == ["demo"]
    assert len(keys["demo"]) == len(index) == 32
    assert keys["demo"] != index
    with pytest.raises(SettingError):
        vault_keys(Env({"VAULT_KEYS": f"k1={b64(OLD)}"}), demo_secret="secret")
