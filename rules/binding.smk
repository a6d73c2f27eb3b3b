# Binding: labelled pairs -> the network that gives P(binding), and how good it is.
#
# in:   samples/{samples}/pairs.parquet, inputs/test_sets/{test_set}.parquet
# out:  binding/{samples}.{binding}/seed_{member}/model.keras, history.tsv;
#       binding/{samples}.{binding}/model.keras (the best on validation), history.tsv,
#       metrics.json, metrics.tsv, evaluation.svg, test_predictions.parquet;
#       members.keras (all of them in one file, for target `transfer`)


rule train_binding:
    """A binding network from labelled pairs, one of those that differ in seed."""
    input:
        pairs="<samples>/pairs.parquet",
        taught=branch(is_taught, then="<inputs>/taught_windows.parquet"),
        strands=branch(is_blind, then=STRANDS_OF_DATASETS),
        checks=checks_before_training,
    output:
        model="<binding>/seed_{member}/model.keras",
        history="<binding>/seed_{member}/history.tsv",
        provenance="<binding>/seed_{member}/provenance.json",
    log:
        "<logs>/train_binding/<binding_recipes>/{member}.log",
    benchmark:
        "<benchmarks>/train_binding/<binding_recipes>/{member}.tsv"
    wildcard_constraints:
        binding=with_parts(False),
    cache: SHARED
    conda:
        "../envs/tensorflow.yaml"
    threads: 2
    resources:
        mem_mb=more(4000),
        runtime=more(120),
        gpu=1,
    params:
        settings=recipe("binding", without=["n_resamples", "n_seeds", "blind", "parts"]),
        seed=CONFIG["seed"],
        # In the key of the cache, which leaves out wildcards.
        member="{member}",
        code=code("train_binding", BINDING_NETWORKS="binding"),
    script:
        "../scripts/train_binding.py"


rule sum_binding:
    """A binding network of several sources: the sum of networks of other recipes."""
    input:
        models=expand(
            "<results>/binding/{samples}.{part}/seed_{member}/model.keras",
            part=parts,
            allow_missing=True,
        ),
        histories=expand(
            "<results>/binding/{samples}.{part}/seed_{member}/history.tsv",
            part=parts,
            allow_missing=True,
        ),
        pairs="<samples>/pairs.parquet",
        strands=branch(is_blind, then=STRANDS_OF_DATASETS),
    output:
        model="<binding>/seed_{member}/model.keras",
        history="<binding>/seed_{member}/history.tsv",
        provenance="<binding>/seed_{member}/provenance.json",
    log:
        "<logs>/sum_binding/<binding_recipes>/{member}.log",
    benchmark:
        "<benchmarks>/sum_binding/<binding_recipes>/{member}.tsv"
    wildcard_constraints:
        binding=with_parts(True),
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(60),
        gpu=1,
    params:
        settings=recipe("binding", "encoding"),
        shares=lambda wildcards: shares_of(CONFIG["binding"][wildcards.binding]),
        code=code("sum_binding"),
    script:
        "../scripts/sum_binding.py"


rule choose_binding:
    """The best network of a binding recipe on validation pairs."""
    input:
        models=expand("<binding>/seed_{member}/model.keras", member=members),
        histories=expand("<binding>/seed_{member}/history.tsv", member=members),
    output:
        model="<binding>/model.keras",
        history="<binding>/history.tsv",
        provenance="<binding>/provenance.json",
    log:
        "<logs>/choose_binding/<binding_recipes>.log",
    benchmark:
        "<benchmarks>/choose_binding/<binding_recipes>.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        settings=recipe("binding", without=["n_resamples"]),
        seed=CONFIG["seed"],
        code=code("choose_binding"),
    script:
        "../scripts/choose_binding.py"


rule join_binding:
    """The networks of a binding recipe that differ in seed, in one file, the best first."""
    input:
        models=expand("<binding>/seed_{member}/model.keras", member=members),
        history="<binding>/history.tsv",
    output:
        "<binding>/members.keras",
    log:
        "<logs>/join_binding/<binding_recipes>.log",
    benchmark:
        "<benchmarks>/join_binding/<binding_recipes>.tsv"
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(2000),
        runtime=more(30),
        gpu=1,
    params:
        code=code("join_binding"),
    script:
        "../scripts/join_binding.py"


rule score_baselines:
    """Test pairs scored by folding energy and seed class."""
    input:
        pairs="<samples>/pairs.parquet",
        others=TEST_SETS,
    output:
        "<results>/binding/baselines.{samples}/scores.parquet",
    log:
        "<logs>/score_baselines/{samples}.log",
    benchmark:
        "<benchmarks>/score_baselines/{samples}.tsv"
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
    """Measures and predictions of a binding recipe on all test sets, beside baselines."""
    input:
        models=expand("<binding>/seed_{member}/model.keras", member=members),
        history="<binding>/history.tsv",
        pairs="<samples>/pairs.parquet",
        strands=branch(is_blind, then=STRANDS_OF_DATASETS),
        baselines="<results>/binding/baselines.{samples}/scores.parquet",
        others=TEST_SETS,
    output:
        metrics="<binding>/metrics.json",
        predictions="<binding>/test_predictions.parquet",
        table="<binding>/metrics.tsv",
    log:
        "<logs>/evaluate_binding/<binding_recipes>.log",
    benchmark:
        "<benchmarks>/evaluate_binding/<binding_recipes>.tsv"
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(120),
        gpu=1,
    params:
        encoding=lookup("{binding}/encoding", within=CONFIG["binding"]),
        n_resamples=lookup("{binding}/n_resamples", within=CONFIG["binding"]),
        seed=CONFIG["seed"],
        code=code("evaluate_binding"),
    script:
        "../scripts/evaluate_binding.py"


rule draw_evaluation:
    """The figure and the table of measures of a binding recipe."""
    input:
        metrics="<binding>/metrics.json",
        table="<binding>/metrics.tsv",
        predictions="<binding>/test_predictions.parquet",
        history="<binding>/history.tsv",
    output:
        page=report(
            "<binding>/metrics.html",
            caption="../report/binding_metrics.rst",
            category="2 Binding",
            labels=labels("table of measures", "samples", "binding"),
        ),
        figure=report(
            "<binding>/evaluation.svg",
            caption="../report/evaluation.rst",
            category="2 Binding",
            labels=labels("evaluation", "samples", "binding"),
        ),
    log:
        "<logs>/draw_evaluation/<binding_recipes>.log",
    benchmark:
        "<benchmarks>/draw_evaluation/<binding_recipes>.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        captions={name: caption(name) for name in ("evaluation", "binding_metrics")},
        code=code("draw_evaluation"),
    script:
        "../scripts/draw_evaluation.py"
