"""Gigaplan: plan gigawatt GPU campuses from unit-typed specs to a verified plan.

The rooms of the house and the way imports go stand in ``docs/concepts.md``.
"""

__version__ = "0.1.0"
