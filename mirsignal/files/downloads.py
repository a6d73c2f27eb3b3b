"""Fetch a public file whole and checked, or leave nothing and say why in one line."""

from __future__ import annotations

import hashlib
import http.client
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mirsignal.errors import InputError
from mirsignal.files.atomic import atomic_path
from mirsignal.logs import log

PAUSES = (2.0, 10.0)
"""Seconds before the second and the third try; there are no more."""
TIMEOUT = 60
PROGRESS_SECONDS = 5.0
_CHUNK = 1 << 16
_HEADERS = {"User-Agent": "mirsignal (a research pipeline; Python urllib)"}
_BY_HAND = "or get the file by other means and name its folder as `mirror`"


class _BrokenOff(Exception):
    """The server stopped before the whole file was here."""


def fetch_file(
    url: str,
    destination: str | Path,
    sha256: str | None = None,
    mirror: str | None = None,
) -> str:
    """Write the file at `url` (http, https, ftp or file) to `destination`.

    With `mirror`, a folder, the file of the same name is copied from there instead.
    Connection faults, answers 5xx and broken-off transfers are tried three times.

    Returns the sha256 found. Raises InputError when the file cannot be had, is not
    complete, is a web page instead of data, or is not the one that `sha256` names.
    """
    destination = Path(destination)
    if urllib.parse.urlsplit(url).scheme not in ("http", "https", "ftp", "file"):
        raise InputError(f"{url}: not an http, https, ftp or file address; correct it")
    source = url
    if mirror is not None:
        copy = Path(mirror) / destination.name
        if not copy.is_file():
            raise InputError(
                f"{copy}: no such file in the mirror; put it there (it comes from {url}) "
                "or set `mirror: null`"
            )
        source = copy.resolve().as_uri()
    with atomic_path(destination) as temporary:
        found = _fetch_patiently(source, temporary, destination.name)
        if sha256 is not None and found != sha256.lower():
            raise InputError(
                f"{source}: wrong checksum: expected sha256 {sha256}, found {found}; the "
                "file is damaged, or its source has changed: then enter the new sha256"
            )
    state = "as expected" if sha256 else "not verified; enter it in `downloads` to pin it"
    log.info("%s: sha256 %s, %s", destination.name, found, state)
    return found


def _fetch_patiently(url: str, path: Path, name: str) -> str:
    for pause in (*PAUSES, None):
        try:
            return _fetch_once(url, path, name)
        except (OSError, http.client.HTTPException, _BrokenOff) as error:
            if isinstance(error, OSError) and error.filename == str(path):
                raise  # the disk's fault, not the server's
            what, transient = _explain(error)
            if not transient:
                line = f"{url}: {what}; correct the address {_BY_HAND}"
                raise InputError(line) from None
            if pause is None:
                raise InputError(
                    f"{url}: {what}, in {len(PAUSES) + 1} tries; try later {_BY_HAND}"
                ) from None
            log.info("%s: %s; next try in %g s", url, what, pause)
            time.sleep(pause)
    raise AssertionError("the last try returns or raises")


def _fetch_once(url: str, path: Path, name: str) -> str:
    request = urllib.request.Request(url, headers=_HEADERS)
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
        page = response.headers.get_content_type() == "text/html"
        if page and not name.endswith((".html", ".htm")):
            raise InputError(
                f"{url}: the server sent a web page instead of {name}; open the address "
                f"in a browser, correct it {_BY_HAND}"
            )
        length = response.headers.get("Content-Length")
        total = int(length) if length else None
        return _write(_read_chunks(response, total, name), path)


def _write(chunks: Iterator[bytes], path: Path) -> str:
    """Write `chunks` to `path`; return their sha256. An OSError names the path."""
    digest = hashlib.sha256()
    try:
        with path.open("wb") as handle:
            for chunk in chunks:
                digest.update(chunk)
                handle.write(chunk)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    return digest.hexdigest()


def _read_chunks(response: Any, total: int | None, name: str) -> Iterator[bytes]:
    """Yield what the server sends, logging progress; _BrokenOff if less than `total`."""
    done, logged = 0, time.monotonic()
    of_total = f" of {total / 1e6:.1f}" if total else ""
    while True:
        try:
            chunk = response.read(_CHUNK)
        except (OSError, http.client.HTTPException) as error:
            raise _BrokenOff(
                f"the server stopped half-way after {done} bytes ({type(error).__name__})"
            ) from error
        if not chunk:
            break
        done += len(chunk)
        yield chunk
        if time.monotonic() - logged >= PROGRESS_SECONDS:
            logged = time.monotonic()
            log.info("%s: %.1f%s MB", name, done / 1e6, of_total)
    if total is not None and done != total:
        raise _BrokenOff(f"truncated: the server stopped after {done} of {total} bytes")


def _explain(error: Exception) -> tuple[str, bool]:
    """Return what happened, in words, and whether another try may help."""
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        transient = error.code >= 500 or error.code in (408, 429)
        return f"the server answers {error.code} ({error.reason})", transient
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, socket.gaierror):
        return "cannot resolve the host name (is this machine online?)", False
    if isinstance(reason, FileNotFoundError):
        return "no such file", False
    if isinstance(reason, _BrokenOff):
        return str(reason), True
    if isinstance(reason, TimeoutError):
        return f"no answer within {TIMEOUT} s", True
    permanent = (ssl.SSLCertVerificationError, PermissionError, IsADirectoryError)
    invalid = isinstance(reason, (*permanent, http.client.InvalidURL, str))
    words = " ".join(str(reason).split()) or type(reason).__name__
    return f"cannot be fetched ({words})", not invalid
