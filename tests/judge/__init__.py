"""Keras as judge: programs run under real Keras, their truth read from numbers.

Nothing here imports xentlint's tables: scales are read from the values of tensors, the
expectation of a loss from how its value moves, so a mistake in a table cannot repeat itself.
"""
