"""Pages about sites: pairs of cases that may be one."""
