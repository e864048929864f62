"""The registers of impact assessments and of provisions of personal data."""
