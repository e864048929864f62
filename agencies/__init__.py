"""Who may act: regions, agencies, people, their roles and duties, and which cases an agency sees."""
