"""Who looks at a case as what, and what becomes of its values before they leave (`cases.policy.privacy.precision`)."""
