"""What the dashboard says: its period, tiles, charts and tables, each figure with what it counts."""
