"""The REST API under /api/v1/. A view parses, calls and renders; what is allowed is decided below it."""
