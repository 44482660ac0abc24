"""What counts for each file of a run: its settings, its rules, the codes that are reported."""

from __future__ import annotations

import os
from collections.abc import Mapping

from xentlint import config, gitignore
from xentlint.facts import Problem
from xentlint.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from xentlint.pages import Rule


class Chosen(NamedTuple):
    """What counts for one file."""

    settings: config.Settings
    rules: tuple[Rule, ...]
    """Those to judge by: on by default, or selected. A rule that was ignored still judges, so
    that an audit does not call its uses right."""
    selected: frozenset[str]
    """The codes that are reported."""


class Choices:
    """Settings from files with the command line merged into them, each worked out once."""

    def __init__(self, configs: config.Configs, given: Mapping[str, Any]) -> None:
        self.configs = configs
        self._given = given
        self._merged: dict[str | None, config.Settings] = {}
        self._chosen: dict[str | None, Chosen] = {}
        self._patterns: dict[str, gitignore.Ignore] = {}
        self.problems: list[Problem] = []

    def settings(self, path: str) -> config.Settings:
        """The settings of a file or folder."""
        return self._merge(self.configs.of(path))

    def settings_of_folder(self, folder: str) -> config.Settings:
        return self._merge(self.configs.of_folder(folder))

    def _merge(self, found: config.Settings) -> config.Settings:
        if found.path not in self._merged:
            self._merged[found.path] = config.merge(found, self._given)
        return self._merged[found.path]

    def of(self, path: str) -> Chosen:
        """What counts for a file."""
        settings = self.settings(path)
        if settings.path not in self._chosen:
            self._chosen[settings.path] = self._choose(settings)
        chosen = self._chosen[settings.path]
        ignored = self._ignored(settings, path)
        if ignored:
            left = (code for code in chosen.selected if not code.startswith(tuple(ignored)))
            chosen = chosen._replace(selected=frozenset(left))
        return chosen

    def known(self) -> frozenset[str]:
        """The codes of all rules that this run has met."""
        from xentlint import pages

        own = {rule.code for chosen in self._chosen.values() for rule in chosen.rules}
        return frozenset({*pages.paths(pages.folder()), *own})

    def _choose(self, settings: config.Settings) -> Chosen:
        # Late: most files hold no use, and reading the pages has its price.
        from xentlint import rules, selection

        known = (*self._own_pages(settings), *rules.load())
        selected = selection.selected(
            [rule.code for rule in known],
            [rule.code for rule in known if rule.enabled],
            settings.select,
            settings.extend_select,
            settings.ignore,
        )
        # The first that matches judges: what is not reported never hides what is, nor does a rule
        # of ours hide one of the project.
        judging = [rule for rule in known if rule.enabled or rule.code in selected]
        judging.sort(key=lambda rule: rule.code not in selected)
        return Chosen(settings, tuple(judging), selected)

    def _own_pages(self, settings: config.Settings) -> list[Rule]:
        """The project's own pages, held to what ours are held to."""
        if not settings.extend_rules:
            return []
        from xentlint import pages

        found: list[Rule] = []
        ours = set(pages.paths(pages.folder()))
        for folder in settings.extend_rules:
            where = os.path.join(settings.root, folder)
            try:
                of_folder = pages.paths(where)
            except OSError as error:
                message = f"extend-rules: {folder}: {error.strerror}"
                line = dict(settings.lines).get("extend-rules")
                self._problem(settings.path or where, line, message)
                continue
            self._strays(where)
            for code, path in of_folder.items():
                if code in ours:
                    self._problem(path, None, f"{code} is the code of a rule of xentlint")
                elif rule := self._page(code, path):
                    found.append(rule)
                    ours.add(code)
        return found

    def _strays(self, where: str) -> None:
        """Name the pages of a folder that no code leads to."""
        from xentlint import pages

        for path in pages.strays(where):
            self._problem(path, None, "is a rule's page, which is named after its code: XY101.md")

    def _page(self, code: str, path: str) -> Rule | None:
        from xentlint import files, pagecheck, pages

        rule = None
        try:
            front, body = pages.split(files.read(path).decode("utf-8"))
            wrong = pagecheck.check(pages.front_matter(front), body)
            rule = None if wrong else pages.read(path)
        except (OSError, ValueError) as error:
            wrong = [str(error)]
        if rule is not None and rule.code != code:
            wrong = [f"its code is {rule.code}, which its name is not"]
        for message in wrong:
            self._problem(path, None, message)
        return None if wrong else rule

    def _problem(self, path: str, line: int | None, message: str) -> None:
        problem = Problem(path, line, "config", message)
        if problem not in self.problems:
            self.problems.append(problem)

    def _ignored(self, settings: config.Settings, path: str) -> list[str]:
        """The codes that ``per-file-ignores`` takes away from a file."""
        codes: list[str] = []
        for pattern, given in settings.per_file_ignores:
            if self.matches(settings, pattern, path):
                codes += ("" if code == "ALL" else code for code in given)
        return codes

    def matches(self, settings: config.Settings, pattern: str, path: str) -> bool:
        """Whether a pattern of the settings means a file, or a folder above it."""
        key = f"{settings.root}\0{pattern}"
        if key not in self._patterns:
            self._patterns[key] = gitignore.Ignore(settings.root, [pattern])
        return self._patterns[key].covers(os.path.abspath(path))
