# mirsignal: from microRNA binding signals along transcripts to repression.
#
# snakemake --cores 8               the main job: experiment `main` of the study
# snakemake --cores 8 binding       the samples and binding networks of every experiment
# snakemake --cores 8 scan          peaks and tracks of every miRNA (experiment `main`)
# snakemake --cores 8 ablations     every experiment, and their comparison
# snakemake --cores 8 predict       other miRNAs and transcripts (config: predict)
# snakemake --cores 8 --report ...  the report, after a run

from snakemake.utils import min_version

from mirsignal.workflow.library import use_library_of

min_version("9.0")


configfile: f"{workflow.current_basedir}/config.yaml"


include: "rules/common.smk"


checked(use_library_of, ROOT)


report: "report/workflow.rst"


wildcard_constraints:
    study=STUDY,
    samples=one_of("samples"),
    binding=one_of("binding"),
    scan=one_of("scan"),
    signals=one_of("signals"),
    regression=one_of("regression"),
    experiment="|".join(CONFIG["experiments"]),
    mirna=r"[A-Za-z0-9][A-Za-z0-9._-]*",
    batch=r"[A-Za-z0-9][A-Za-z0-9._-]*",
    shard="|".join(SHARDS),
    member=r"\d+",
    test_set="|".join(INPUTS["test_sets"]) or "none",
    fold=r"\d+",
    prediction=r"[a-z0-9_]+",


rule all:
    input:
        results_of("main"),
    localrule: True


rule binding:
    input:
        [binding_results_of(experiment) for experiment in CONFIG["experiments"]],
    localrule: True


rule scan:
    input:
        scan_results_of("main"),
    localrule: True


rule ablations:
    input:
        [results_of(experiment) for experiment in CONFIG["experiments"]],
        f"results/{STUDY}/comparison/experiments.tsv",
        f"results/{STUDY}/comparison/experiments.svg",
    localrule: True


rule predict:
    input:
        predicted_files,
    localrule: True


include: "rules/inputs.smk"
include: "rules/samples.smk"
include: "rules/binding.smk"
include: "rules/interpretation.smk"
include: "rules/scan.smk"
include: "rules/signals.smk"
include: "rules/contextpp.smk"
include: "rules/occupancy.smk"
include: "rules/regression.smk"
include: "rules/comparison.smk"
include: "rules/prediction.smk"


measure_no_shared_results()
leave_scripts_to_digests()


onsuccess:
    print(closing_words())
