"""Systems of agencies at the API: OAuth 2.0 client credentials (RFC 6749 4.4), each tied to one agency."""
