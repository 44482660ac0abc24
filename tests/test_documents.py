"""Code blocks of Markdown and reStructuredText: as one module, and edited in their place."""

from __future__ import annotations

import ast

import pytest

from xentlint import documents
from xentlint.facts import Edit, Place

MARKDOWN = """\
# Title

```python
import keras
model = keras.Sequential()
```

```bash
pip install keras
```

- a list

  ~~~py
  model.compile(loss="mse")

      # more
  ~~~

> ```{code-block} python
> x = 1
> ```

```pycon
>>> y = 2
>>> for i in y:
...     print(i)
2
```

``` {.python .numberLines}
z = (
```

```{code-cell} ipython3
:tags: [hide]
%matplotlib inline
```
"""

RST = """\
Title
=====

.. code-block:: python
   :linenos:

   import keras
   if x:
       y = 1

.. code-block:: bash

   ls

Text.

>>> z = 2
2

.. testcode::

    w = 3
.. code:: python

  v = 4"""


def test_markdown_blocks_are_one_module() -> None:
    document = documents.to_module("a.md", MARKDOWN.encode())
    text = document.module.text
    ast.parse(text)
    assert [line for line in text.split("\n") if line.strip()] == [
        "import keras",
        "model = keras.Sequential()",
        'model.compile(loss="mse")',
        "    # more",
        "x = 1",
        "y = 2",
        "for i in y:",
        "    print(i)",
        "z = __",
        "0                 ",
    ]
    (problem,) = document.module.problems
    assert problem.message.startswith("code block 5 is left out: line 1: ")
    assert not problem.fatal


@pytest.mark.parametrize(
    ("path", "text"), [("a.md", MARKDOWN), ("a.md", MARKDOWN.replace("\n", "\r\n")), ("a.rst", RST)]
)
def test_every_place_leads_back_to_its_text(path: str, text: str) -> None:
    document = documents.to_module(path, text.encode())
    rows = text.splitlines()
    tree = ast.parse(document.module.text)
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id != "__"]
    checked = 0
    for node in names:
        place = document.place(
            Place(path, node.lineno, node.col_offset + 1, node.end_lineno,
                  (node.end_col_offset or 0) + 1)
        )  # fmt: skip
        if node.id == "z" and path == "a.md":
            continue  # stands for a block that was left out
        assert place.line is not None
        assert place.column is not None
        assert place.end_column is not None
        assert rows[place.line - 1][place.column - 1 : place.end_column - 1] == node.id
        checked += 1
    assert checked >= 4


def test_rst_blocks() -> None:
    text = documents.to_module("a.rst", RST.encode()).module.text
    assert [line for line in text.split("\n") if line.strip()] == [
        "import keras", "if x:", "    y = 1", "z = 2", "w = 3", "v = 4",
    ]  # fmt: skip


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_edits_stay_in_their_block(newline: str) -> None:
    data = ("\ufeff" + MARKDOWN.replace("\n", newline)).encode()
    after = documents.splice("a.md", data, [Edit(Place("a.md", 15, 22, 15, 27), '"hinge"')])
    assert after == data.replace(b'"mse"', b'"hinge"')
    after = documents.splice("a.md", data, [Edit(Place("a.md", 15, 3, 15, 3), "import os\n")])
    line = b'  model.compile(loss="mse")'
    assert after == data.replace(line, b"  import os" + newline.encode() + line)
    after = documents.splice("a.md", data, [Edit(Place("a.md", 25, 10, 25, 10), "\nu = 3")])
    assert after == data.replace(b">>> y = 2", b">>> y = 2" + newline.encode() + b">>> u = 3")


def test_a_document_that_is_not_utf8() -> None:
    (problem,) = documents.to_module("a.md", b"# \xff\n").module.problems
    assert (problem.kind, problem.line, problem.fatal) == ("encoding", 1, True)
