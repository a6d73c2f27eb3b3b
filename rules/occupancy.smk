# Occupancy: sites of both strands -> log2 fold changes, without and with new miRNAs.
#
# in:   contextpp/regions.parquet, genes.parquet; inputs/pairs/{clipping}.parquet
# out:  occupancy/{occupancy}/fold_{fold}.parquet (each gene predicted without it, and each
#       miRNA without it as well); model.npz, mirnas.tsv (of all pairs); intervals.tsv,
#       coverage.tsv (prediction intervals, and what share of held-out pairs they hold)


rule fit_occupancy:
    """Predictions of a fold by an occupancy model without it, and without each miRNA as well."""
    input:
        sites="<contextpp>/regions.parquet",
        genes="<contextpp>/genes.parquet",
        pairs=labelled_pairs("occupancy"),
    output:
        "<occupancy>/fold_{fold}.parquet",
    log:
        "<logs>/fit_occupancy/{occupancy}/{fold}.log",
    benchmark:
        "<benchmarks>/fit_occupancy/{occupancy}/{fold}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(60),
    params:
        settings=recipe("occupancy", without=["clip_positive", "sites", "proteins"]),
        n_folds=CONFIG["folds"],
        seed=CONFIG["seed"],
        code=code("fit_occupancy"),
    script:
        "../scripts/fit_occupancy.py"


rule fit_final_occupancy:
    """The occupancy model of all pairs, for other miRNAs and transcripts."""
    input:
        sites="<contextpp>/regions.parquet",
        genes="<contextpp>/genes.parquet",
        pairs=labelled_pairs("occupancy"),
    output:
        model="<occupancy>/model.npz",
        table="<occupancy>/mirnas.tsv",
        provenance="<occupancy>/provenance.json",
    log:
        "<logs>/fit_final_occupancy/{occupancy}.log",
    benchmark:
        "<benchmarks>/fit_final_occupancy/{occupancy}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(60),
    params:
        settings=OCCUPANCY_FIT,
        seed=CONFIG["seed"],
        code=code("fit_final_occupancy"),
    script:
        "../scripts/fit_final_occupancy.py"


rule calibrate_intervals:
    """Prediction intervals from held-out pairs, and the share of pairs that they hold."""
    input:
        occupancy=expand("<occupancy>/fold_{fold}.parquet", fold=FOLDS),
        sites="<contextpp>/regions.parquet",
    output:
        intervals="<occupancy>/intervals.tsv",
        coverage="<occupancy>/coverage.tsv",
    log:
        "<logs>/calibrate_intervals/{occupancy}.log",
    benchmark:
        "<benchmarks>/calibrate_intervals/{occupancy}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(30),
    params:
        code=code("calibrate_intervals"),
    script:
        "../scripts/calibrate_intervals.py"
