"""What people keep of the list of cases."""
