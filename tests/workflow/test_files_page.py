"""The page about files explains every file, column and key that a run leaves."""

from docs.describe_files import describe


def test_page_about_files_is_up_to_date(untouched, root):
    page = (root / "docs/files.md").read_text()
    assert describe(untouched / "results/small") == page, "run `make docs`"
