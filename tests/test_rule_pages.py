"""Rule pages: they read the same both ways, are complete, and mistakes in them are named."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xentlint import pagecheck, pages

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PAGES = pages.paths(pages.folder())


def parts(code: str) -> tuple[str, str]:
    with open(PAGES[code], encoding="utf-8") as file:
        return pages.split(file.read())


@pytest.mark.parametrize("code", PAGES)
def test_page_is_complete_and_valid(code: str) -> None:
    front, body = parts(code)
    parsed = tomllib.loads(front)
    assert pagecheck.check(parsed, body) == []
    assert parsed["code"] == code
    assert body.startswith(f"# {parsed['name']} ({code})\n")


@pytest.mark.parametrize("code", PAGES)
def test_quick_reading_and_tomllib_agree(code: str) -> None:
    front, _ = parts(code)
    assert pages._plain(front) == tomllib.loads(front)


def test_judging_reads_pages_without_tomllib() -> None:
    program = "import sys, xentlint.rules as r; r.load(); sys.exit('tomllib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


PLAIN = st.recursive(
    st.text(max_size=8) | st.integers(-9, 99) | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.from_regex(r"[a-z][a-z0-9_-]{0,5}", fullmatch=True), inner, max_size=3)
    ),
    max_leaves=8,
)


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or c in '"\\\x7f' else c for c in value)
        return f'"{escaped}"'
    return str(value)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True), PLAIN, max_size=3))
def test_quick_reading_of_any_plain_toml(front: dict[str, object]) -> None:
    text = "\n".join(f"{key} = {toml(value)}" for key, value in front.items())
    assert pages.front_matter(text) == tomllib.loads(text) == front


@pytest.mark.parametrize(
    "text",
    [
        "a = 'literal = string'",
        'a = """x"""',
        "a.b = 1",
        "[t]\na = 1",
        "a = 1_000",
        "a = 0x10",
        "a = [1, 2,] # a comment",
        'a = "# no comment"  # a comment',
        "a = {b = [\n1,\n2]}",
    ],
)
def test_other_toml_is_read_by_tomllib(text: str) -> None:
    assert pages.front_matter(text) == tomllib.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        "a = 1, b = 2",
        "a = null",
        "a = NaN",
        "a = Infinity",
        "a = {b = 1, b = 2}",
        'a = {"b": 1}',
        "a = 1\na = 2",
        "a",
        "a = ",
        'a = "x',
        "a = {b = 1",
        "a = 1 2",
    ],
)
def test_what_is_no_toml_is_refused(text: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        pages.front_matter(text)


def test_a_page_without_front_matter_is_named(tmp_path: object) -> None:
    path = f"{tmp_path}/XL999.md"
    with open(path, "w", encoding="utf-8") as file:
        file.write("# no fences\n")
    with pytest.raises(pages.PageError, match="no front matter"):
        pages.read(path)


GOOD = tomllib.loads(parts("XL101")[0])
BODY = parts("XL101")[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"matchs": {}}, "unknown key 'matchs'"),
        ({"severity": "fatal"}, "severity 'fatal'"),
        ({"code": "X1"}, "'code'"),
        ({"name": "No Name"}, "'name'"),
        ({"match": {}}, "empty table"),
        (
            {"match": {"consumer": "loss", "slot": "predictions", "gives": "x"}},
            "unknown key 'gives'",
        ),
        ({"match": {"consumer": "loss", "slot": "predictions", "given": "logit"}}, "'logit'"),
        ({"match": {"consumer": "loss", "slot": "predictions", "size": "1"}}, "whole numbers"),
        ({"match": {"consumer": "loss", "slot": "predictions", "given": []}}, "no value"),
        ({"match": {"given": "logits"}}, "at least consumer and slot"),
        ({"message": "{nothing} here"}, "unknown field 'nothing'"),
        ({"message": "Stop."}, "no full stop"),
        ({"grades": [{"note": "a"}, {"note": "b"}]}, "hides what stands after it"),
        ({"grades": [{"when": {"effect": "bad"}}]}, "'bad'"),
        (
            {"fixes": [{"steps": ["dance"], "applicability": "safe", "keeps": ["outputs"]}]},
            "'dance'",
        ),
        ({"fixes": [{"steps": ["swap-arguments"], "applicability": "safe", "keeps": []}]}, "keeps"),
        ({"fixes": [{"steps": ["swap-arguments"], "keeps": []}]}, "applicability missing"),
    ],
)
def test_mistakes_in_a_page_are_named(change: dict[str, object], said: str) -> None:
    assert any(said in text for text in pagecheck.check({**GOOD, **change}, BODY))


@pytest.mark.parametrize("key", ["code", "name", "severity", "match", "message", "help"])
def test_missing_parts_are_named(key: str) -> None:
    front = {k: v for k, v in GOOD.items() if k != key}
    assert pagecheck.check(front, BODY) == [f"'{key}' is missing"]


def test_a_body_without_its_sections_is_named() -> None:
    assert any("'Fix safety'" in text for text in pagecheck.check(GOOD, "# x\n"))
    assert any("python bad" in text for text in pagecheck.check(GOOD, "# x\n"))


ADVICE = ("message", "grades", "help", "fixes")
OWN = """+++
code = "MY001"
name = "mine"
severity = "error"
match = {consumer = "loss"}
%s
help = "a"
+++
"""


def test_what_findings_need_is_parsed_with_the_first() -> None:
    rule = pages.read(PAGES["XL101"])
    assert not set(ADVICE) & vars(rule.advice).keys()
    assert "expects logits" in rule.advice.message
    assert set(ADVICE) <= vars(rule.advice).keys()
    with pytest.raises(AttributeError):
        _ = rule.advice.nothing


@pytest.mark.parametrize(
    "line",
    [
        'message = "m"',
        'message="m"',
        "message = 'm'",
        'message = """m"""',
        '# """\nmessage = "m"',
        "note = '''\nmessage = 1\n'''\nmessage = \"m\"",
    ],
)
def test_advice_of_any_spelling(tmp_path: object, line: str) -> None:
    path = f"{tmp_path}/MY001.md"
    with open(path, "w", encoding="utf-8") as file:
        file.write(OWN % line)
    rule = pages.read(path)
    assert (rule.code, rule.match) == ("MY001", ({"consumer": ("loss",)},))
    assert (rule.advice.message, [item.text for item in rule.advice.help]) == ("m", ["a"])


def test_broken_advice_names_its_page(tmp_path: object) -> None:
    path = f"{tmp_path}/MY001.md"
    with open(path, "w", encoding="utf-8") as file:
        file.write(OWN % 'message = "m" "n"')
    with pytest.raises(pages.PageError, match="MY001"):
        _ = pages.read(path).advice.help


FRONT = st.lists(st.sampled_from(["a = 1", "+++", "+++ ", " +++", "", "text", "++++"]), max_size=6)


@given(FRONT)
def test_the_quick_split_is_the_slow_one(rows: list[str]) -> None:
    text = "\n".join(["+++", *rows])
    parts = re.split(r"(?m)^\+\+\+[ \t]*$", text, maxsplit=2)
    if len(parts) != 3:
        with pytest.raises(pages.PageError):
            pages.split(text)
    else:
        assert pages.split(text) == (parts[1], parts[2].lstrip("\n"))


@pytest.mark.parametrize(
    ("name", "is_page"),
    [("XL101.md", True), ("A1.md", True), ("xl101.md", False), ("XL.md", False), ("1.md", False),
     ("XL101.MD", False), ("XL1a.md", False), ("XL101.md.md", False), ("ÄL1.md", False)],
)  # fmt: skip
def test_names_of_pages(tmp_path: Path, name: str, is_page: bool) -> None:
    (tmp_path / name).write_text("+++\n")
    assert bool(pages.paths(str(tmp_path))) == is_page
