"""Downloads arrive whole and checked, or leave nothing and one line."""

import contextlib
import hashlib
import http.server
import logging
import socket
import threading
from collections import Counter
from pathlib import Path
from typing import ClassVar

import pytest

from mirsignal.errors import InputError
from mirsignal.files import downloads
from mirsignal.files.downloads import fetch_file

BODY = b"mirna\tsequence\n" * 20_000
SHA256 = hashlib.sha256(BODY).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """The path says how the server behaves; `asked` counts requests by path."""

    asked: ClassVar[Counter[str]] = Counter()

    def do_GET(self) -> None:
        self.asked[self.path] += 1
        first = self.asked[self.path] == 1
        if self.path == "/missing.tsv":
            self.send_error(404)
        elif self.path == "/down.tsv" or (self.path == "/busy.tsv" and first):
            self.send_error(503)
        elif self.path == "/page.tsv":
            self._send(b"<html>log in</html>", content_type="text/html")
        elif self.path == "/chunked.tsv":
            self._send(b"100000\r\nabc", chunked=True)
        elif self.path == "/truncated.tsv" or (self.path == "/hiccup.tsv" and first):
            self._send(BODY[: len(BODY) // 2], length=len(BODY))
        elif self.path == "/silent.tsv" and first:
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self._send(BODY)

    def _send(
        self,
        body: bytes,
        length: int | None = None,
        content_type: str = "text/plain",
        chunked: bool = False,
    ) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(downloads, "PAUSES", (0.0, 0.0))
    Handler.asked.clear()


def refusal(url: str, folder: Path, **options) -> str:
    """Fetch what must fail; check that nothing is left and return the one line."""
    folder = folder / "resources"
    name = url.rpartition("/")[2]
    with pytest.raises(InputError) as caught:
        fetch_file(url, folder / name, **options)
    assert not folder.exists() or not list(folder.iterdir())
    line = str(caught.value)
    assert "\n" not in line
    assert name in line
    return line


def test_good_file_over_http(server, tmp_path):
    assert fetch_file(f"{server}/a.tsv", tmp_path / "b.tsv", SHA256.upper()) == SHA256
    assert (tmp_path / "b.tsv").read_bytes() == BODY
    assert [path.name for path in tmp_path.iterdir()] == ["b.tsv"]


def test_file_address(tmp_path):
    (tmp_path / "a.tsv").write_bytes(BODY)
    url = (tmp_path / "a.tsv").as_uri()
    assert fetch_file(url, tmp_path / "new" / "a.tsv", SHA256) == SHA256
    assert "no such file" in refusal(url.replace("a.tsv", "b.tsv"), tmp_path)


def test_unpinned_file_logs_its_digest_in_one_line(server, tmp_path, caplog):
    caplog.set_level(logging.INFO, logger="mirsignal")
    fetch_file(f"{server}/a.tsv", tmp_path / "a.tsv")
    (message,) = [record.getMessage() for record in caplog.records]
    assert SHA256 in message
    assert "not verified" in message


def test_progress_tells_megabytes(server, tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(downloads, "PROGRESS_SECONDS", 0.0)
    caplog.set_level(logging.INFO, logger="mirsignal")
    fetch_file(f"{server}/a.tsv", tmp_path / "a.tsv")
    assert "a.tsv: 0.1 of 0.3 MB" in caplog.text


def test_wrong_checksum_tells_both_and_is_not_retried(server, tmp_path):
    line = refusal(f"{server}/a.tsv", tmp_path, sha256="0" * 64)
    assert "0" * 64 in line
    assert SHA256 in line
    assert Handler.asked["/a.tsv"] == 1


def test_absent_page_is_not_retried(server, tmp_path):
    assert "404 (Not Found)" in refusal(f"{server}/missing.tsv", tmp_path)
    assert Handler.asked["/missing.tsv"] == 1


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("truncated.tsv", f"after {len(BODY) // 2} of {len(BODY)} bytes"),
        ("chunked.tsv", "stopped half-way"),
        ("down.tsv", "503"),
    ],
)
def test_lasting_server_faults_fail_after_three_tries(server, tmp_path, page, words):
    line = refusal(f"{server}/{page}", tmp_path)
    assert words in line
    assert "3 tries" in line
    assert Handler.asked[f"/{page}"] == 3


@pytest.mark.parametrize("page", ["hiccup.tsv", "busy.tsv", "silent.tsv"])
def test_passing_server_faults_are_retried(server, tmp_path, page):
    assert fetch_file(f"{server}/{page}", tmp_path / page, SHA256) == SHA256
    assert Handler.asked[f"/{page}"] == 2


def test_web_page_is_refused_unless_one_is_wanted(server, tmp_path):
    assert "web page" in refusal(f"{server}/page.tsv", tmp_path)
    fetch_file(f"{server}/page.tsv", tmp_path / "page.html")


def test_unreachable_hosts(tmp_path, monkeypatch):
    assert "3 tries" in refusal("http://127.0.0.1:9/a.tsv", tmp_path)

    def no_names(*_: object, **__: object) -> None:
        raise downloads.socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(downloads.socket, "getaddrinfo", no_names)
    assert "cannot resolve" in refusal("http://nowhere.invalid/a.tsv", tmp_path)
    assert "address" in refusal("gopher://nowhere.invalid/a.tsv", tmp_path)


def test_mirror_is_copied_and_checked_and_nothing_fetched(server, tmp_path):
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    url = f"{server}/a.tsv"
    assert "mirror" in refusal(url, tmp_path, mirror=str(mirror))
    (mirror / "a.tsv").write_bytes(BODY)
    destination = tmp_path / "kept" / "a.tsv"
    assert fetch_file(url, destination, SHA256, str(mirror)) == SHA256
    assert destination.read_bytes() == BODY
    assert "checksum" in refusal(url, tmp_path, sha256="0" * 64, mirror=str(mirror))
    assert not Handler.asked


def test_a_full_disk_is_not_the_servers_fault(server, tmp_path, monkeypatch):
    full = contextlib.nullcontext(Path("/dev/full"))
    monkeypatch.setattr(downloads, "atomic_path", lambda _: full)
    with pytest.raises(OSError, match="/dev/full"):
        fetch_file(f"{server}/a.tsv", tmp_path / "a.tsv")
    assert Handler.asked["/a.tsv"] == 1
