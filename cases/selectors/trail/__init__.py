"""The audit trail beside its search: what events changed, where they stand in their chains, which deserve a look."""
