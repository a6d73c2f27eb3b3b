# Interpretation: the network and some test pairs -> SHAP heat maps.
#
# in:   binding/{samples}.{binding}/model.keras, test_predictions.parquet,
#       samples/{samples}/pairs.parquet
# out:  interpretation/{samples}.{binding}/shap.npz, explanations.json, pairs.svg


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
