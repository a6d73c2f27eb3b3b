"""Show a table as a page of the report."""

from __future__ import annotations

import html
from pathlib import Path

from mirsignal.files.atomic import atomic_path, read_tsv

_STYLE = (
    "body{font-family:sans-serif;max-width:70em;margin:2em;background:#fff;color:#222}"
    "td,th{padding:.3em .8em;text-align:right;border-bottom:1px solid #ddd}"
    "td:first-child,th:first-child{text-align:left}"
)


def write_page(path: str | Path, table: str | Path, caption: str) -> None:
    """Write a file of `write_tsv` as a page: numbers, caption, what columns mean."""
    rows = read_tsv(table).to_html(
        index=False, border=0, float_format="{:.3f}".format, na_rep="-"
    )
    terms = "".join(
        f"<dt><b>{html.escape(name)}</b></dt><dd>{html.escape(meaning)}</dd>"
        for name, meaning in _meanings(table)
    )
    page = (
        f'<!DOCTYPE html><meta charset="utf-8"><style>{_STYLE}</style>'
        f"{rows}<p>{html.escape(caption)}</p><dl>{terms}</dl>"
    )
    with atomic_path(path) as temporary:
        temporary.write_text(page)


def _meanings(table: str | Path) -> list[tuple[str, str]]:
    """Return name and meaning of each column, which lead the file as comments."""
    lines = Path(table).read_text().splitlines()
    comments = [line[2:].partition(": ") for line in lines if line.startswith("# ")]
    return [(name, meaning) for name, _, meaning in comments]
