# Binding: labelled pairs -> the network that gives P(binding), and how good it is.
#
# in:   samples/{samples}/pairs.parquet, inputs/test_sets/{test_set}.parquet
# out:  binding/{samples}.{binding}/seed_{member}/model.keras, history.tsv;
#       binding/{samples}.{binding}/model.keras (the best on validation), history.tsv,
#       metrics.json, metrics.tsv, evaluation.svg, test_predictions.parquet


rule train_binding:
    input:
        pairs="results/{study}/samples/{samples}/pairs.parquet",
        checks=checks_before_training,
    output:
        model="results/{study}/binding/{samples}.{binding}/seed_{member}/model.keras",
        history="results/{study}/binding/{samples}.{binding}/seed_{member}/history.tsv",
        provenance="results/{study}/binding/{samples}.{binding}/seed_{member}/provenance.json",
    log:
        "results/{study}/logs/train_binding/{samples}.{binding}/{member}.log",
    benchmark:
        "results/{study}/benchmarks/train_binding/{samples}.{binding}/{member}.tsv"
    cache: SHARED
    conda:
        "../envs/tensorflow.yaml"
    threads: 2
    resources:
        mem_mb=more(4000),
        runtime=more(120),
        gpu=1,
    params:
        settings=recipe("binding", without=["n_resamples", "n_seeds"]),
        seed=CONFIG["seed"],
        # In the key of the cache, which leaves out wildcards.
        member="{member}",
        code=code("train_binding", BINDING_NETWORKS="binding"),
    script:
        "../scripts/train_binding.py"


rule choose_binding:
    input:
        models=lambda wildcards: expand(
            "results/{{study}}/binding/{{samples}}.{{binding}}/seed_{member}/model.keras",
            member=members(wildcards),
        ),
        histories=lambda wildcards: expand(
            "results/{{study}}/binding/{{samples}}.{{binding}}/seed_{member}/history.tsv",
            member=members(wildcards),
        ),
    output:
        model="results/{study}/binding/{samples}.{binding}/model.keras",
        history="results/{study}/binding/{samples}.{binding}/history.tsv",
        provenance="results/{study}/binding/{samples}.{binding}/provenance.json",
    log:
        "results/{study}/logs/choose_binding/{samples}.{binding}.log",
    benchmark:
        "results/{study}/benchmarks/choose_binding/{samples}.{binding}.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        settings=recipe("binding", without=["n_resamples"]),
        seed=CONFIG["seed"],
        code=code("choose_binding"),
    script:
        "../scripts/choose_binding.py"


rule score_baselines:
    input:
        pairs="results/{study}/samples/{samples}/pairs.parquet",
        others=expand(
            "results/{{study}}/inputs/test_sets/{test_set}.parquet",
            test_set=INPUTS["test_sets"],
        ),
    output:
        "results/{study}/binding/baselines.{samples}/scores.parquet",
    log:
        "results/{study}/logs/score_baselines/{samples}.log",
    benchmark:
        "results/{study}/benchmarks/score_baselines/{samples}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(60),
    params:
        code=code("score_baselines"),
    script:
        "../scripts/score_baselines.py"


rule evaluate_binding:
    input:
        models=lambda wildcards: expand(
            "results/{{study}}/binding/{{samples}}.{{binding}}/seed_{member}/model.keras",
            member=members(wildcards),
        ),
        history="results/{study}/binding/{samples}.{binding}/history.tsv",
        pairs="results/{study}/samples/{samples}/pairs.parquet",
        baselines="results/{study}/binding/baselines.{samples}/scores.parquet",
        others=expand(
            "results/{{study}}/inputs/test_sets/{test_set}.parquet",
            test_set=INPUTS["test_sets"],
        ),
    output:
        metrics="results/{study}/binding/{samples}.{binding}/metrics.json",
        predictions="results/{study}/binding/{samples}.{binding}/test_predictions.parquet",
        table="results/{study}/binding/{samples}.{binding}/metrics.tsv",
    log:
        "results/{study}/logs/evaluate_binding/{samples}.{binding}.log",
    benchmark:
        "results/{study}/benchmarks/evaluate_binding/{samples}.{binding}.tsv"
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(120),
        gpu=1,
    params:
        settings=recipe("binding", "encoding", "n_resamples"),
        seed=CONFIG["seed"],
        code=code("evaluate_binding"),
    script:
        "../scripts/evaluate_binding.py"


rule draw_evaluation:
    input:
        metrics="results/{study}/binding/{samples}.{binding}/metrics.json",
        table="results/{study}/binding/{samples}.{binding}/metrics.tsv",
        predictions="results/{study}/binding/{samples}.{binding}/test_predictions.parquet",
        history="results/{study}/binding/{samples}.{binding}/history.tsv",
    output:
        page=report(
            "results/{study}/binding/{samples}.{binding}/metrics.html",
            caption="../report/binding_metrics.rst",
            category="2 Binding",
            labels={
                "samples": "{samples}",
                "binding": "{binding}",
                "figure": "table of measures",
            },
        ),
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
        "results/{study}/logs/draw_evaluation/{samples}.{binding}.log",
    benchmark:
        "results/{study}/benchmarks/draw_evaluation/{samples}.{binding}.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        captions={name: caption(name) for name in ("evaluation", "binding_metrics")},
        code=code("draw_evaluation"),
    script:
        "../scripts/draw_evaluation.py"
