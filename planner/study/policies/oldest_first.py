"""Oldest first: products run on the oldest GPUs, research gets the newest.

What a fleet team does: build as the rule mix does, keep inference on what is written off, and hand
every new rack to the researchers, by headcount.
"""

from __future__ import annotations

from planner.study.policies import rule_mix
from planner.study.policies.base import Policy
from planner.study.policies.rules import newest_first, oldest_to_products

POLICY = Policy(
    "oldest-first", "Old GPUs for products, new ones for research", rule_mix.modes, newest_first,
    oldest_to_products,
)  # fmt: skip
