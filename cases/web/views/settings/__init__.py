"""设置: what those who run the system keep, behind one entrance."""
