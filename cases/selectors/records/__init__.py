"""Reading the registers beside the cases: the access log, impact assessments, provisions of data, erasures."""
