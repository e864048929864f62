"""The pages: server-rendered, plain forms first; htmx only swaps the same fragment faster."""
