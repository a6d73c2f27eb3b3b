# Prediction: a fitted model on other miRNAs and other transcripts, in parts.
#
# in:   a table of miRNAs or their names, and 3' UTRs or annotation and genome (config:
#       predict). The model: model.npz, intervals.tsv of transfer/{occupancy}/, in a study
#       of several data sets, else of occupancy/{occupancy}/ of experiment `main`; or a ready
#       model, for which nothing is trained
# out:  predict/{name}/genes, sites (.parquet, .tsv; predicted_log2fc, its interval, sites),
#       index.html (their page), sites.bed, targets.gmt, funmirbench.tsv; strands.tsv
#       (passengers, and how often they are loaded), transcripts.parquet, folding/{shard}.npz,
#       {batch}.{shard}/ (the parts, which a killed run goes on with)


rule choose_mirnas:
    """The miRNAs that are predicted, and which strands of their duplexes are loaded."""
    input:
        mirnas=predict_input("mirnas"),
    output:
        "<predict>/strands.tsv",
    log:
        "<logs>/choose_mirnas/{prediction}.log",
    benchmark:
        "<benchmarks>/choose_mirnas/{prediction}.tsv"
    priority: 1
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(1000),
        runtime=more(30),
    params:
        names=PREDICT["names"],
        columns=PREDICT["mirna_columns"],
        species=PREDICT["species"],
        guide_alone=not OF_STUDY,
        content=predict_content("mirnas"),
        code=code("choose_mirnas"),
    script:
        "../scripts/choose_mirnas.py"


rule read_transcriptome:
    """The transcripts that are predicted: 3' UTRs, reading frames, place in the genome."""
    input:
        transcripts=predict_input("transcripts"),
        genes=predict_input("genes"),
        mrna=predict_input("mrna") or optional_file("contextpp", "mrna"),
        annotation=predict_input("annotation"),
        genome=predict_input("genome"),
        expression=predict_input("expression"),
    output:
        "<predict>/transcripts.parquet",
    log:
        "<logs>/read_transcriptome/{prediction}.log",
    benchmark:
        "<benchmarks>/read_transcriptome/{prediction}.tsv"
    priority: 1
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(60),
    params:
        columns=PREDICT["transcript_columns"],
        mrna_columns=(PREDICT if PREDICT["mrna"] else INPUTS["contextpp"])[
            "mrna_columns"
        ],
        mrna_of="predict" if PREDICT["mrna"] else "inputs: contextpp",
        choice="all" if PREDICT["expression"] else PREDICT["choice"],
        content=lambda wildcards: predict_content(
            "transcripts", "genes", "mrna", "annotation", "genome", "expression"
        )(wildcards)
        + CONTEXT_CONTENT(wildcards),
        code=code("read_transcriptome"),
    script:
        "../scripts/read_transcriptome.py"


rule fold_transcripts:
    """Accessibility along a part of the transcripts, for whatever miRNAs are predicted."""
    input:
        "<predict>/transcripts.parquet",
    output:
        "<predict>/folding/{number}.npz",
    log:
        "<logs>/fold_transcripts/{prediction}.{number}.log",
    benchmark:
        "<benchmarks>/fold_transcripts/{prediction}.{number}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(2000),
        runtime=more(240),
    params:
        part=lambda wildcards: [int(wildcards.number), PREDICT["shards"]],
        code=code("fold_transcripts"),
    script:
        "../scripts/fold_transcripts.py"


rule predict_targets:
    """Repression of a part of the transcripts by some of the miRNAs, and their sites."""
    input:
        model=branch(OF_STUDY, then=f"{FITTED}/model.npz"),
        intervals=branch(OF_STUDY, then=f"{FITTED}/intervals.tsv"),
        responses=branch(OF_STUDY and DATASETS, then=f"{FITTED}/responses.tsv"),
        known=branch(OF_STUDY, then="<inputs>/mirnas.parquet"),
        scan=of_scan("<transfer>/{mixture}/mixture.json"),
        scan_intervals=of_scan("<transfer>/{mixture}/intervals.tsv"),
        scan_model=of_scan("<transfer>/{scanned}/model.npz"),
        scan_responses=of_scan("<transfer>/{scanned}/responses.tsv"),
        network=prediction_network,
        mirnas="<predict>/strands.tsv",
        transcripts="<predict>/transcripts.parquet",
        folding=branch(FOLDED, then="<predict>/folding/{number}.npz"),
        conserved=predict_input("conserved_sites"),
        polya=predict_input("polya_usage"),
        ta_sps=of_study(optional_file("contextpp", "ta_sps")),
        coefficients=of_study(data_input("resources/contextpp_coefficients.tsv")),
        polya_usage=of_study(optional_file("polya_usage", "file")),
        stability=of_study(optional_file("stability", "file")),
        conserved_sites=of_study(checked(conserved_sites)),
    output:
        genes="<predict>/{batch}.{number}/genes.parquet",
        sites="<predict>/{batch}.{number}/sites.parquet",
    log:
        "<logs>/predict_targets/{prediction}.{batch}.{number}.log",
    benchmark:
        "<benchmarks>/predict_targets/{prediction}.{batch}.{number}.tsv"
    conda:
        "../envs/tensorflow.yaml"
    threads: 1 + PREDICT["scan"]
    resources:
        mem_mb=more(4000),
        runtime=more(240),
        gpu=prediction_gpus,
    params:
        folder=READY,
        card=ready_card,
        part=lambda wildcards: [int(wildcards.number), PREDICT["shards"]],
        batch=lambda wildcards: [int(wildcards.batch), PREDICT["batches"]],
        columns=INPUTS["contextpp"]["columns"],
        context_columns=CONTEXT_COLUMNS,
        encoding=CONFIG["binding"][CONFIG["transfer"]["binding"]]["encoding"],
        accessibility=PREDICT["accessibility"],
        binding=PREDICT["binding"],
        scan=PREDICT["scan"],
        noise_sd=PREDICT["noise_sd"],
        content=lambda wildcards: predict_content("conserved_sites", "polya_usage")(
            wildcards
        )
        + of_study(CONTEXT_CONTENT(wildcards) + SURROUNDINGS_CONTENT(wildcards)),
        code=code("predict_targets"),
    script:
        "../scripts/predict_targets.py"


rule collect_targets:
    """All parts of a prediction: tables of genes and sites, gene sets, and a page."""
    input:
        mirnas="<predict>/strands.tsv",
        transcripts="<predict>/transcripts.parquet",
        parts=collect(
            "<predict>/{part}/{kind}.parquet",
            part=sum(PARTS, []),
            kind=["genes", "sites"],
            allow_missing=True,
        ),
    output:
        expand("<predict>/{file}", file=TARGET_FILES, allow_missing=True),
        provenance="<predict>/provenance.json",
    log:
        "<logs>/collect_targets/{prediction}.log",
    benchmark:
        "<benchmarks>/collect_targets/{prediction}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(120),
    params:
        parts=PARTS,
        model=model_in_words,
        tsv=PREDICT["tsv"],
        bigbed=PREDICT["bigbed"],
        scan=PREDICT["scan"],
        code=code("collect_targets"),
    script:
        "../scripts/collect_targets.py"
