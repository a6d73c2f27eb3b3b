"""Fetch one input file of a study, or copy it from the mirror, and check its sha256."""

from typing import Any

from mirsignal.files.downloads import fetch_file
from mirsignal.workflow.jobs import run


def main(snakemake: Any) -> None:
    fetch_file(
        snakemake.params.url,
        snakemake.output[0],
        sha256=snakemake.params.sha256,
        mirror=snakemake.params.mirror,
    )


if __name__ == "__main__":
    run(main, snakemake)
