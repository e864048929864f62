"""Help: what each page is for."""
