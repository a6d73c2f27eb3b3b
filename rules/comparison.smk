# Comparison: predictions, baselines, context++ and TargetScan on the same pairs.
#
# in:   regression/{chain}/predictions.parquet, fold_{fold}/predictions.parquet,
#       regression/baseline.{regression}, occupancy/{occupancy}/fold_{fold}.parquet,
#       contextpp/pairs.parquet, inputs
# out:  comparison/{experiment}/stacked.parquet, stacked_weights.tsv (signal network,
#       occupancy model and context++); metrics.json, metrics.tsv, figures, truth.json
#       (simulated);
#       comparison/unseen/metrics.json, metrics.tsv, per_mirna.svg (each miRNA left out);
#       comparison/experiments.tsv, experiments.svg


rule stack_predictions:
    """The stack of signal network, occupancy model and context++ of an experiment."""
    input:
        predictions=experiment_files(
            "regression", expand("fold_{fold}/predictions.parquet", fold=FOLDS)
        ),
        occupancy=experiment_files(
            "occupancy", expand("fold_{fold}.parquet", fold=FOLDS)
        ),
        contextpp="<contextpp>/pairs.parquet",
        targetscan=TARGETSCAN,
    output:
        table="<comparison>/stacked.parquet",
        weights="<comparison>/stacked_weights.tsv",
    log:
        "<logs>/stack_predictions/{experiment}.log",
    benchmark:
        "<benchmarks>/stack_predictions/{experiment}.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        code=code("stack_predictions"),
    script:
        "../scripts/stack_predictions.py"


rule compare_predictions:
    """Measures of all predictors of an experiment on the same pairs."""
    input:
        predictions=experiment_file("regression", "predictions.parquet"),
        baseline=lambda wildcards: baseline_of(wildcards.experiment),
        stacked="<comparison>/stacked.parquet",
        contextpp="<contextpp>/pairs.parquet",
        sites="<contextpp>/sites.parquet",
        targetscan=TARGETSCAN,
    output:
        metrics="<comparison>/metrics.json",
        pairs="<comparison>/pairs.parquet",
        provenance="<comparison>/provenance.json",
        table="<comparison>/metrics.tsv",
    log:
        "<logs>/compare_predictions/{experiment}.log",
    benchmark:
        "<benchmarks>/compare_predictions/{experiment}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(60),
    params:
        settings=settings_of("comparison", "thresholds", "n_resamples"),
        recipes=lambda wildcards: RECIPES[wildcards.experiment],
        target=lambda wildcards: target_of(wildcards.experiment),
        task=lambda wildcards: task_of(wildcards.experiment),
        seed=CONFIG["seed"],
        code=code("compare_predictions"),
    script:
        "../scripts/compare_predictions.py"


rule draw_comparison:
    """The figures and the table of an experiment's comparison."""
    input:
        pairs="<comparison>/pairs.parquet",
        metrics="<comparison>/metrics.json",
        table="<comparison>/metrics.tsv",
    output:
        page=report(
            "<comparison>/metrics.html",
            caption="../report/metrics.rst",
            category="5 Comparison",
            labels=labels("table of measures", "experiment"),
        ),
        scatter=report(
            "<comparison>/scatter.svg",
            caption="../report/scatter.rst",
            category="5 Comparison",
            labels=labels("scatter", "experiment"),
        ),
        cumulative=report(
            "<comparison>/cumulative.svg",
            caption="../report/cumulative.rst",
            category="5 Comparison",
            labels=labels("cumulative", "experiment"),
        ),
        precision_recall=report(
            "<comparison>/precision_recall.svg",
            caption="../report/precision_recall.rst",
            category="5 Comparison",
            labels=labels("precision and recall", "experiment"),
        ),
        top_targets=report(
            "<comparison>/top_targets.svg",
            caption="../report/top_targets.rst",
            category="5 Comparison",
            labels=labels("top targets", "experiment"),
        ),
        per_mirna=report(
            "<comparison>/per_mirna.svg",
            caption="../report/per_mirna.rst",
            category="5 Comparison",
            labels=labels("per miRNA", "experiment"),
        ),
    log:
        "<logs>/draw_comparison/{experiment}.log",
    benchmark:
        "<benchmarks>/draw_comparison/{experiment}.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        reference_name=TARGETSCAN_NAME,
        captions={name: caption(name) for name in [*COMPARISON_FIGURES, "metrics"]},
        code=code("draw_comparison"),
    script:
        "../scripts/draw_comparison.py"


rule compare_unseen:
    """Measures of predictors of miRNAs that no model was trained on."""
    input:
        occupancy=expand("<main_occupancy>/fold_{fold}.parquet", fold=FOLDS),
        baseline=baseline_of("main"),
        contextpp="<contextpp>/pairs.parquet",
        targetscan=TARGETSCAN,
    output:
        metrics="<unseen>/metrics.json",
        table="<unseen>/metrics.tsv",
    log:
        "<logs>/compare_unseen.log",
    benchmark:
        "<benchmarks>/compare_unseen.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(60),
    params:
        settings=settings_of("comparison", "thresholds", "n_resamples"),
        target=target_of("main"),
        seed=CONFIG["seed"],
        code=code("compare_unseen"),
    script:
        "../scripts/compare_unseen.py"


rule draw_unseen:
    """The figure and the table of the comparison on unseen miRNAs."""
    input:
        metrics="<unseen>/metrics.json",
        table="<unseen>/metrics.tsv",
    output:
        page=report(
            "<unseen>/metrics.html",
            caption="../report/unseen.rst",
            category="5 Comparison",
            labels=labels("table of measures", experiment="unseen miRNAs"),
        ),
        per_mirna=report(
            "<unseen>/per_mirna.svg",
            caption="../report/unseen.rst",
            category="5 Comparison",
            labels=labels("per miRNA", experiment="unseen miRNAs"),
        ),
    log:
        "<logs>/draw_unseen.log",
    benchmark:
        "<benchmarks>/draw_unseen.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        reference_name=TARGETSCAN_NAME,
        caption=caption("unseen"),
        code=code("draw_unseen"),
    script:
        "../scripts/draw_unseen.py"


rule measure_recovery:
    """How much of the planted truth of a simulated study each stage recovered."""
    input:
        positives="<inputs>/positives.parquet",
        tracks=experiment_files("scan", SCAN_FILES),
        peaks=experiment_files("scan", expand("{mirna}/peaks.parquet", mirna=MIRNAS)),
        mirnas="<inputs>/mirnas.parquet",
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        pairs="<comparison>/pairs.parquet",
        true_sites="<simulation>/truth_sites.parquet",
        true_pairs="<simulation>/truth_pairs.parquet",
    output:
        "<comparison>/truth.json",
    log:
        "<logs>/measure_recovery/{experiment}.log",
    benchmark:
        "<benchmarks>/measure_recovery/{experiment}.tsv"
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
    """A table of all experiments beside main: what each changes, and what it costs."""
    input:
        metrics=expand(
            "<results>/comparison/{experiment}/metrics.json",
            experiment=ABLATIONS,
        ),
        pairs=expand(
            "<results>/comparison/{experiment}/pairs.parquet",
            experiment=ABLATIONS,
        ),
    output:
        "<results>/comparison/experiments.tsv",
    log:
        "<logs>/compare_experiments.log",
    benchmark:
        "<benchmarks>/compare_experiments.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        experiments=ABLATIONS,
        benchmarks=f"{RESULTS}/benchmarks",
        jobs=LANGUAGE_JOBS,
        n_resamples=CONFIG["comparison"]["n_resamples"],
        seed=CONFIG["seed"],
        code=code("compare_experiments"),
    script:
        "../scripts/compare_experiments.py"


rule draw_experiments:
    """The figure and the table of all experiments."""
    input:
        table="<results>/comparison/experiments.tsv",
        metrics="<results>/comparison/main/metrics.json",
    output:
        page=report(
            "<results>/comparison/experiments.html",
            caption="../report/experiments.rst",
            category="6 Ablations",
            labels=labels("table of experiments"),
        ),
        figure=report(
            "<results>/comparison/experiments.svg",
            caption="../report/experiments.rst",
            category="6 Ablations",
            labels=labels("forest plot"),
        ),
    log:
        "<logs>/draw_experiments.log",
    benchmark:
        "<benchmarks>/draw_experiments.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        caption=caption("experiments"),
        code=code("draw_experiments"),
    script:
        "../scripts/draw_experiments.py"
