"""The pages beside the page of a case: its measures, its whole history, a past day, its dossier."""
