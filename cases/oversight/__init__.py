"""What supervision does: verifying the trail and taking it along with its proof; sampling closed cases."""
