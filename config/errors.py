"""Every error of the API in one shape, RFC 9457 problem details."""
