# Prediction: the fitted occupancy model on other miRNAs and other transcripts.
#
# in:   model.npz, intervals.tsv of transfer/{occupancy}/, in a study of several data sets,
#       else of occupancy/{occupancy}/ of experiment `main`; a table of miRNAs and a FASTA of
#       3' UTRs (config: predict)
# out:  predict/{name}/genes.tsv (predicted_log2fc, its interval, sites), sites.tsv,
#       strands.tsv (passengers, and how often they are loaded)


rule predict_repression:
    """Repression of other transcripts by other miRNAs, with intervals, and its sites."""
    input:
        model=f"{FITTED}/model.npz",
        intervals=f"{FITTED}/intervals.tsv",
        known="<inputs>/mirnas.parquet",
        mirnas=predict_input("mirnas") or "mirnas.tsv",
        transcripts=predict_input("transcripts") or "transcripts.fa",
        genes=predict_input("genes"),
        mrna=predict_input("mrna") or optional_file("contextpp", "mrna"),
        ta_sps=optional_file("contextpp", "ta_sps"),
        coefficients=data_input("resources/contextpp_coefficients.tsv"),
        network=prediction_network,
        polya_usage=optional_file("polya_usage", "file"),
        stability=optional_file("stability", "file"),
        conserved_sites=optional_file("conserved_sites", "file"),
    output:
        genes="<predict>/genes.tsv",
        sites="<predict>/sites.tsv",
        strands="<predict>/strands.tsv",
        provenance="<predict>/provenance.json",
    log:
        "<logs>/predict_repression/{prediction}.log",
    benchmark:
        "<benchmarks>/predict_repression/{prediction}.tsv"
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(6000),
        runtime=more(240),
        gpu=1,
    params:
        mirna_columns=PREDICT["mirna_columns"],
        species=PREDICT["species"],
        transcript_columns=PREDICT["transcript_columns"],
        mrna_columns=(PREDICT if PREDICT["mrna"] else INPUTS["contextpp"])[
            "mrna_columns"
        ],
        mrna_of="predict" if PREDICT["mrna"] else "inputs: contextpp",
        columns=INPUTS["contextpp"]["columns"],
        context_columns=CONTEXT_COLUMNS,
        encoding=CONFIG["binding"][CONFIG["transfer"]["binding"]]["encoding"],
        accessibility=PREDICT["accessibility"],
        noise_sd=PREDICT["noise_sd"],
        content=lambda wildcards: content(
            PREDICT["mirnas"],
            PREDICT["transcripts"],
            PREDICT["genes"],
            PREDICT["mrna"],
        )
        + CONTEXT_CONTENT(wildcards)
        + SURROUNDINGS_CONTENT(wildcards),
        code=code("predict_repression"),
    script:
        "../scripts/predict_repression.py"
