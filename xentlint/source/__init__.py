"""The source front end: Python text to Uses, by abstract interpretation over LibCST."""

from __future__ import annotations

from functools import partial

from xentlint.catalog.rows import OwnRow
from xentlint.collector import collect
from xentlint.facts import FileFacts, Place, Use
from xentlint.source.own import Own

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xentlint.source.modules import Source
    from xentlint.source.triage import Screen


class Session:
    """One run over many files: keeps the project's modules and the positions of reported nodes."""

    def __init__(
        self,
        src: tuple[str, ...] = (),
        audit: bool = False,
        own: tuple[OwnRow, ...] = (),
        screen: Screen | None = None,
    ) -> None:
        """``audit``: losses that no head reached are uses as well. ``own``: the settings' rows.

        ``screen``: what sets files aside before they are read.
        """
        self.src = src
        self.own = Own(own)
        self.audit = audit
        self.screen = screen
        self._start()

    def _start(self) -> None:
        from xentlint.source.modules import Project
        from xentlint.source.run import World

        self.project = Project(self.src)
        self.world = World(self.project, self.own)

    def read(self, path: str, data: bytes) -> FileFacts:
        """All uses of a file; their places are handles until :meth:`locate`."""
        from xentlint.source.interpreter import interpret
        from xentlint.source.uses import settle

        if self.project.full():
            self._start()
            collect()
        source = self.project.source(path, data)
        if self._is_idle(source):
            return FileFacts(path)
        if not source.parse():
            assert source.problem is not None
            return FileFacts(path, (), (source.problem,))
        run = interpret(self.world, source)
        uses = settle(run)
        if self.audit:
            from xentlint.source.mentions import unmet

            uses += unmet(run)
        return FileFacts(path, uses)

    def _is_idle(self, source: Source) -> bool:
        """Whether a file parses, and its code has nothing to find."""
        screen = self.screen
        if screen is None or self.audit:
            return False
        from xentlint.source.idle import is_idle
        from xentlint.source.triage import is_named

        if not is_named(source.data) or self.own.is_consumed(source.data):
            return False  # it was kept for another reason
        if source.decode() or source.outlined():
            return False
        assert source.outline is not None
        if screen.imports_loss(source.path, source.data):
            return False
        return is_idle(source.outline, source.text, partial(screen.is_own, source.path))

    def locate(self, use: Use) -> Use:
        """The same use with real places."""
        head = use.head._replace(place=self._place(use.head.place))
        consumer = use.consumer._replace(place=self._place(use.consumer.place))
        related = tuple(r._replace(place=self._place(r.place)) for r in use.related)
        return use._replace(head=head, consumer=consumer, related=related)

    def _place(self, spot: object) -> Place | None:
        from xentlint.source.positions import place
        from xentlint.source.values import Spot

        if not isinstance(spot, Spot):
            return spot  # type: ignore[return-value]
        return place(spot.source, spot.node)

    def source_lines(self, path: str) -> list[str]:
        """The lines of a file that was read, for code frames."""
        source = self.project.source(path)
        if not source.lines:
            source.decode()
        return source.lines
