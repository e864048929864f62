"""停电确认 on a telephone: a plain page a step; scripts only carry it through a lost network."""
