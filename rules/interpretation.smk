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
#         mutagenesis.tsv, .json, .svg                     of the pairs that are drawn
#         checks.json, .svg                                of attributions
#         variants.tsv, .json, .svg                        where variants were measured


rule explain_pairs:
    input:
        model="results/{study}/binding/{samples}.{binding}/model.keras",
        pairs="results/{study}/samples/{samples}/pairs.parquet",
        predictions="results/{study}/binding/{samples}.{binding}/test_predictions.parquet",
        mirnas="results/{study}/inputs/mirnas.parquet",
        named=named_pairs(),
    output:
        shap="results/{study}/interpretation/{samples}.{binding}/shap.npz",
        pairs="results/{study}/interpretation/{samples}.{binding}/explained.parquet",
        summary="results/{study}/interpretation/{samples}.{binding}/explanations.json",
        provenance="results/{study}/interpretation/{samples}.{binding}/provenance.json",
    log:
        "results/{study}/logs/explain_pairs/{samples}.{binding}.log",
    benchmark:
        "results/{study}/benchmarks/explain_pairs/{samples}.{binding}.tsv"
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(60),
        gpu=1,
    params:
        settings=interpretation(
            *("n_pairs", "n_many", "explainer", "n_background", "pair_columns")
        ),
        encoding=lambda wildcards: CONFIG["binding"][wildcards.binding]["encoding"],
        seed=CONFIG["seed"],
        code=code("explain_pairs"),
    script:
        "../scripts/explain_pairs.py"


rule align_pairs:
    input:
        pairs="results/{study}/interpretation/{samples}.{binding}/explained.parquet",
        shap="results/{study}/interpretation/{samples}.{binding}/shap.npz",
    output:
        table="results/{study}/interpretation/{samples}.{binding}/alignments.tsv",
        text="results/{study}/interpretation/{samples}.{binding}/alignments.txt",
        paths="results/{study}/interpretation/{samples}.{binding}/alignments.parquet",
        figure=report(
            "results/{study}/interpretation/{samples}.{binding}/pairs.svg",
            caption="../report/pairs.rst",
            category="3 Interpretation",
            labels={
                "samples": "{samples}",
                "binding": "{binding}",
                "figure": "SHAP of pairs",
            },
        ),
    log:
        "results/{study}/logs/align_pairs/{samples}.{binding}.log",
    benchmark:
        "results/{study}/benchmarks/align_pairs/{samples}.{binding}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(2000),
        runtime=more(30),
    params:
        gaps=interpretation("gap_open", "gap_extend"),
        caption=caption("pairs"),
        code=code("align_pairs"),
    script:
        "../scripts/align_pairs.py"


rule measure_importance:
    input:
        pairs="results/{study}/interpretation/{samples}.{binding}/explained.parquet",
        shap="results/{study}/interpretation/{samples}.{binding}/shap.npz",
    output:
        table="results/{study}/interpretation/{samples}.{binding}/importance.tsv",
        summary="results/{study}/interpretation/{samples}.{binding}/importance.json",
        figure=report(
            "results/{study}/interpretation/{samples}.{binding}/importance.svg",
            caption="../report/importance.rst",
            category="3 Interpretation",
            labels={
                "samples": "{samples}",
                "binding": "{binding}",
                "figure": "importance by miRNA position",
            },
        ),
    log:
        "results/{study}/logs/measure_importance/{samples}.{binding}.log",
    benchmark:
        "results/{study}/benchmarks/measure_importance/{samples}.{binding}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(2000),
        runtime=more(30),
    params:
        seed=CONFIG["seed"],
        caption=caption("importance"),
        code=code("measure_importance"),
    script:
        "../scripts/measure_importance.py"


rule cluster_alignments:
    input:
        pairs="results/{study}/interpretation/{samples}.{binding}/explained.parquet",
        shap="results/{study}/interpretation/{samples}.{binding}/shap.npz",
        paths="results/{study}/interpretation/{samples}.{binding}/alignments.parquet",
    output:
        table="results/{study}/interpretation/{samples}.{binding}/clusters.tsv",
        text="results/{study}/interpretation/{samples}.{binding}/clusters.txt",
        summary="results/{study}/interpretation/{samples}.{binding}/clusters.json",
        figure=report(
            "results/{study}/interpretation/{samples}.{binding}/clusters.svg",
            caption="../report/clusters.rst",
            category="3 Interpretation",
            labels={
                "samples": "{samples}",
                "binding": "{binding}",
                "figure": "clusters of alignments",
            },
        ),
    log:
        "results/{study}/logs/cluster_alignments/{samples}.{binding}.log",
    benchmark:
        "results/{study}/benchmarks/cluster_alignments/{samples}.{binding}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(2000),
        runtime=more(30),
    params:
        max_clusters=CONFIG["interpretation"]["max_clusters"],
        seed=CONFIG["seed"],
        caption=caption("clusters"),
        code=code("cluster_alignments"),
    script:
        "../scripts/cluster_alignments.py"


rule mutate_pairs:
    input:
        model="results/{study}/binding/{samples}.{binding}/model.keras",
        pairs="results/{study}/interpretation/{samples}.{binding}/explained.parquet",
        shap="results/{study}/interpretation/{samples}.{binding}/shap.npz",
    output:
        table="results/{study}/interpretation/{samples}.{binding}/mutagenesis.tsv",
        summary="results/{study}/interpretation/{samples}.{binding}/mutagenesis.json",
        figure=report(
            "results/{study}/interpretation/{samples}.{binding}/mutagenesis.svg",
            caption="../report/mutagenesis.rst",
            category="3 Interpretation",
            labels={
                "samples": "{samples}",
                "binding": "{binding}",
                "figure": "mutagenesis of pairs",
            },
        ),
    log:
        "results/{study}/logs/mutate_pairs/{samples}.{binding}.log",
    benchmark:
        "results/{study}/benchmarks/mutate_pairs/{samples}.{binding}.tsv"
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(30),
        gpu=1,
    params:
        encoding=lambda wildcards: CONFIG["binding"][wildcards.binding]["encoding"],
        seed=CONFIG["seed"],
        caption=caption("mutagenesis"),
        code=code("mutate_pairs"),
    script:
        "../scripts/mutate_pairs.py"


rule check_attributions:
    input:
        model="results/{study}/binding/{samples}.{binding}/model.keras",
        pairs="results/{study}/samples/{samples}/pairs.parquet",
        predictions="results/{study}/binding/{samples}.{binding}/test_predictions.parquet",
    output:
        summary="results/{study}/interpretation/{samples}.{binding}/checks.json",
        figure=report(
            "results/{study}/interpretation/{samples}.{binding}/checks.svg",
            caption="../report/checks.rst",
            category="3 Interpretation",
            labels={
                "samples": "{samples}",
                "binding": "{binding}",
                "figure": "checks of attributions",
            },
        ),
    log:
        "results/{study}/logs/check_attributions/{samples}.{binding}.log",
    benchmark:
        "results/{study}/benchmarks/check_attributions/{samples}.{binding}.tsv"
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(30),
        gpu=1,
    params:
        settings=interpretation("n_checked", "n_background", "explainer"),
        steps=CONFIG["scan"][experiment_recipes(CONFIG, "main")["scan"]]["steps"],
        encoding=lambda wildcards: CONFIG["binding"][wildcards.binding]["encoding"],
        seed=CONFIG["seed"],
        caption=caption("checks"),
        code=code("check_attributions"),
    script:
        "../scripts/check_attributions.py"


if "measured_variants" in INPUTS:

    rule compare_variants:
        input:
            model="results/{study}/binding/{samples}.{binding}/model.keras",
            variants=data_file(INPUTS["measured_variants"]["file"]),
            mirnas="results/{study}/inputs/mirnas.parquet",
        output:
            table="results/{study}/interpretation/{samples}.{binding}/variants.tsv",
            summary="results/{study}/interpretation/{samples}.{binding}/variants.json",
            figure=report(
                "results/{study}/interpretation/{samples}.{binding}/variants.svg",
                caption="../report/variants.rst",
                category="3 Interpretation",
                labels={
                    "samples": "{samples}",
                    "binding": "{binding}",
                    "figure": "measured variants",
                },
            ),
        log:
            "results/{study}/logs/compare_variants/{samples}.{binding}.log",
        benchmark:
            "results/{study}/benchmarks/compare_variants/{samples}.{binding}.tsv"
        conda:
            "../envs/tensorflow.yaml"
        resources:
            mem_mb=more(3000),
            runtime=more(30),
            gpu=1,
        params:
            columns=INPUTS["measured_variants"]["columns"],
            stronger=INPUTS["measured_variants"]["stronger"],
            encoding=lambda wildcards: CONFIG["binding"][wildcards.binding]["encoding"],
            seed=CONFIG["seed"],
            caption=caption("variants"),
            code=code("compare_variants"),
        script:
            "../scripts/compare_variants.py"
