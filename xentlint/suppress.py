"""Comments that silence findings: read, matched, reported when they silence nothing.

``# xentlint: ignore[XL101] reason`` and ``# noqa: XL101`` silence what has a place on their line:
the loss, the activation, the definition of either. A comment alone on its line speaks for the next
line of code, one behind the last line of a statement for the whole statement.
``# xentlint: ignore-file[XL101]`` speaks for its file. Without a code nothing is silenced.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from xentlint.facts import Consumer, Edit, Finding, Fix, Head, Place, Use
from xentlint.lexing import Comment, Logical, lines, logical_lines

UNUSED: Final = "XL001"
NAME: Final = "unused-suppression"

_OURS: Final = re.compile(r"#[ \t]*xentlint:[ \t]*(ignore-file|ignore)\b[ \t]*(?:\[([^\]#]*)\])?")
_NOQA: Final = re.compile(r"#[ \t]*noqa[ \t]*:[ \t]*([A-Z]+\d+(?:[\s,]+[A-Z]+\d+)*)", re.IGNORECASE)
_CODE: Final = re.compile(r"[A-Za-z]+\d*")
_XL: Final = re.compile(r"XL\d+")


class Suppression(NamedTuple):
    """A comment that silences some codes on some lines."""

    place: Place
    """Of the whole comment, with the blanks before it."""
    comment: str
    codes: tuple[str, ...]
    first: int
    last: int
    """The lines that it speaks for."""
    whole_file: bool = False
    alone: bool = False
    """Whether nothing else stands on its line."""
    covered: str = ""
    """The code that it speaks for."""


def scan(
    path: str, text: str, known: Collection[str] = (), cell: int | None = None
) -> list[Suppression]:
    """All suppressions in a Python text. ``known``: the codes of all rules."""
    rows = lines(text)
    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row))
    logical = list(logical_lines(text))
    found = []
    for index, line in enumerate(logical):
        for comment in line.comments:
            if pragmas := list(_pragmas(comment.text, known)):
                at = _Position(rows, starts, comment)
                first, last = _reach(logical, index, at)
                codes = tuple(code for pragma in pragmas for code in pragma.codes)
                place = Place(path, at.line, at.begin + 1, at.line, at.end + 1, cell)
                whole = any(pragma.whole_file for pragma in pragmas)
                covered = text if whole else "".join(rows[first - 1 : last])
                for other in line.comments:
                    covered = covered.replace(other.text, "")
                found.append(
                    Suppression(place, comment.text, codes, first, last, whole, at.alone, covered)
                )
    return found


class _Pragma(NamedTuple):
    """One instruction to us in a comment: its codes, and where they and all of it stand."""

    start: int
    end: int
    listed: tuple[int, int]
    codes: tuple[str, ...]
    whole_file: bool
    is_noqa: bool


def _pragmas(comment: str, known: Collection[str]) -> Iterator[_Pragma]:
    for match in _OURS.finditer(comment):
        codes = tuple(re.findall(r"[^\s,]+", match[2] or ""))
        # What stands behind the codes is their reason, up to the next tool's comment.
        end = comment.find("#", match.end())
        end = len(comment) if end < 0 else end
        whole_file = match[1] == "ignore-file"
        yield _Pragma(match.start(), end, match.span(2), codes, whole_file, False)
    for match in _NOQA.finditer(comment):
        given = (code.upper() for code in _CODE.findall(match[1]))
        ours = tuple(code for code in given if _XL.fullmatch(code) or code in known)
        if ours:
            yield _Pragma(*match.span(), match.span(1), ours, False, True)


class _Position:
    """Where a comment stands among the lines of its text."""

    def __init__(self, rows: list[str], starts: list[int], comment: Comment) -> None:
        from bisect import bisect_right

        self.starts, self.rows = starts, rows
        self.line = bisect_right(starts, comment.start)
        self.end = comment.start - starts[self.line - 1] + len(comment.text)
        before = rows[self.line - 1][: self.end - len(comment.text)]
        self.begin = len(before.rstrip())
        self.alone = not before.strip()

    def lines_of(self, logical: Logical) -> tuple[int, int]:
        from bisect import bisect_right

        return bisect_right(self.starts, logical.start), bisect_right(self.starts, logical.end - 1)


def _reach(logical: Sequence[Logical], index: int, at: _Position) -> tuple[int, int]:
    """The lines that a comment speaks for."""
    first, last = at.lines_of(logical[index])
    if not at.alone:
        return (first, last) if at.line == last else (at.line, at.line)
    if at.line == last:  # the comment is a line of its own between statements
        for after in logical[index + 1 :]:
            first, last = at.lines_of(after)
            if not _is_quiet(at.rows[first - 1]):
                return first, last
        return at.line, at.line
    number = at.line + 1
    while number < last and _is_quiet(at.rows[number - 1]):
        number += 1
    return at.line, number


def _is_quiet(row: str) -> bool:
    return not row.strip() or row.lstrip().startswith("#")


def speaks_for(suppression: Suppression, place: Place) -> bool:
    """Whether a place lies on the lines of a suppression."""
    if place.path != suppression.place.path or place.line is None:
        return False
    if suppression.whole_file:
        return True
    last = place.end_line or place.line
    return (
        place.cell == suppression.place.cell
        and place.line <= suppression.last
        and suppression.first <= last
    )


def places(use: Use) -> list[Place]:
    """Every place that belongs to a use."""
    found = [use.consumer.place, use.head.place, *(item.place for item in use.related)]
    return [place for place in found if isinstance(place, Place)]


class Silenced(NamedTuple):
    """What remains, and which suppressions had something to do."""

    kept: tuple[Finding, ...]
    silent: int
    used: frozenset[tuple[Suppression, str]]


def apply(findings: Iterable[Finding], suppressions: Sequence[Suppression]) -> Silenced:
    """Take out what a comment silences."""
    kept, used, count = [], set(), 0
    for finding in findings:
        at = places(finding.use)
        hits = [
            (suppression, code)
            for suppression in suppressions
            for code in suppression.codes
            if finding.code.startswith(code) and any(speaks_for(suppression, place) for place in at)
        ]
        used.update(hits)
        count += bool(hits)
        if not hits:
            kept.append(finding)
    return Silenced(tuple(kept), count, frozenset(used))


def unused(
    suppression: Suppression,
    used: Collection[tuple[Suppression, str]],
    selected: Collection[str],
    known: Collection[str],
) -> Finding | None:
    """The finding on a comment that silences nothing, with the edit that takes that out.

    A code that this run does not look for may well have something to silence.
    """
    idle = tuple(
        code
        for code in dict.fromkeys(suppression.codes)
        if (suppression, code) not in used and _is_looked_for(code, selected, known)
    )
    if suppression.codes and not idle:
        return None
    if not idle:
        message = "this comment silences nothing: it names no code, as in ignore[XL101]"
    else:
        strange = [code for code in idle if not _begins_one(code, known)]
        why = f"there is no rule {strange[0]}" if strange else "there is no such finding here"
        message = f"{', '.join(idle)} is suppressed without need: {why}"
    edit = _edit(suppression, without(suppression.comment, idle, known))
    fix = Fix(
        ("remove-suppression",), "safe", ("outputs", "training"), "remove what is unused", (edit,)
    )
    place = suppression.place._replace(
        column=(suppression.place.end_column or 1) - len(suppression.comment)
    )
    use = Use(Head(), Consumer("suppression", suppression.comment, "any", place=place))
    return Finding(UNUSED, NAME, "warning", message, "remove it", use, (fix,))


def _edit(suppression: Suppression, comment: str) -> Edit:
    """Put another comment in the place of one; with an empty one, nothing of its line is left."""
    place = suppression.place
    if suppression.alone:
        if not comment:
            return Edit(place._replace(column=1, end_line=(place.line or 0) + 1, end_column=1), "")
        column = (place.end_column or 1) - len(suppression.comment)
        return Edit(place._replace(column=column), comment)
    return Edit(place, f"  {comment}" if comment else "")


def _begins_one(code: str, codes: Collection[str]) -> bool:
    return any(known.startswith(code) for known in codes)


def _is_looked_for(code: str, selected: Collection[str], known: Collection[str]) -> bool:
    if code == UNUSED:
        return False
    return _begins_one(code, selected) or not _begins_one(code, known)


def without(comment: str, idle: Collection[str], known: Collection[str] = ()) -> str:
    """A comment without these codes of ours; nothing of another tool's is touched."""
    for pragma in sorted(_pragmas(comment, known), reverse=True):
        if pragma.codes and not set(idle) & set(pragma.codes):
            continue
        begin, end = pragma.listed
        listed = [code for code in re.split(r"[\s,]+", comment[begin:end]) if code]
        left = [code for code in listed if code.upper() not in idle and code not in idle]
        if left:
            comment = comment[:begin] + ", ".join(left) + comment[end:]
        else:
            # The reason goes with its code; behind a noqa anything may stand.
            comment = comment[: pragma.start] + "#" + comment[pragma.end :]
    comment = re.sub(r"#[ \t]*(?=#)", "", comment).strip()
    return re.sub(r"[ \t]*#$", "", comment)


def add(
    path: str, text: str, codes: Mapping[int, Collection[str]], reason: str, cell: int | None = None
) -> list[Edit]:
    """Edits that silence these codes on these lines of a text."""
    rows = lines(text)
    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row))
    logical = list(logical_lines(text))
    present = {one.place.line: one for one in scan(path, text, cell=cell)}
    edits = []
    for line, wanted in sorted(codes.items()):
        before = present.get(line)
        if before is not None and (edit := _extended(before, wanted)):
            edits.append(edit)
            continue
        comment = f"# xentlint: ignore[{', '.join(sorted(wanted))}]{' ' * bool(reason)}{reason}"
        row = rows[line - 1].rstrip("\r\n")
        end = starts[line - 1] + len(row)
        statement = next(one for one in logical if one.start <= end <= one.end)
        if any(begin <= end < stop for begin, stop in statement.inside):
            # Nothing can stand behind a backslash or inside a string: above the statement, then.
            first = next(n for n, start in enumerate(starts, 1) if start == statement.start)
            head = rows[first - 1]
            indent = head[: len(head) - len(head.lstrip())]
            newline = "\r\n" if head.endswith("\r\n") else "\n"
            edits.append(Edit(Place(path, first, 1, first, 1, cell), f"{indent}{comment}{newline}"))
        else:
            column = len(row.rstrip()) + 1
            edits.append(Edit(Place(path, line, column, line, len(row) + 1, cell), f"  {comment}"))
    return edits


def _extended(before: Suppression, wanted: Collection[str]) -> Edit | None:
    """More codes in the brackets of a comment that is there."""
    found = _OURS.search(before.comment)
    if found is None or not (found[2] or "").strip() or before.whole_file:
        return None
    codes = sorted({*re.findall(r"[^\s,]+", found[2]), *wanted})
    column = (before.place.end_column or 1) - len(before.comment)
    begin, end = found.span(2)
    place = before.place._replace(column=column + begin, end_column=column + end)
    return Edit(place, ", ".join(codes))
