"""Who works on the database: the owner that migrates, and the application role with what it may do."""
