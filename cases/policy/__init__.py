"""The rules of the matter as pure functions over dated data: no database, no framework, no clock of its own."""
