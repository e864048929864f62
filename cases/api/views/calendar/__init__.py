"""The working calendar over HTTP."""
