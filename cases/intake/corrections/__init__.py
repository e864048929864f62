"""The rows of a preview that need a look, out as a file and back in with their cells set right."""
