# Regression: signals -> log2 fold changes, each gene predicted by a model without it.
#
# in:   signals/{chain}/signals.npz, limits.tsv; inputs/pairs/{clipping}.parquet
# out:  regression/{chain}/fold_{fold}/model.keras, history.tsv, predictions.parquet;
#       regression/{chain}/predictions.tsv, explanations.tsv, explanations.svg;
#       regression/baseline.{regression}/predictions.parquet
#
# A recipe of network `fine_tuned` reads no signal: it goes on training the binding network
# on windows.parquet, candidates of the scan, and leaves head.json beside each model.
# One of network `language` reads none either: a language model of the transcripts is trained
# on, with miRNA and transcript as its text.
# A model is that of all `n_seeds` networks: their mean, or an output for each if tuned.


rule train_regression:
    """A signal network without a fold of genes, and its predictions of that fold."""
    input:
        signals="<signals>/signals.npz",
        limits="<signals>/limits.tsv",
        pairs=labelled_pairs("regression"),
        transcripts="<inputs>/transcripts.parquet",
        mirnas="<inputs>/mirnas.parquet",
        genes=branch(
            lookup("{regression}/gene_features", within=CONFIG["regression"]),
            then="<contextpp>/genes.parquet",
        ),
    output:
        model="<regression>/fold_{fold}/model.keras",
        history="<regression>/fold_{fold}/history.tsv",
        predictions="<regression>/fold_{fold}/predictions.parquet",
        provenance="<regression>/fold_{fold}/provenance.json",
    log:
        "<logs>/train_regression/<regression_recipes>/{fold}.log",
    benchmark:
        "<benchmarks>/train_regression/<regression_recipes>/{fold}.tsv"
    wildcard_constraints:
        regression=with_network(*SIGNAL_NETWORKS),
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(6000),
        runtime=more(240),
        gpu=1,
    params:
        settings=SIGNAL_SETTINGS,
        n_folds=CONFIG["folds"],
        seed=CONFIG["seed"],
        code=code("train_regression", SIGNAL_NETWORKS="regression"),
    script:
        "../scripts/train_regression.py"


rule tune_language:
    """A language model with a regression head without a fold of genes; its predictions."""
    input:
        model=language_model,
        mirnas="<inputs>/mirnas.parquet",
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        transcripts="<inputs>/transcripts.parquet",
        pairs=labelled_pairs("regression"),
        genes=branch(
            lookup("{regression}/gene_features", within=CONFIG["regression"]),
            then="<contextpp>/genes.parquet",
        ),
    output:
        model="<regression>/fold_{fold}/model.keras",
        history="<regression>/fold_{fold}/history.tsv",
        predictions="<regression>/fold_{fold}/predictions.parquet",
        provenance="<regression>/fold_{fold}/provenance.json",
    log:
        "<logs>/tune_language/<regression_recipes>/{fold}.log",
    benchmark:
        "<benchmarks>/tune_language/<regression_recipes>/{fold}.tsv"
    wildcard_constraints:
        regression=with_network("language"),
    conda:
        "../envs/tensorflow.yaml"
    threads: 2
    resources:
        mem_mb=more(8000),
        runtime=more(240),
        gpu=1,
    params:
        settings=SIGNAL_SETTINGS,
        length=lambda wildcards: language_of(wildcards)["length"],
        n_folds=CONFIG["folds"],
        seed=CONFIG["seed"],
        code=code("tune_language"),
    script:
        "../scripts/tune_language.py"


rule pick_windows:
    """Windows at the highest summits of P of each miRNA and transcript, for fine-tuning."""
    input:
        tracks=expand("<scan>/{file}", file=SCAN_FILES),
        model="<binding>/model.keras",
        mirnas="<inputs>/mirnas.parquet",
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        shards="<inputs>/shards.parquet",
    output:
        "<regression>/windows.parquet",
    log:
        "<logs>/pick_windows/<regression_recipes>.log",
    benchmark:
        "<benchmarks>/pick_windows/<regression_recipes>.tsv"
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(120),
        gpu=1,
    params:
        n_windows=lookup("{regression}/n_windows", within=CONFIG["regression"]),
        n_passenger_windows=lookup(
            "{regression}/n_passenger_windows", within=CONFIG["regression"]
        ),
        batches=BATCHES,
        encoding=lookup("{binding}/encoding", within=CONFIG["binding"]),
        code=code("pick_windows"),
    script:
        "../scripts/pick_windows.py"


rule tune_network:
    """The binding network trained on without a fold of genes; its predictions of that fold."""
    input:
        windows="<regression>/windows.parquet",
        model="<binding>/model.keras",
        mirnas="<inputs>/mirnas.parquet",
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        transcripts="<inputs>/transcripts.parquet",
        genes="<contextpp>/genes.parquet",
        pairs=labelled_pairs("regression"),
    output:
        model="<regression>/fold_{fold}/model.keras",
        head="<regression>/fold_{fold}/head.json",
        history="<regression>/fold_{fold}/history.tsv",
        predictions="<regression>/fold_{fold}/predictions.parquet",
        provenance="<regression>/fold_{fold}/provenance.json",
    log:
        "<logs>/tune_network/<regression_recipes>/{fold}.log",
    benchmark:
        "<benchmarks>/tune_network/<regression_recipes>/{fold}.tsv"
    wildcard_constraints:
        regression=with_network("fine_tuned"),
    conda:
        "../envs/tensorflow.yaml"
    threads: 2
    resources:
        mem_mb=more(6000),
        runtime=more(240),
        gpu=1,
    params:
        settings=recipe(
            "regression",
            "pooling",
            "learning_rate",
            "head_learning_rate",
            "batch_size",
            "epochs",
            "n_seeds",
        ),
        n_folds=CONFIG["folds"],
        encoding=lookup("{binding}/encoding", within=CONFIG["binding"]),
        seed=CONFIG["seed"],
        code=code("tune_network"),
    script:
        "../scripts/tune_network.py"


rule collect_predictions:
    """Predictions of all genes, each by the network without it."""
    input:
        expand(
            "<regression>/fold_{fold}/predictions.parquet",
            fold=FOLDS,
        ),
    output:
        table="<regression>/predictions.parquet",
        tsv="<regression>/predictions.tsv",
    log:
        "<logs>/collect_predictions/<regression_recipes>.log",
    benchmark:
        "<benchmarks>/collect_predictions/<regression_recipes>.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        code=code("collect_predictions"),
    script:
        "../scripts/collect_predictions.py"


rule fit_baseline:
    """Predictions from counts and features of seed sites, by gradient boosting."""
    input:
        sites="<contextpp>/sites.parquet",
        pairs=labelled_pairs("regression"),
        mirnas="<inputs>/mirnas.parquet",
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        transcripts="<inputs>/transcripts.parquet",
    output:
        "<baseline>/predictions.parquet",
    log:
        "<logs>/fit_baseline/{regression}.log",
    benchmark:
        "<benchmarks>/fit_baseline/{regression}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(60),
    params:
        leave_one_mirna_out=LEAVE_ONE_MIRNA_OUT,
        seed=CONFIG["seed"],
        code=code("fit_baseline"),
    script:
        "../scripts/fit_baseline.py"


rule explain_predictions:
    """The sites behind the strongest predictions: each is left out in turn."""
    input:
        signals="<signals>/signals.npz",
        limits="<signals>/limits.tsv",
        models=expand(
            "<regression>/fold_{fold}/model.keras",
            fold=FOLDS,
        ),
        predictions="<regression>/predictions.parquet",
        mirnas="<inputs>/mirnas.parquet",
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        genes=branch(
            lookup("{regression}/gene_features", within=CONFIG["regression"]),
            then="<contextpp>/genes.parquet",
        ),
    output:
        table="<regression>/explanations.tsv",
        drawn="<regression>/explanations.json",
    log:
        "<logs>/explain_predictions/<regression_recipes>.log",
    benchmark:
        "<benchmarks>/explain_predictions/<regression_recipes>.tsv"
    wildcard_constraints:
        regression=with_network(*SIGNAL_NETWORKS),
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(30),
        gpu=1,
    params:
        settings=recipe("regression", "network", "pools", "task"),
        n_predictions=CONFIG["interpretation"]["n_predictions"],
        code=code("explain_predictions"),
    script:
        "../scripts/explain_predictions.py"


rule draw_explanations:
    """The figure of the sites behind predictions."""
    input:
        "<regression>/explanations.json",
    output:
        report(
            "<regression>/explanations.svg",
            caption="../report/explanations.rst",
            category="5 Comparison",
            labels=labels(
                "sites behind predictions",
                experiment="{samples}.{binding}.{scan}.{signals}.{regression}",
            ),
        ),
    log:
        "<logs>/draw_explanations/<regression_recipes>.log",
    benchmark:
        "<benchmarks>/draw_explanations/<regression_recipes>.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        caption=caption("explanations"),
        code=code("draw_explanations"),
    script:
        "../scripts/draw_explanations.py"
