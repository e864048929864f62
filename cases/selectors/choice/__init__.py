"""What somebody chose in a list: single rows, or everything that a list finds; only what the person sees."""

from cases.selectors.choice.chosen import Pick, cases_of_numbers, only_ids, picks_of_tasks, tasks_of_cases

__all__ = ["Pick", "cases_of_numbers", "only_ids", "picks_of_tasks", "tasks_of_cases"]
