"""Second factors: codes of an app, security keys, recovery codes."""
