"""Getting in, and what everybody keeps of the own account: password, second factors, sessions."""
