# Binding: labelled pairs -> the network that gives P(binding), and how good it is.
#
# in:   samples/{samples}/pairs.parquet
# out:  binding/{samples}.{binding}/model.keras, history.tsv, metrics.json, evaluation.svg


rule train_binding:
    input:
        "results/{study}/samples/{samples}/pairs.parquet",
    output:
        model="results/{study}/binding/{samples}.{binding}/model.keras",
        history="results/{study}/binding/{samples}.{binding}/history.tsv",
        provenance="results/{study}/binding/{samples}.{binding}/provenance.json",
    log:
        "results/{study}/logs/train_binding/{samples}.{binding}.log",
    benchmark:
        "results/{study}/benchmarks/train_binding/{samples}.{binding}.tsv"
    conda:
        "../envs/tensorflow.yaml"
    threads: 2
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        settings=recipe("binding", without=["n_resamples"]),
        seed=CONFIG["seed"],
        code=code("train_binding"),
    script:
        "../scripts/train_binding.py"


rule evaluate_binding:
    input:
        model="results/{study}/binding/{samples}.{binding}/model.keras",
        history="results/{study}/binding/{samples}.{binding}/history.tsv",
        pairs="results/{study}/samples/{samples}/pairs.parquet",
    output:
        metrics="results/{study}/binding/{samples}.{binding}/metrics.json",
        predictions="results/{study}/binding/{samples}.{binding}/test_predictions.parquet",
        figure=report(
            "results/{study}/binding/{samples}.{binding}/evaluation.svg",
            caption="../report/evaluation.rst",
            category="2 Binding",
            labels={
                "samples": "{samples}",
                "binding": "{binding}",
                "figure": "evaluation",
            },
        ),
    log:
        "results/{study}/logs/evaluate_binding/{samples}.{binding}.log",
    benchmark:
        "results/{study}/benchmarks/evaluate_binding/{samples}.{binding}.tsv"
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=3000,
        runtime=30,
    params:
        settings=recipe("binding", "encoding", "n_resamples"),
        seed=CONFIG["seed"],
        caption=caption("evaluation"),
        code=code("evaluate_binding"),
    script:
        "../scripts/evaluate_binding.py"
