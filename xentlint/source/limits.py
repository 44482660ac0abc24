"""Every number that stops something, with its reason."""

from __future__ import annotations

from typing import Final

FUEL: Final = 2_000
"""Statements run for one file, whatever its size; about 0.1 ms each."""
LINE_FUEL: Final = 10
"""Statements more for each line of the file: scripts run most of their lines once or twice."""
MOST_FUEL: Final = 12_000
"""Statements run for one file at the most."""
SPARE_FUEL: Final = 6_000
"""Statements more for functions with a consumer in their own text, when the rest is used up: a
short function that builds a model has its turn, whatever the tests around it have used."""
ENTRY_FUEL: Final = 4_000
"""Statements run for one entry point: the module body or a function that no call reached."""
INNER_FUEL: Final = 600
"""Statements run for a function inside of another that nothing here calls, or for one with a
consumer when the rest is used up; such functions are short, and ten of them have their turn
whatever the rest of the file has used up."""
DEPTH: Final = 24
"""Calls of project functions inside each other."""
RECURSION: Final = 2
"""Calls of one function inside itself."""
CHOICES: Final = 16
"""Alternatives of one value; beyond, it is unknown."""
PATHS: Final = 8
"""Conjunctions in a path condition; beyond, only what they share is kept."""
ROUNDS: Final = 24
"""Elements of a literal sequence that a loop runs one by one."""
ITEMS: Final = 2_000
"""Elements of a sequence that are kept one by one."""
INSTANCES: Final = 2
"""Instances of a class on which a method that no call reached is tried."""
MODULE_FUEL: Final = 2_000
"""Statements run for the body of an imported module."""
SOURCES: Final = 400
"""Parsed files that a session keeps; beyond, it starts over (a tree of 1,000 lines: 4 MB)."""
SIZE: Final = 1_000_000
"""Bytes of a file: LibCST needs 7 s for so many, and nobody writes that much by hand."""
NESTING: Final = 600
"""Depth of the syntax tree: LibCST needs time quadratic in the length of a chain of terms
(5,000 terms: 22 s) and recursion in its depth."""
