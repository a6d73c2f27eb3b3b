# Interpretation: the network and some pairs -> SHAP heat maps, alignments, importance,
# mutagenesis; checks of attributions; measured variants.
#
# in:   binding/{samples}.{binding}/model.keras, test_predictions.parquet,
#       samples/{samples}/pairs.parquet, inputs/mirnas.parquet; tables of pairs and of
#       measured variants, where the config names them
# out:  interpretation/{samples}.{binding}/
#         explained.parquet, shap.npz, explanations.json   pairs, SHAP values, additivity
#         alignments.tsv, .txt, .parquet, pairs.svg        strongest paths, heat maps
#         importance.tsv, .json, .svg                      by miRNA position
#         clusters.tsv, .txt, .json, .svg                  of alignments
#         mutagenesis.tsv, .npz, .json, .svg               of the pairs that are drawn
#         checks.parquet, .json, .svg                      of attributions
#         variants.tsv, .json, .svg                        where variants were measured


rule explain_pairs:
    """SHAP values of named pairs and of test positives."""
    input:
        model="<binding>/model.keras",
        pairs="<samples>/pairs.parquet",
        predictions="<binding>/test_predictions.parquet",
        mirnas="<inputs>/mirnas.parquet",
        named=named_pairs(),
    output:
        shap="<interpretation>/shap.npz",
        pairs="<interpretation>/explained.parquet",
        summary="<interpretation>/explanations.json",
        provenance="<interpretation>/provenance.json",
    log:
        "<logs>/explain_pairs/<binding_recipes>.log",
    benchmark:
        "<benchmarks>/explain_pairs/<binding_recipes>.tsv"
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(60),
        gpu=1,
    params:
        n_pairs=CONFIG["interpretation"]["n_pairs"],
        n_many=CONFIG["interpretation"]["n_many"],
        explainer=CONFIG["interpretation"]["explainer"],
        n_background=CONFIG["interpretation"]["n_background"],
        pair_columns=CONFIG["interpretation"]["pair_columns"],
        encoding=lookup("{binding}/encoding", within=CONFIG["binding"]),
        seed=CONFIG["seed"],
        content=contents(CONFIG["interpretation"]["pairs"]),
        code=code("explain_pairs"),
    script:
        "../scripts/explain_pairs.py"


rule align_pairs:
    """The strongest path through the SHAP values of each pair, as an alignment."""
    input:
        pairs="<interpretation>/explained.parquet",
        shap="<interpretation>/shap.npz",
    output:
        table="<interpretation>/alignments.tsv",
        text="<interpretation>/alignments.txt",
        paths="<interpretation>/alignments.parquet",
    log:
        "<logs>/align_pairs/<binding_recipes>.log",
    benchmark:
        "<benchmarks>/align_pairs/<binding_recipes>.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(2000),
        runtime=more(30),
    params:
        gaps=settings_of("interpretation", "gap_open", "gap_extend"),
        code=code("align_pairs"),
    script:
        "../scripts/align_pairs.py"


rule draw_pairs:
    """Heat maps of SHAP values with their alignments."""
    input:
        pairs="<interpretation>/explained.parquet",
        shap="<interpretation>/shap.npz",
        paths="<interpretation>/alignments.parquet",
    output:
        report(
            "<interpretation>/pairs.svg",
            caption="../report/pairs.rst",
            category="3 Interpretation",
            labels=labels("SHAP of pairs", "samples", "binding"),
        ),
    log:
        "<logs>/draw_pairs/<binding_recipes>.log",
    benchmark:
        "<benchmarks>/draw_pairs/<binding_recipes>.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        caption=caption("pairs"),
        code=code("draw_pairs"),
    script:
        "../scripts/draw_pairs.py"


rule measure_importance:
    """What each miRNA position adds to the logit of test positives."""
    input:
        pairs="<interpretation>/explained.parquet",
        shap="<interpretation>/shap.npz",
    output:
        table="<interpretation>/importance.tsv",
        summary="<interpretation>/importance.json",
    log:
        "<logs>/measure_importance/<binding_recipes>.log",
    benchmark:
        "<benchmarks>/measure_importance/<binding_recipes>.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(2000),
        runtime=more(30),
    params:
        seed=CONFIG["seed"],
        code=code("measure_importance"),
    script:
        "../scripts/measure_importance.py"


rule draw_importance:
    """The figure of importance by miRNA position."""
    input:
        table="<interpretation>/importance.tsv",
        summary="<interpretation>/importance.json",
    output:
        report(
            "<interpretation>/importance.svg",
            caption="../report/importance.rst",
            category="3 Interpretation",
            labels=labels("importance by miRNA position", "samples", "binding"),
        ),
    log:
        "<logs>/draw_importance/<binding_recipes>.log",
    benchmark:
        "<benchmarks>/draw_importance/<binding_recipes>.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        caption=caption("importance"),
        code=code("draw_importance"),
    script:
        "../scripts/draw_importance.py"


rule cluster_alignments:
    """Clusters of the alignments of test positives."""
    input:
        pairs="<interpretation>/explained.parquet",
        shap="<interpretation>/shap.npz",
        paths="<interpretation>/alignments.parquet",
    output:
        table="<interpretation>/clusters.tsv",
        text="<interpretation>/clusters.txt",
        summary="<interpretation>/clusters.json",
    log:
        "<logs>/cluster_alignments/<binding_recipes>.log",
    benchmark:
        "<benchmarks>/cluster_alignments/<binding_recipes>.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(2000),
        runtime=more(30),
    params:
        max_clusters=CONFIG["interpretation"]["max_clusters"],
        seed=CONFIG["seed"],
        code=code("cluster_alignments"),
    script:
        "../scripts/cluster_alignments.py"


rule draw_clusters:
    """The figure of the clusters of alignments."""
    input:
        table="<interpretation>/clusters.tsv",
        summary="<interpretation>/clusters.json",
    output:
        report(
            "<interpretation>/clusters.svg",
            caption="../report/clusters.rst",
            category="3 Interpretation",
            labels=labels("clusters of alignments", "samples", "binding"),
        ),
    log:
        "<logs>/draw_clusters/<binding_recipes>.log",
    benchmark:
        "<benchmarks>/draw_clusters/<binding_recipes>.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        caption=caption("clusters"),
        code=code("draw_clusters"),
    script:
        "../scripts/draw_clusters.py"


rule mutate_pairs:
    """Predictions of every single substitution and deletion in target and miRNA."""
    input:
        model="<binding>/model.keras",
        pairs="<interpretation>/explained.parquet",
        shap="<interpretation>/shap.npz",
    output:
        table="<interpretation>/mutagenesis.tsv",
        mutants="<interpretation>/mutagenesis.npz",
        summary="<interpretation>/mutagenesis.json",
    log:
        "<logs>/mutate_pairs/<binding_recipes>.log",
    benchmark:
        "<benchmarks>/mutate_pairs/<binding_recipes>.tsv"
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(30),
        gpu=1,
    params:
        encoding=lookup("{binding}/encoding", within=CONFIG["binding"]),
        seed=CONFIG["seed"],
        code=code("mutate_pairs"),
    script:
        "../scripts/mutate_pairs.py"


rule draw_mutants:
    """The figure of in-silico mutagenesis."""
    input:
        mutants="<interpretation>/mutagenesis.npz",
        summary="<interpretation>/mutagenesis.json",
    output:
        report(
            "<interpretation>/mutagenesis.svg",
            caption="../report/mutagenesis.rst",
            category="3 Interpretation",
            labels=labels("mutagenesis of pairs", "samples", "binding"),
        ),
    log:
        "<logs>/draw_mutants/<binding_recipes>.log",
    benchmark:
        "<benchmarks>/draw_mutants/<binding_recipes>.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        caption=caption("mutagenesis"),
        code=code("draw_mutants"),
    script:
        "../scripts/draw_mutants.py"


rule check_attributions:
    """Checks of attributions against each other and against mutations."""
    input:
        model="<binding>/model.keras",
        pairs="<samples>/pairs.parquet",
        predictions="<binding>/test_predictions.parquet",
    output:
        checks="<interpretation>/checks.parquet",
        summary="<interpretation>/checks.json",
    log:
        "<logs>/check_attributions/<binding_recipes>.log",
    benchmark:
        "<benchmarks>/check_attributions/<binding_recipes>.tsv"
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(30),
        gpu=1,
    params:
        n_checked=CONFIG["interpretation"]["n_checked"],
        n_background=CONFIG["interpretation"]["n_background"],
        explainer=CONFIG["interpretation"]["explainer"],
        steps=CONFIG["scan"][MAIN["scan"]]["steps"],
        encoding=lookup("{binding}/encoding", within=CONFIG["binding"]),
        seed=CONFIG["seed"],
        code=code("check_attributions"),
    script:
        "../scripts/check_attributions.py"


rule draw_checks:
    """The figure of the checks of attributions."""
    input:
        checks="<interpretation>/checks.parquet",
        summary="<interpretation>/checks.json",
    output:
        report(
            "<interpretation>/checks.svg",
            caption="../report/checks.rst",
            category="3 Interpretation",
            labels=labels("checks of attributions", "samples", "binding"),
        ),
    log:
        "<logs>/draw_checks/<binding_recipes>.log",
    benchmark:
        "<benchmarks>/draw_checks/<binding_recipes>.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        caption=caption("checks"),
        code=code("draw_checks"),
    script:
        "../scripts/draw_checks.py"


if "measured_variants" in INPUTS:

    rule compare_variants:
        """Predicted and measured effects of mutations of target sites."""
        input:
            model="<binding>/model.keras",
            variants=data_input(INPUTS["measured_variants"]["file"]),
            mirnas="<inputs>/mirnas.parquet",
        output:
            table="<interpretation>/variants.tsv",
            summary="<interpretation>/variants.json",
        log:
            "<logs>/compare_variants/<binding_recipes>.log",
        benchmark:
            "<benchmarks>/compare_variants/<binding_recipes>.tsv"
        conda:
            "../envs/tensorflow.yaml"
        resources:
            mem_mb=more(3000),
            runtime=more(30),
            gpu=1,
        params:
            columns=INPUTS["measured_variants"]["columns"],
            stronger=INPUTS["measured_variants"]["stronger"],
            encoding=lookup("{binding}/encoding", within=CONFIG["binding"]),
            seed=CONFIG["seed"],
            content=contents(INPUTS["measured_variants"]["file"]),
            code=code("compare_variants"),
        script:
            "../scripts/compare_variants.py"

    rule draw_variants:
        """The figure of predicted against measured effects of mutations."""
        input:
            table="<interpretation>/variants.tsv",
            summary="<interpretation>/variants.json",
        output:
            report(
                "<interpretation>/variants.svg",
                caption="../report/variants.rst",
                category="3 Interpretation",
                labels=labels("measured variants", "samples", "binding"),
            ),
        log:
            "<logs>/draw_variants/<binding_recipes>.log",
        benchmark:
            "<benchmarks>/draw_variants/<binding_recipes>.tsv"
        localrule: True
        conda:
            "../envs/tables.yaml"
        params:
            caption=caption("variants"),
            code=code("draw_variants"),
        script:
            "../scripts/draw_variants.py"
