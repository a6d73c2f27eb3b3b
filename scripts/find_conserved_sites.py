"""Find the sites of conserved miRNA families in aligned 3' UTRs, and how conserved."""

from mirsignal.files.atomic import write_table
from mirsignal.files.identifiers import bare_id
from mirsignal.logs import log
from mirsignal.sequences.catalogue import read_catalogue
from mirsignal.sequences.codes import seed_region
from mirsignal.sequences.fasta import read_fasta
from mirsignal.sites.alignments import read_alignments, read_trees
from mirsignal.sites.conservation import read_pct_parameters, tabulate_conservation
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    parameters = read_pct_parameters(files.pct_parameters)
    catalogue = read_catalogue()
    conserved = catalogue.loc[catalogue["conservation"] > 0, "sequence"]
    seeds = set(conserved.map(seed_region)) | set(parameters.index.get_level_values(0))
    sites = tabulate_conservation(
        read_alignments(files.alignments, params.columns),
        sorted(seeds),
        read_trees(files.trees),
        parameters,
        params.reference,
        {bare_id(name): text for name, text in read_fasta(files.transcripts)},
        only=params.is_alone,
    )
    write_table(snakemake.output[0], sites)
    shares = sites.groupby("site_type")["conserved"].mean().round(3).to_dict()
    log.info("%d sites; conserved are %s", len(sites), shares)


if __name__ == "__main__":
    run(main, snakemake)
