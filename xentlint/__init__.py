"""xentlint: does the last layer of a Keras model match its loss?"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from xentlint.saved.inspection import ModelReport as ModelReport
    from xentlint.saved.inspection import inspect_model as inspect_model

__version__: Final = "0.1.0"


def __getattr__(name: str) -> Any:
    """Late: importing the package must not cost what a command does not use."""
    if name in ("inspect_model", "ModelReport"):
        from xentlint.saved import inspection

        return getattr(inspection, name)
    raise AttributeError(f"module 'xentlint' has no attribute {name!r}")
