"""The pages of sampling: the list with the plan, one sample, one drawn case, the files."""
