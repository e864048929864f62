"""The pages of accounts: one's own password, the list, one person, and handing over the work of who leaves."""
