"""The second person: a code that leads from the first person's page to the act that waits on the own login."""
