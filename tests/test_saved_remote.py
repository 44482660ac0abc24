"""Models behind a web server: ranges, redirects, no ranges, broken connections."""

from __future__ import annotations

import http.server
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from saved import build, hdf5_build

from xentlint import rules, saved
from xentlint.saved import remote
from xentlint.saved.errors import ReadError

RULES = rules.load()
MIB = 1 << 20


class Request(NamedTuple):
    path: str
    range: str | None
    authorization: str | None
    sent: int


class Server(http.server.ThreadingHTTPServer):
    files: dict[str, bytes]
    requests: list[Request]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that ends its connection has what it wanted: nothing to print a trace of."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(http.server.BaseHTTPRequestHandler):
    """The first part of the path says how the server behaves."""

    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        _, way, name = self.path.split("?")[0].split("/", 2)
        wanted = self.headers["Range"]
        if way.startswith("hop"):
            number = int(way[3:])
            target = f"/hop{number - 1}/{name}" if number else f"/range/{name}"
            self._answer(302, b"", Location=target)
        elif way == "away":
            self._answer(302, b"", Location=f"ftp://127.0.0.1/{name}")
        elif way == "inside":
            self._answer(302, b"", Location=f"http://169.254.169.254/{name}")
        elif way == "missing":
            self._answer(404, b"no")
        else:
            self._file(way, self.server.files[name], wanted)
        self.server.requests.append(
            Request(self.path, wanted, self.headers["Authorization"], self.sent)
        )

    def _file(self, way: str, data: bytes, wanted: str | None) -> None:
        if way == "whole" or wanted is None:
            self._answer(200, data)
            return
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start = int(first) if first else max(0, len(data) - int(last))
        end = min(int(last), len(data) - 1) if first else len(data) - 1
        part = data[start : end + 1]
        where = f"bytes {start}-{end}/{len(data)}"
        mark = f'"{len(self.server.requests)}"' if way == "changing" else '"1"'
        if way == "cut":
            self._answer(206, part, cut=True, **{"Content-Range": where, "ETag": mark})
        elif way == "wrong":
            self._answer(206, part, **{"Content-Range": "bytes 7-3/2", "ETag": mark})
        elif way == "closing":
            self._answer(206, part, **{"Content-Range": where, "ETag": mark})
            self.close_connection = True
        else:
            self._answer(206, part, **{"Content-Range": where, "ETag": mark})

    def _answer(self, status: int, data: bytes, cut: bool = False, **headers: str) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.sent = 0
        body = data[: len(data) // 2] if cut else data
        try:
            self.wfile.write(body)
            self.sent = len(body)
        except OSError:
            pass
        self.close_connection = self.close_connection or cut


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    model = json.dumps(build.sequential(build.dense(3, "softmax"))).encode()
    training = json.dumps({"loss": build.from_logits()}).encode()
    metadata = {
        **build.sequential(build.dense(3, "softmax")),
        "training_config": json.loads(training),
    }
    made = Server(("127.0.0.1", 0), Handler)
    made.files = {
        "m.keras": build.keras_zip(build.faulty(), big=bytes(8 * MIB)),
        "small.keras": build.keras_zip(build.faulty()),
        "m.h5": hdf5_build.attributes(model_config=model, training_config=training)
        + bytes(8 * MIB),
        "saved_model.pb": build.saved_model(metadata) + build.field(9, bytes(8 * MIB)),
    }
    made.requests = []
    thread = threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()


def read(server: Server, way: str, name: str) -> Any:
    server.requests.clear()
    return saved.read(f"http://127.0.0.1:{server.server_port}/{way}/{name}")


def codes(facts: Any) -> set[str]:
    return {v.code for v in (rules.judge(use, RULES) for use in facts.uses)} - {"XL301"}


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "saved_model.pb", "small.keras"])
def test_two_requests_and_few_bytes(server: Server, name: str) -> None:
    facts = read(server, "range", name)
    assert codes(facts) == {"XL101"}
    assert len(server.requests) <= 2
    assert sum(request.sent for request in server.requests) <= 64 * 1024
    assert all(request.range for request in server.requests)


def test_a_query_behind_the_name(server: Server) -> None:
    assert codes(read(server, "range", "m.keras?download=true")) == {"XL101"}


def test_redirects_are_followed_up_to_five(server: Server) -> None:
    assert codes(read(server, "hop3", "m.keras")) == {"XL101"}
    message = read(server, "hop7", "m.keras").problems[0].message
    assert message == "the server redirects too often"


@pytest.mark.parametrize(
    ("way", "name", "says"),
    [
        ("away", "m.keras", "redirects to ftp: not followed"),
        ("inside", "m.keras", "into the local network"),
        ("missing", "m.keras", "answers 404"),
        ("whole", "m.keras", "sends only the whole file"),
        ("cut", "m.keras", "connection broke"),
        ("cut", "m.h5", "connection broke"),
        ("wrong", "m.h5", "makes no sense"),
        ("changing", "m.keras", "changed on the server"),
    ],
)
def test_what_cannot_be_read_is_said(server: Server, way: str, name: str, says: str) -> None:
    facts = read(server, way, name)
    assert [says in problem.message for problem in facts.problems] == [True]
    assert facts.problems[0].fatal
    assert sum(request.sent for request in server.requests) < 9 * MIB


def test_a_small_file_of_a_server_without_ranges(server: Server) -> None:
    assert codes(read(server, "whole", "small.keras")) == {"XL101"}


def test_a_server_that_closes_after_each_answer(server: Server) -> None:
    assert codes(read(server, "closing", "m.keras")) == {"XL101"}


def test_nobody_answers() -> None:
    facts = saved.read("http://127.0.0.1:9/m.keras")
    assert facts.problems[0].fatal
    assert "cannot be read" in facts.problems[0].message


def test_hub_addresses() -> None:
    address = remote.web_address("hf://org/repo@v1/a b/model.keras")
    assert address == "https://huggingface.co/org/repo/resolve/v1/a%20b/model.keras"
    assert "/resolve/main/" in remote.web_address("hf://org/repo/model.keras")
    with pytest.raises(ReadError):
        remote.web_address("hf://org/model.keras")


def test_a_token_goes_to_the_hub_only(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    read(server, "range", "m.keras")
    assert [request.authorization for request in server.requests] == [None] * len(server.requests)


def test_https_is_not_left_for_http() -> None:
    with pytest.raises(ReadError, match="not followed"):
        remote._redirected("https://a.example/m", "http://a.example/m")
    assert remote._redirected("http://a.example/m", "https://b.example/m").startswith("https")


def test_fsspec(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    (tmp_path / "m.keras").write_bytes(build.keras_zip(build.faulty()))
    facts = saved.read(f"file://{tmp_path}/m.keras")
    assert codes(facts) == {"XL101"}
    assert saved.read(f"file://{tmp_path}/none.keras").problems[0].fatal
    assert saved.read("nonsense-scheme://a/m.keras").problems[0].fatal
