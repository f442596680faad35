"""The Gantt: its rows from facts, its data for the page, the page's own figure."""
