"""Reads the locked case and decides: who may, from where, past which gates, with what outcome. Writes nothing."""
