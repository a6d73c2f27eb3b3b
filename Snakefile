# mirsignal: from microRNA binding signals along transcripts to repression.
#
# snakemake --cores 8               the main job: experiment `main` of the study
# snakemake --cores 8 binding       the samples and binding networks of every experiment
# snakemake --cores 8 scan          peaks and tracks of every miRNA (experiment `main`)
# snakemake --cores 8 ablations     every experiment, and their comparison
# snakemake --cores 8 transfer      a model of several data sets (inputs: datasets)
# snakemake --cores 8 predict       other miRNAs and transcripts (config: predict)
# snakemake --cores 8 --report ...  the report, after a run

from snakemake.utils import min_version

from mirsignal.workflow.library import use_library_of

min_version("9.0")


configfile: f"{workflow.current_basedir}/config.yaml"


include: "rules/common/configuration.smk"
include: "rules/common/inputs.smk"
include: "rules/common/paths.smk"
include: "rules/common/settings.smk"
include: "rules/common/digests.smk"
include: "rules/common/figures.smk"
include: "rules/common/targets.smk"


checked(use_library_of, ROOT)


report: "report/workflow.rst"


rule all:
    """The main job: everything of experiment `main`."""
    input:
        results_of("main"),
    localrule: True


rule binding:
    """The samples and binding networks of every experiment that `ablations` compares."""
    input:
        [binding_results_of(experiment) for experiment in ABLATIONS],
    localrule: True


rule scan:
    """Peaks and tracks of every miRNA, of experiment `main`."""
    input:
        scan_results_of("main"),
    localrule: True


rule ablations:
    """Every experiment as far as it is compared, and their comparison."""
    input:
        [comparison_of(experiment) for experiment in ABLATIONS],
        "<results>/comparison/experiments.tsv",
        "<results>/comparison/experiments.svg",
    localrule: True


rule predict:
    """Repression of other miRNAs and transcripts (config: predict)."""
    input:
        predicted_files,
    localrule: True


rule transfer:
    """One model of several data sets, and what it reaches on what is new to it."""
    input:
        transfer_files,
    localrule: True


include: "rules/inputs.smk"
include: "rules/samples.smk"
include: "rules/binding.smk"
include: "rules/interpretation.smk"
include: "rules/scan.smk"
include: "rules/language.smk"
include: "rules/signals.smk"
include: "rules/contextpp.smk"
include: "rules/occupancy.smk"
include: "rules/regression.smk"
include: "rules/transfer.smk"
include: "rules/comparison.smk"
include: "rules/prediction.smk"


# After the rules: only then do constraints reach the wildcards that path variables hold.
wildcard_constraints:
    samples=one_of(CONFIG["samples"]),
    binding=one_of(CONFIG["binding"]),
    scan=one_of(CONFIG["scan"]),
    language=one_of(CONFIG["language"]),
    signals=one_of(CONFIG["signals"]),
    regression=one_of(CONFIG["regression"]),
    occupancy=one_of(CONFIG["occupancy"]),
    mixture=one_of([MIXTURE.name] if MIXTURE else []),
    experiment=one_of(CONFIG["experiments"]),
    test_set=one_of(INPUTS["test_sets"]),
    track=one_of(INPUTS["tracks"]),
    dataset=one_of(DATASETS),
    protocol=one_of(CONFIG["transfer"]["protocols"]),
    part="[a-z0-9_]+",
    shard=one_of(SHARDS),
    mirna=r"[A-Za-z0-9][A-Za-z0-9._-]*",
    batch=r"[A-Za-z0-9][A-Za-z0-9._-]*",
    member=r"\d+",
    fold=r"\d+",
    clipping="clipped|unclipped",
    prediction=r"[a-z0-9_]+",


measure_no_shared_results()


onsuccess:
    print(closing_words())
