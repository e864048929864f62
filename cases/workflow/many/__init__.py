"""One act on many cases: chosen in a list, looked at case by case, confirmed once, done in chunks by the engine."""
