# Regression: signals -> log2 fold changes, each gene predicted by a model without it.
#
# in:   signals/{chain}/signals.npz, limits.tsv; inputs/fold_changes.parquet, folds.parquet
# out:  regression/{chain}/fold_{fold}/model.keras, history.tsv, predictions.parquet;
#       regression/{chain}/predictions.tsv, stacked.parquet (with the occupancy model),
#       explanations.tsv, explanations.svg
#
# A recipe of network `fine_tuned` reads no signal: it goes on training the binding network
# on windows.parquet, candidates of the scan, and leaves head.json beside each model.


localrules:
    collect_predictions,
    stack_predictions,


rule train_regression:
    input:
        signals="results/{study}/signals/{samples}.{binding}.{scan}.{signals}/signals.npz",
        limits="results/{study}/signals/{samples}.{binding}.{scan}.{signals}/limits.tsv",
        fold_changes="results/{study}/inputs/fold_changes.parquet",
        transcripts="results/{study}/inputs/transcripts.parquet",
        folds="results/{study}/inputs/folds.parquet",
        mirnas="results/{study}/inputs/mirnas.parquet",
        genes=gene_features,
    output:
        model="results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/fold_{fold}/model.keras",
        history="results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/fold_{fold}/history.tsv",
        predictions="results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/fold_{fold}/predictions.parquet",
        provenance="results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/fold_{fold}/provenance.json",
    log:
        "results/{study}/logs/train_regression/{samples}.{binding}.{scan}.{signals}.{regression}/{fold}.log",
    benchmark:
        "results/{study}/benchmarks/train_regression/{samples}.{binding}.{scan}.{signals}.{regression}/{fold}.tsv"
    wildcard_constraints:
        regression=regression_recipes(*SIGNAL_NETWORKS),
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(6000),
        runtime=more(240),
        gpu=1,
    params:
        settings=lambda wildcards: recipe(
            "regression",
            *REGRESSION_SETTINGS[regression_network(wildcards.regression)],
        )(wildcards),
        seed=CONFIG["seed"],
        code=code("train_regression"),
    script:
        "../scripts/train_regression.py"


rule pick_windows:
    input:
        tracks=scan_files("results/{study}/scan/{samples}.{binding}.{scan}"),
        model="results/{study}/binding/{samples}.{binding}/model.keras",
        mirnas="results/{study}/inputs/mirnas.parquet",
        fasta="results/{study}/inputs/transcripts.fa",
        index="results/{study}/inputs/transcripts.fa.fai",
        shards="results/{study}/inputs/shards.parquet",
    output:
        "results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/windows.parquet",
    log:
        "results/{study}/logs/pick_windows/{samples}.{binding}.{scan}.{signals}.{regression}.log",
    benchmark:
        "results/{study}/benchmarks/pick_windows/{samples}.{binding}.{scan}.{signals}.{regression}.tsv"
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(120),
        gpu=1,
    params:
        settings=recipe("regression", "n_windows", "n_passenger_windows"),
        batches=BATCHES,
        encoding=lambda wildcards: CONFIG["binding"][wildcards.binding]["encoding"],
        code=code("pick_windows"),
    script:
        "../scripts/pick_windows.py"


rule tune_network:
    input:
        windows="results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/windows.parquet",
        model="results/{study}/binding/{samples}.{binding}/model.keras",
        mirnas="results/{study}/inputs/mirnas.parquet",
        fasta="results/{study}/inputs/transcripts.fa",
        index="results/{study}/inputs/transcripts.fa.fai",
        transcripts="results/{study}/inputs/transcripts.parquet",
        genes="results/{study}/contextpp/genes.parquet",
        fold_changes="results/{study}/inputs/fold_changes.parquet",
        folds="results/{study}/inputs/folds.parquet",
    output:
        model="results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/fold_{fold}/model.keras",
        head="results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/fold_{fold}/head.json",
        history="results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/fold_{fold}/history.tsv",
        predictions="results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/fold_{fold}/predictions.parquet",
        provenance="results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/fold_{fold}/provenance.json",
    log:
        "results/{study}/logs/tune_network/{samples}.{binding}.{scan}.{signals}.{regression}/{fold}.log",
    benchmark:
        "results/{study}/benchmarks/tune_network/{samples}.{binding}.{scan}.{signals}.{regression}/{fold}.tsv"
    wildcard_constraints:
        regression=regression_recipes("fine_tuned"),
    conda:
        "../envs/tensorflow.yaml"
    threads: 2
    resources:
        mem_mb=more(6000),
        runtime=more(240),
        gpu=1,
    params:
        settings=recipe("regression", *REGRESSION_SETTINGS["fine_tuned"]),
        encoding=lambda wildcards: CONFIG["binding"][wildcards.binding]["encoding"],
        seed=CONFIG["seed"],
        code=code("tune_network"),
    script:
        "../scripts/tune_network.py"


rule collect_predictions:
    input:
        expand(
            "results/{{study}}/regression/{{samples}}.{{binding}}.{{scan}}.{{signals}}.{{regression}}/fold_{fold}/predictions.parquet",
            fold=FOLDS,
        ),
    output:
        table="results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/predictions.parquet",
        tsv="results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/predictions.tsv",
    log:
        "results/{study}/logs/collect_predictions/{samples}.{binding}.{scan}.{signals}.{regression}.log",
    benchmark:
        "results/{study}/benchmarks/collect_predictions/{samples}.{binding}.{scan}.{signals}.{regression}.tsv"
    conda:
        "../envs/tables.yaml"
    params:
        code=code("collect_predictions"),
    script:
        "../scripts/collect_predictions.py"


rule stack_predictions:
    input:
        predictions=expand(
            "results/{{study}}/regression/{{samples}}.{{binding}}.{{scan}}.{{signals}}.{{regression}}/fold_{fold}/predictions.parquet",
            fold=FOLDS,
        ),
        occupancy=expand("results/{{study}}/occupancy/fold_{fold}.parquet", fold=FOLDS),
        contextpp="results/{study}/contextpp/pairs.parquet",
        targetscan=targetscan_scores(),
    output:
        table="results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/stacked.parquet",
        weights="results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/stacked_weights.tsv",
    log:
        "results/{study}/logs/stack_predictions/{samples}.{binding}.{scan}.{signals}.{regression}.log",
    benchmark:
        "results/{study}/benchmarks/stack_predictions/{samples}.{binding}.{scan}.{signals}.{regression}.tsv"
    conda:
        "../envs/tables.yaml"
    params:
        code=code("stack_predictions"),
    script:
        "../scripts/stack_predictions.py"


rule fit_baseline:
    input:
        sites="results/{study}/contextpp/sites.parquet",
        fold_changes="results/{study}/inputs/fold_changes.parquet",
        folds="results/{study}/inputs/folds.parquet",
        mirnas="results/{study}/inputs/mirnas.parquet",
        fasta="results/{study}/inputs/transcripts.fa",
        index="results/{study}/inputs/transcripts.fa.fai",
        transcripts="results/{study}/inputs/transcripts.parquet",
    output:
        "results/{study}/regression/baseline.{regression}/predictions.parquet",
    log:
        "results/{study}/logs/fit_baseline/{regression}.log",
    benchmark:
        "results/{study}/benchmarks/fit_baseline/{regression}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(60),
    params:
        clip_positive=lambda wildcards: CONFIG["regression"][wildcards.regression][
            "clip_positive"
        ],
        leave_one_mirna_out=CONFIG["occupancy"]["leave_one_mirna_out"],
        seed=CONFIG["seed"],
        code=code("fit_baseline"),
    script:
        "../scripts/fit_baseline.py"


rule explain_predictions:
    input:
        signals="results/{study}/signals/{samples}.{binding}.{scan}.{signals}/signals.npz",
        limits="results/{study}/signals/{samples}.{binding}.{scan}.{signals}/limits.tsv",
        models=expand(
            "results/{{study}}/regression/{{samples}}.{{binding}}.{{scan}}.{{signals}}.{{regression}}/fold_{fold}/model.keras",
            fold=FOLDS,
        ),
        predictions="results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/predictions.parquet",
        mirnas="results/{study}/inputs/mirnas.parquet",
        fasta="results/{study}/inputs/transcripts.fa",
        index="results/{study}/inputs/transcripts.fa.fai",
        genes=gene_features,
    output:
        table="results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/explanations.tsv",
        figure=report(
            "results/{study}/regression/{samples}.{binding}.{scan}.{signals}.{regression}/explanations.svg",
            caption="../report/explanations.rst",
            category="5 Comparison",
            labels={
                "experiment": "{samples}.{binding}.{scan}.{signals}.{regression}",
                "figure": "sites behind predictions",
            },
        ),
    log:
        "results/{study}/logs/explain_predictions/{samples}.{binding}.{scan}.{signals}.{regression}.log",
    benchmark:
        "results/{study}/benchmarks/explain_predictions/{samples}.{binding}.{scan}.{signals}.{regression}.tsv"
    wildcard_constraints:
        regression=regression_recipes(*SIGNAL_NETWORKS),
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(30),
        gpu=1,
    params:
        settings=recipe("regression", "network", "pools", "task"),
        n_predictions=CONFIG["interpretation"]["n_predictions"],
        caption=caption("explanations"),
        code=code("explain_predictions"),
    script:
        "../scripts/explain_predictions.py"
