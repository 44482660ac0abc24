"""Models on a web server: range requests for the few kilobytes that are needed.

``http.client`` alone: a request costs a round trip, so ranges are read in blocks. The server
must honour ranges; one that sends the whole file is taken only if that is small. Redirects are
followed to the same scheme or to https, at most five, without credentials for another host.
"""

from __future__ import annotations

import http.client
import os
import socket
import ssl
from urllib.parse import quote, urljoin, urlsplit

from xentlint.records import NamedTuple

from .errors import ReadError, printable
from .windows import Budget, Window

SCHEMES = ("https://", "http://", "hf://")
BLOCK = 16_384
BLOCKS = 4_096
REDIRECTS = 5
TIMEOUT = 20.0
WHOLE = 1 << 20
"""Bytes taken from a server that ignores ranges."""
HUGGING_FACE = "huggingface.co"


class Answer(NamedTuple):
    """A range, and what the server said about the whole."""

    data: bytes
    start: int
    size: int
    mark: str
    """ETag or date: must stay the same between requests."""


def is_remote(path: str) -> bool:
    return "://" in path


def web_address(path: str) -> str:
    """``hf://org/repo[@revision]/file`` is a file of the Hugging Face hub."""
    if not path.startswith("hf://"):
        return path
    parts = path[5:].split("/")
    if len(parts) < 3 or not all(parts):
        raise ReadError("an hf:// address is hf://organisation/repository[@revision]/file")
    repository, _, revision = parts[1].partition("@")
    inner = quote("/".join(parts[2:]))
    branch = quote(revision or "main", safe="")
    return f"https://{HUGGING_FACE}/{quote(parts[0])}/{quote(repository)}/resolve/{branch}/{inner}"


class Connection:
    """One server at a time; the address moves with redirects."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._host = urlsplit(address).hostname or ""
        self._open: http.client.HTTPConnection | None = None
        self._at: tuple[str, str] | None = None
        self.requests = 0

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def get(self, range_: str) -> tuple[http.client.HTTPResponse, str]:
        """The answer to a range request, behind its redirects."""
        address = self.address
        for _ in range(REDIRECTS + 1):
            response = self._send(address, range_)
            if response.status not in (301, 302, 303, 307, 308):
                self.address = address
                return response, address
            address = _redirected(address, response.getheader("Location"))
            response.read(65536)
            self.close()
        raise ReadError("the server redirects too often")

    def _send(self, address: str, range_: str) -> http.client.HTTPResponse:
        parts = urlsplit(address)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Range": range_, "User-Agent": "xentlint", "Accept-Encoding": "identity"}
        token = os.environ.get("HF_TOKEN")
        if token and parts.scheme == "https" and parts.hostname == HUGGING_FACE:
            headers["Authorization"] = f"Bearer {token}"
        for attempt in (0, 1):
            connection = self._connect(parts.scheme, parts.netloc)
            try:
                self.requests += 1
                connection.request("GET", target, headers=headers)
                return connection.getresponse()
            except (OSError, http.client.HTTPException) as error:
                self.close()
                # A kept connection may have been closed by the server meanwhile: once more.
                if attempt or isinstance(error, TimeoutError):
                    raise ReadError(f"the server cannot be read: {_words(error)}") from None
        raise AssertionError("not reached")

    def _connect(self, scheme: str, netloc: str) -> http.client.HTTPConnection:
        if self._open is not None and self._at == (scheme, netloc):
            return self._open
        self.close()
        if "@" in netloc:
            raise ReadError("an address with a password in it is not read")
        if scheme == "https":
            context = ssl.create_default_context()
            self._open = http.client.HTTPSConnection(netloc, timeout=TIMEOUT, context=context)
        else:
            self._open = http.client.HTTPConnection(netloc, timeout=TIMEOUT)
        self._at = (scheme, netloc)
        return self._open


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer in {TIMEOUT:g} s"
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    return printable(str(error) or type(error).__name__)


def _redirected(address: str, location: str | None) -> str:
    if not location:
        raise ReadError("the server redirects to nowhere")
    new = urljoin(address, location)
    before, after = urlsplit(address), urlsplit(new)
    if after.scheme not in ("http", "https") or (before.scheme, after.scheme) == ("https", "http"):
        raise ReadError(f"the server redirects to {printable(after.scheme)}: not followed")
    if after.hostname != before.hostname and _inside(after.hostname or ""):
        raise ReadError("the server redirects into the local network: not followed")
    return new


def _inside(host: str) -> bool:
    """Loopback, private and link-local addresses, where cloud metadata services answer."""
    if host in ("localhost", "metadata.google.internal") or host.endswith((".local", ".internal")):
        return True
    parts = host.split(".")
    if len(parts) == 4 and all(part.isdigit() for part in parts):
        first, second = int(parts[0]), int(parts[1])
        return (
            first in (0, 10, 127)
            or (first, second) in ((169, 254), (192, 168))
            or (first == 172 and 16 <= second < 32)
        )
    return ":" in host  # an IPv6 address: none is needed for a public file


class Remote(Window):
    """A window on a file behind a web server, kept in blocks."""

    __slots__ = ("_blocks", "_mark", "connection")

    def __init__(self, connection: Connection, first: Answer, budget: Budget) -> None:
        super().__init__(first.size, budget)
        self.connection = connection
        self._mark = first.mark
        self._blocks: dict[int, bytes] = {}
        self._keep(first)

    def _keep(self, answer: Answer) -> None:
        """Whole blocks of an answer, and the last, which may be short."""
        first = -(-answer.start // BLOCK)
        end = answer.start + len(answer.data)
        for index in range(first, -(-end // BLOCK)):
            at = index * BLOCK
            if at + BLOCK <= end or end == answer.size:
                self._blocks[index] = answer.data[at - answer.start : at - answer.start + BLOCK]

    def _fetch(self, offset: int, length: int) -> bytes:
        first, last = offset // BLOCK, (offset + length - 1) // BLOCK
        missing = [index for index in range(first, last + 1) if index not in self._blocks]
        if missing:
            if len(self._blocks) + len(missing) > BLOCKS:
                raise ReadError("too much would have to be fetched", "too-large")
            start = missing[0] * BLOCK
            end = min((missing[-1] + 1) * BLOCK, self.size)
            answer = fetch(self.connection, f"bytes={start}-{end - 1}", self.budget)
            if answer.size != self.size or answer.mark != self._mark:
                raise ReadError("the file changed on the server while it was read")
            if answer.start != start or len(answer.data) != end - start:
                raise ReadError("the server sent another range than it was asked for")
            self._keep(answer)
        data = b"".join(self._blocks[index] for index in range(first, last + 1))
        at = offset - first * BLOCK
        return data[at : at + length]

    def close(self) -> None:
        self.connection.close()


def fetch(connection: Connection, range_: str, budget: Budget) -> Answer:
    """One range; of a server that ignores ranges, the whole file if it is small."""
    response, _ = connection.get(range_)
    mark = response.getheader("ETag") or response.getheader("Last-Modified") or ""
    if response.status == 206:
        start, end, size = _content_range(response.getheader("Content-Range"))
        return Answer(_body(connection, response, end + 1 - start, budget), start, size, mark)
    if response.status == 200:
        whole = _length(response.getheader("Content-Length"))
        if whole is None or whole > WHOLE:
            connection.close()
            raise ReadError("the server sends only the whole file, which is too large to fetch")
        return Answer(_body(connection, response, whole, budget), 0, whole, mark)
    connection.close()
    if response.status == 416:
        raise ReadError("the server has no such range: an empty file?")
    raise ReadError(f"the server answers {response.status} {printable(response.reason)}")


def _body(
    connection: Connection, response: http.client.HTTPResponse, length: int, budget: Budget
) -> bytes:
    budget.take(length)
    try:
        data = response.read(length)
        if response.length:  # bytes that were announced beyond the range
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        raise ReadError(f"the connection broke: {_words(error)}") from None
    if len(data) != length:
        connection.close()
        raise ReadError("the connection broke: the answer was cut off")
    return data


def _length(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _content_range(text: str | None) -> tuple[int, int, int]:
    """``bytes 0-16383/900000000``."""
    unit, _, rest = (text or "").strip().partition(" ")
    span, _, whole = rest.partition("/")
    first, _, last = span.partition("-")
    start, end, size = _length(first), _length(last), _length(whole)
    if unit != "bytes" or start is None or end is None or size is None:
        raise ReadError("the server sends a range without saying which")
    if not start <= end < size:
        raise ReadError("the server sends a range that makes no sense")
    return start, end, size


def open_remote(path: str, budget: Budget) -> Window:
    """A window on an address; other schemes go through fsspec."""
    if not path.startswith(SCHEMES):
        return _open_fsspec(path, budget)
    connection = Connection(web_address(path))
    # A zip is read from its end, everything else from its start.
    from_end = urlsplit(connection.address).path.lower().endswith((".keras", ".zip"))
    # Two blocks hold a whole one, however they fall.
    wanted = f"bytes=-{2 * BLOCK}" if from_end else f"bytes=0-{BLOCK - 1}"
    try:
        return Remote(connection, fetch(connection, wanted, budget), budget)
    except ReadError:
        connection.close()
        raise


class Opened(Window):
    """A window on a file object of fsspec."""

    __slots__ = ("file",)

    def __init__(self, file: object, size: int, budget: Budget) -> None:
        super().__init__(size, budget)
        self.file = file

    def _fetch(self, offset: int, length: int) -> bytes:
        self.budget.take(length)
        try:
            self.file.seek(offset)  # type: ignore[attr-defined]
            return bytes(self.file.read(length))  # type: ignore[attr-defined]
        except Exception as error:  # any backend, any error
            raise ReadError(f"cannot be read: {_words(error)}") from None

    def close(self) -> None:
        self.file.close()  # type: ignore[attr-defined]


def _open_fsspec(path: str, budget: Budget) -> Window:
    scheme = printable(path.partition("://")[0])
    try:
        import fsspec  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise ReadError(f"{scheme}:// needs fsspec: pip install 'xentlint[remote]'") from None
    try:
        # The defaults of most backends read 5 to 50 MB ahead.
        file = fsspec.open(path, "rb", block_size=65536, cache_type="blockcache").open()
        size = file.size if getattr(file, "size", None) is not None else file.seek(0, 2)
        return Opened(file, int(size), budget)
    except Exception as error:  # any backend, any error
        raise ReadError(f"cannot be opened: {_words(error)}") from None
