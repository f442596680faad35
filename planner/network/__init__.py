"""From a portfolio and a plan to flat arrays: compile, deterministic pass, levelling."""
