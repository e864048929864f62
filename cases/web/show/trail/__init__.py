"""The audit trail in words: what events changed, the state of the last verification, files of the trail."""
