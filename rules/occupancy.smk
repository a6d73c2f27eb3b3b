# Occupancy: sites of both strands -> log2 fold changes, without and with new miRNAs.
#
# in:   contextpp/regions.parquet, genes.parquet; inputs/fold_changes.parquet, folds.parquet
# out:  occupancy/fold_{fold}.parquet (each gene predicted without it, and each miRNA
#       without it as well); occupancy/model.npz, mirnas.tsv (of all pairs); intervals.tsv,
#       coverage.tsv (prediction intervals, and what share of held-out pairs they hold)

# What a model is fitted to; the main job's regression recipe says whether it is clipped.
MAIN = checked(experiment_recipes, CONFIG, "main")
CLIP_POSITIVE = CONFIG["regression"][MAIN["regression"]]["clip_positive"]


rule fit_occupancy:
    input:
        sites="results/{study}/contextpp/regions.parquet",
        genes="results/{study}/contextpp/genes.parquet",
        fold_changes="results/{study}/inputs/fold_changes.parquet",
        folds="results/{study}/inputs/folds.parquet",
    output:
        "results/{study}/occupancy/fold_{fold}.parquet",
    log:
        "results/{study}/logs/fit_occupancy/{fold}.log",
    benchmark:
        "results/{study}/benchmarks/fit_occupancy/{fold}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(60),
    params:
        settings=CONFIG["occupancy"],
        clip_positive=CLIP_POSITIVE,
        seed=CONFIG["seed"],
        code=code("fit_occupancy"),
    script:
        "../scripts/fit_occupancy.py"


rule fit_final_occupancy:
    input:
        sites="results/{study}/contextpp/regions.parquet",
        genes="results/{study}/contextpp/genes.parquet",
        fold_changes="results/{study}/inputs/fold_changes.parquet",
        folds="results/{study}/inputs/folds.parquet",
    output:
        model="results/{study}/occupancy/model.npz",
        table="results/{study}/occupancy/mirnas.tsv",
        provenance="results/{study}/occupancy/provenance.json",
    log:
        "results/{study}/logs/fit_final_occupancy.log",
    benchmark:
        "results/{study}/benchmarks/fit_final_occupancy.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(60),
    params:
        settings=CONFIG["occupancy"],
        clip_positive=CLIP_POSITIVE,
        seed=CONFIG["seed"],
        code=code("fit_final_occupancy"),
    script:
        "../scripts/fit_final_occupancy.py"


rule calibrate_intervals:
    input:
        occupancy=expand("results/{{study}}/occupancy/fold_{fold}.parquet", fold=FOLDS),
        sites="results/{study}/contextpp/regions.parquet",
    output:
        intervals="results/{study}/occupancy/intervals.tsv",
        coverage="results/{study}/occupancy/coverage.tsv",
    log:
        "results/{study}/logs/calibrate_intervals.log",
    benchmark:
        "results/{study}/benchmarks/calibrate_intervals.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(30),
    params:
        code=code("calibrate_intervals"),
    script:
        "../scripts/calibrate_intervals.py"
