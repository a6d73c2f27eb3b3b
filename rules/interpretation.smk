# Interpretation: the network and some test pairs -> SHAP heat maps.
#
# in:   binding/{samples}.{binding}/model.keras, test_predictions.parquet,
#       samples/{samples}/pairs.parquet
# out:  interpretation/{samples}.{binding}/shap.npz, explanations.json, pairs.svg;
#       mutagenesis.tsv, .json and .svg (of the explained pairs); checks.json and .svg
#       (of attributions); variants.tsv, .json and .svg (where variants were measured)


rule explain_pairs:
    input:
        model="results/{study}/binding/{samples}.{binding}/model.keras",
        pairs="results/{study}/samples/{samples}/pairs.parquet",
        predictions="results/{study}/binding/{samples}.{binding}/test_predictions.parquet",
    output:
        shap="results/{study}/interpretation/{samples}.{binding}/shap.npz",
        summary="results/{study}/interpretation/{samples}.{binding}/explanations.json",
        provenance="results/{study}/interpretation/{samples}.{binding}/provenance.json",
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
        "results/{study}/logs/explain_pairs/{samples}.{binding}.log",
    benchmark:
        "results/{study}/benchmarks/explain_pairs/{samples}.{binding}.tsv"
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(30),
        gpu=1,
    params:
        settings=CONFIG["interpretation"],
        encoding=lambda wildcards: CONFIG["binding"][wildcards.binding]["encoding"],
        seed=CONFIG["seed"],
        caption=caption("pairs"),
        code=code("explain_pairs"),
    script:
        "../scripts/explain_pairs.py"


rule mutate_pairs:
    input:
        model="results/{study}/binding/{samples}.{binding}/model.keras",
        explanations="results/{study}/interpretation/{samples}.{binding}/explanations.json",
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
        settings={
            key: CONFIG["interpretation"][key] for key in ("n_checked", "n_background")
        },
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
