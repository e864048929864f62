"""The parts of `bench month`."""
