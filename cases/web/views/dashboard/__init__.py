"""驾驶舱 and the lists behind its figures."""
