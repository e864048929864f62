"""What is told about the workflow table: its facts, its checks, and the pages generated from it."""
