"""Pure arithmetic on arrays: laws, power, compute, cost. No files, no solver, no clock."""
