"""A month's bills in one run: readings taken in, billed by a worker in chunks, reviewed by somebody else."""
