"""What exists: frozen records of the planner's world. No files, no solver, no clock, no chance."""
