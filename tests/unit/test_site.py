"""The documentation builds, no link of it is broken, and no page needs the network."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest
import yaml

LOADED = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "link": "href",
    "object": "data",
    "use": "href",
}


class Page(HTMLParser):
    """The ids of a page, where its links lead, and what a browser loads for it."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loaded = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if given.get("rel") != "canonical" and given.get(LOADED.get(tag)):
            self.loaded.append(given[LOADED[tag]])


@pytest.fixture(scope="module")
def site(root, tmp_path_factory):
    """The folder of the site and its pages, built strictly."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    built = subprocess.run(
        [*command, "--site-dir", str(folder)],
        cwd=root,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    pages = {path: Page(path.read_text()) for path in folder.rglob("*.html")}
    assert len(pages) > 20
    return folder, pages


def test_every_link_leads_to_a_file_and_a_heading_of_the_site(site):
    _, pages = site
    for path, page in pages.items():
        for link in [*page.links, *page.loaded]:
            parts = urlsplit(link)
            if path.name == "404.html" or parts.scheme in ("http", "https", "mailto"):
                continue
            to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert to.is_file(), f"{path.name}: {link}"
            known = pages[to].ids if to in pages else set()
            fragment = unquote(parts.fragment)
            skipped = fragment in ("", "__skip")
            assert skipped or fragment in known, f"{path.name}: {link}"


def test_no_page_loads_anything_from_the_network(site):
    folder, pages = site
    for path, page in pages.items():
        away = [link for link in page.loaded if urlsplit(link).netloc]
        assert not away, f"{path.name}: {away}"
    for path in folder.rglob("*.css"):
        away = re.findall(
            r"(?:url\(|@import )[\"']?(?:https?:)?//[^)]*", path.read_text()
        )
        assert not away, f"{path.name}: {away}"


def test_no_code_in_a_page_that_a_page_shows_by_mistake(site):
    """Markdown that was not rendered: a table, a link or a mkdocstrings directive."""
    _, pages = site
    for path in pages:
        text = re.sub(r"<(pre|code|script).*?</\1>", "", path.read_text(), flags=re.S)
        shown = re.sub(r"<[^>]+>", "", text)
        assert not re.search(r"^\|.*\|$|\]\([\w./#-]+\)|^::: ", shown, re.M), path.name


def test_every_figure_has_a_caption(root):
    """In a page an image is followed by a paragraph in italics, its caption."""
    for page in [root / "README.md", *root.glob("docs/**/*.md")]:
        for after in re.findall(r"^!\[.*?\]\(.*?\)\n(.*\n.*)", page.read_text(), re.M):
            assert re.match(r"\n\*\w", after), page.name


def test_pages_that_the_navigation_names_are_there_once(root):
    text = (root / "mkdocs.yml").read_text()
    names = re.findall(r": ([\w/-]+\.md)$", text, re.M)
    assert len(names) == len(set(names))
    assert yaml.safe_load(text)["theme"]["font"] is False
