"""The pages that people open most, as hand-written SQL."""
