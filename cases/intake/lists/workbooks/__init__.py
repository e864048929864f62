"""Workbooks to rows in a process of its own: `process` starts it, `program` runs in it, `slices` cuts large sheets."""
