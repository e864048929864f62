"""Endpoints of agencies: group robots and webhooks, set up by each agency's own administrator."""
