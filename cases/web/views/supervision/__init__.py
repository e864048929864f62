"""The pages of supervision: overdue work, questions and answers, the rules of the steps."""
