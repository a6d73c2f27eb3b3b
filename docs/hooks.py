"""Add to the site the pages that lie elsewhere: README, benchmarks and the library.

Links in these pages are those of the repository, so that they work there too; here they
become links of the site.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
ELSEWHERE = {
    "index.md": "README.md",
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
    "benchmarks/index.md": "benchmarks/README.md",
    "benchmarks/binding.md": "benchmarks/binding.md",
    "benchmarks/scan.md": "benchmarks/scan.md",
}
PAGES = {source: page for page, source in ELSEWHERE.items()}


def rooms():
    """Return the names of the sub-packages of the library that hold modules."""
    packages = (path.parent for path in (ROOT / "mirsignal").glob("*/__init__.py"))
    return sorted(path.name for path in packages)


def on_config(config):
    """List a page for each sub-package of the library in the navigation."""
    reference = next(part["Reference"] for part in config.nav if "Reference" in part)
    pages = [{room: f"library/{room}.md"} for room in rooms()]
    if not any("Library" in entry for entry in reference):
        reference.append({"Library": pages})
    return config


def on_files(files, config):
    """Add the pages that do not lie in docs/."""
    for page, source in ELSEWHERE.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    for room in rooms():
        text = describe_room(room)
        files.append(File.generated(config, f"library/{room}.md", content=text))
    return files


def describe_room(room):
    """Return the page of a sub-package: its docstring, and its modules in turn."""
    folder = ROOT / "mirsignal" / room
    modules = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in folder.rglob("*.py")
        if path.name != "__init__.py"
    )
    alone = "options:\n      members: false\n      show_root_heading: false"
    parts = [f"# mirsignal.{room}", f"::: mirsignal.{room}\n    {alone}"]
    return "\n\n".join([*parts, *(f"::: {module}" for module in modules)]) + "\n"


def on_page_markdown(markdown, page, config, files):
    """Turn links of the repository into links of the site."""
    here = page.file.src_uri
    source = ELSEWHERE.get(here, f"docs/{here}")

    def in_site(match):
        target, hash_, anchor = match[1].partition("#")
        if not target or re.match(r"[a-z]+:", target):
            return match[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        path = PAGES.get(path, path.removeprefix("docs/"))
        return f"]({posixpath.relpath(path, posixpath.dirname(here))}{hash_}{anchor})"

    return re.sub(r"\]\(([^)\s]+)\)", in_site, markdown)


def on_page_content(html, page, config, files):
    """Keep a number and its interval, as in 0.438 (0.418-0.457), on one line."""
    interval = r"[-+]?\d[\d.]*%? \([-+]?\d[\d.]*(?:-| to )[-+]?\d[\d.]*%?\)"
    return re.sub(interval, r'<span class="interval">\g<0></span>', html)
