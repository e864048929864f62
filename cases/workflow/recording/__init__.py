"""From a decided outcome to one audit event, and to the database in one statement."""
