# Comparison: predictions, baselines, context++ and TargetScan on the same pairs.
#
# in:   regression/{chain}/predictions.parquet, stacked.parquet,
#       regression/baseline.{regression}, occupancy/fold_{fold}.parquet,
#       contextpp/pairs.parquet, inputs
# out:  comparison/{experiment}/metrics.json, metrics.tsv, figures, truth.json (simulated);
#       comparison/unseen/metrics.json, metrics.tsv, per_mirna.svg (each miRNA left out);
#       comparison/experiments.tsv, experiments.svg


localrules:
    compare_experiments,


rule compare_predictions:
    input:
        predictions=experiment_file("regression", "predictions.parquet"),
        baseline=lambda wildcards: "results/{}/regression/baseline.{}/predictions.parquet".format(
            STUDY, experiment_recipes(CONFIG, wildcards.experiment)["regression"]
        ),
        stacked=experiment_file("regression", "stacked.parquet"),
        contextpp="results/{study}/contextpp/pairs.parquet",
        sites="results/{study}/contextpp/sites.parquet",
        targetscan=targetscan_scores(),
    output:
        metrics="results/{study}/comparison/{experiment}/metrics.json",
        pairs="results/{study}/comparison/{experiment}/pairs.parquet",
        provenance="results/{study}/comparison/{experiment}/provenance.json",
        table="results/{study}/comparison/{experiment}/metrics.tsv",
        page=report(
            "results/{study}/comparison/{experiment}/metrics.html",
            caption="../report/metrics.rst",
            category="5 Comparison",
            labels={"experiment": "{experiment}", "figure": "table of measures"},
        ),
        scatter=report(
            "results/{study}/comparison/{experiment}/scatter.svg",
            caption="../report/scatter.rst",
            category="5 Comparison",
            labels={"experiment": "{experiment}", "figure": "scatter"},
        ),
        cumulative=report(
            "results/{study}/comparison/{experiment}/cumulative.svg",
            caption="../report/cumulative.rst",
            category="5 Comparison",
            labels={"experiment": "{experiment}", "figure": "cumulative"},
        ),
        precision_recall=report(
            "results/{study}/comparison/{experiment}/precision_recall.svg",
            caption="../report/precision_recall.rst",
            category="5 Comparison",
            labels={"experiment": "{experiment}", "figure": "precision and recall"},
        ),
        top_targets=report(
            "results/{study}/comparison/{experiment}/top_targets.svg",
            caption="../report/top_targets.rst",
            category="5 Comparison",
            labels={"experiment": "{experiment}", "figure": "top targets"},
        ),
        per_mirna=report(
            "results/{study}/comparison/{experiment}/per_mirna.svg",
            caption="../report/per_mirna.rst",
            category="5 Comparison",
            labels={"experiment": "{experiment}", "figure": "per miRNA"},
        ),
    log:
        "results/{study}/logs/compare_predictions/{experiment}.log",
    benchmark:
        "results/{study}/benchmarks/compare_predictions/{experiment}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(60),
    params:
        settings={
            key: CONFIG["comparison"][key] for key in ("thresholds", "n_resamples")
        },
        reference_name=TARGETSCAN_NAME,
        recipes=lambda wildcards: experiment_recipes(CONFIG, wildcards.experiment),
        target=lambda wildcards: target_of(wildcards.experiment),
        seed=CONFIG["seed"],
        captions={name: caption(name) for name in [*COMPARISON_FIGURES, "metrics"]},
        code=code("compare_predictions"),
    script:
        "../scripts/compare_predictions.py"


rule compare_unseen:
    input:
        occupancy=expand("results/{{study}}/occupancy/fold_{fold}.parquet", fold=FOLDS),
        baseline="results/{study}/regression/baseline.%s/predictions.parquet"
        % MAIN["regression"],
        contextpp="results/{study}/contextpp/pairs.parquet",
        targetscan=targetscan_scores(),
    output:
        metrics="results/{study}/comparison/unseen/metrics.json",
        table="results/{study}/comparison/unseen/metrics.tsv",
        page=report(
            "results/{study}/comparison/unseen/metrics.html",
            caption="../report/unseen.rst",
            category="5 Comparison",
            labels={"experiment": "unseen miRNAs", "figure": "table of measures"},
        ),
        per_mirna=report(
            "results/{study}/comparison/unseen/per_mirna.svg",
            caption="../report/unseen.rst",
            category="5 Comparison",
            labels={"experiment": "unseen miRNAs", "figure": "per miRNA"},
        ),
    log:
        "results/{study}/logs/compare_unseen.log",
    benchmark:
        "results/{study}/benchmarks/compare_unseen.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(60),
    params:
        settings={
            key: CONFIG["comparison"][key] for key in ("thresholds", "n_resamples")
        },
        reference_name=TARGETSCAN_NAME,
        target=target_of("main"),
        seed=CONFIG["seed"],
        caption=caption("unseen"),
        code=code("compare_unseen"),
    script:
        "../scripts/compare_unseen.py"


rule measure_recovery:
    input:
        positives="results/{study}/inputs/positives.parquet",
        tracks=lambda wildcards: scan_files(experiment_folder("scan", wildcards)),
        peaks=lambda wildcards: expand(
            experiment_file("scan", "{mirna}/peaks.parquet")(wildcards), mirna=MIRNAS
        ),
        mirnas="results/{study}/inputs/mirnas.parquet",
        fasta="results/{study}/inputs/transcripts.fa",
        index="results/{study}/inputs/transcripts.fa.fai",
        pairs="results/{study}/comparison/{experiment}/pairs.parquet",
        true_sites="results/{study}/simulation/truth_sites.parquet",
        true_pairs="results/{study}/simulation/truth_pairs.parquet",
    output:
        "results/{study}/comparison/{experiment}/truth.json",
    log:
        "results/{study}/logs/measure_recovery/{experiment}.log",
    benchmark:
        "results/{study}/benchmarks/measure_recovery/{experiment}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(30),
    params:
        batches=BATCHES,
        code=code("measure_recovery"),
    script:
        "../scripts/measure_recovery.py"


rule compare_experiments:
    input:
        expand(
            "results/{{study}}/comparison/{experiment}/metrics.json",
            experiment=CONFIG["experiments"],
        ),
    output:
        table="results/{study}/comparison/experiments.tsv",
        page=report(
            "results/{study}/comparison/experiments.html",
            caption="../report/experiments.rst",
            category="6 Ablations",
            labels={"figure": "table of experiments"},
        ),
        figure=report(
            "results/{study}/comparison/experiments.svg",
            caption="../report/experiments.rst",
            category="6 Ablations",
            labels={"figure": "forest plot"},
        ),
    log:
        "results/{study}/logs/compare_experiments.log",
    benchmark:
        "results/{study}/benchmarks/compare_experiments.tsv"
    conda:
        "../envs/tables.yaml"
    params:
        experiments=list(CONFIG["experiments"]),
        caption=caption("experiments"),
        code=code("compare_experiments"),
    script:
        "../scripts/compare_experiments.py"
