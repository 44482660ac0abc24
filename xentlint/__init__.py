"""xentlint: does the last layer of a Keras model match its loss?"""

from typing import Final

__version__: Final = "0.1.0"
