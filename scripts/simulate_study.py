"""Write a simulated study in the file formats that real studies come in."""

import logging

from mirsignal.files.atomic import write_parquet, write_tsv
from mirsignal.sequences.mirnas import read_mirnas
from mirsignal.simulation.layouts import write_chimeras, write_fasta_gz
from mirsignal.simulation.study import Sizes, simulate_study
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")

VARIANTS = {
    "mirna": "miRNA",
    "site_id": "transcript and start of the target (0-based)",
    "target": "unmutated target of the site",
    "variant": "target with substitutions or a deletion",
    "measured": "simulated log2 fold repression of a reporter, less that of the target",
}


def main(snakemake):
    params = snakemake.params
    study = simulate_study(
        read_mirnas(snakemake.input.mirnas, params.columns, params.species),
        read_mirnas(snakemake.input.clash_mirnas),
        Sizes(**params.settings),
        params.seed,
    )
    output = snakemake.output
    write_chimeras(output.hybrids, study.hybrids)
    write_fasta_gz(output.clash_transcripts, study.clash_transcripts)
    write_fasta_gz(output.transcripts, study.transcripts)
    write_tsv(
        output.genes,
        study.genes,
        {"transcript": "isoform", "gene": "gene of the isoform"},
    )
    note = "simulated log2 fold change after transfection; NA: not measured"
    names = dict.fromkeys(study.fold_changes.columns, note) | {"gene": "gene"}
    write_tsv(output.fold_change, study.fold_changes.fillna("NA"), names)
    stand_in = (
        "simulated stand-in for context++, from site types alone; lower is stronger"
    )
    write_tsv(
        output.targetscan,
        study.targetscan,
        {"mirna": "miRNA", "gene": "gene", "score": stand_in},
    )
    write_tsv(output.variants, study.variants, VARIANTS)
    write_parquet(output.sites, study.sites)
    write_parquet(output.pairs, study.pairs)
    log.info(
        "simulated %d transcripts (%s nt), %d chimeras, %d true sites (%d planted)",
        len(study.transcripts),
        f"{sum(map(len, study.transcripts.values())):,}",
        len(study.hybrids),
        len(study.sites),
        study.sites["planted"].sum(),
    )


if __name__ == "__main__":
    run(main, snakemake)
