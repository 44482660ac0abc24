"""``python -m xentlint``."""

import sys

from xentlint.cli import main

if __name__ == "__main__":
    sys.exit(main())
