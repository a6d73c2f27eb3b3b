# Transfer: one model of several experiments, tested on what it has not seen.
#
# in:   the tables of each data set (inputs: datasets); poly(A) usage, stability and
#       conserved sites, where the study names them
# out:  transfer/datasets/{dataset}/ (pairs.parquet; sites.parquet of both strands with
#       their surroundings; scanned.parquet, sites that the binding network finds by itself;
#       transcripts.parquet, genes.parquet; seed_counts.tsv, what is seen of each miRNA at
#       all; proteins.parquet, sites with peaks or motifs of proteins);
#       transfer/parts.parquet (the parts that each protocol leaves out);
#       transfer/{occupancy}/{protocol}/{part}.parquet (predictions without the part);
#       transfer/comparison.tsv, .json, .svg; transfer/{occupancy}/model.npz,
#       responses.tsv (how strongly each gene responds), intervals.tsv, coverage.tsv (of all
#       pairs, for target `predict`); transfer/{mixture}/intervals.tsv, coverage.tsv,
#       mixture.json (what is predicted with `predict: scan`); transfer/{occupancy}/
#       proteins.tsv (what each RNA-binding protein adds)


rule tabulate_dataset:
    """A data set: its pairs, what is seen of each miRNA, and its sites and their surroundings."""
    input:
        fold_changes=lambda wildcards: [
            data_input(name) for name in dataset_names(wildcards, "fold_change")
        ],
        mirnas=dataset_file("mirnas"),
        transcripts=dataset_file("transcripts"),
        genes=dataset_file("transcripts", "genes"),
        expressed=dataset_file("transcripts", "expressed"),
        polya_usage=optional_file("polya_usage", "file"),
        stability=optional_file("stability", "file"),
        conserved_sites=checked(conserved_sites),
        ta_sps=optional_file("contextpp", "ta_sps"),
        mrna=optional_file("contextpp", "mrna"),
        coefficients=data_input("resources/contextpp_coefficients.tsv"),
    output:
        pairs="<dataset>/pairs.parquet",
        sites="<dataset>/sites.parquet",
        transcripts="<dataset>/transcripts.parquet",
        genes="<dataset>/genes.parquet",
        seed_counts="<dataset>/seed_counts.tsv",
        strands="<dataset>/strands.tsv",
        provenance="<dataset>/provenance.json",
    log:
        "<logs>/tabulate_dataset/{dataset}.log",
    benchmark:
        "<benchmarks>/tabulate_dataset/{dataset}.tsv"
    priority: 1
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(120),
    params:
        dataset=lambda wildcards: dataset_settings(wildcards.dataset),
        own=lambda wildcards: own_tables(wildcards.dataset),
        mirnas=lambda wildcards: list(dataset_tables(wildcards.dataset)),
        columns=INPUTS["contextpp"]["columns"],
        mrna_columns=INPUTS["contextpp"]["mrna_columns"],
        context_columns=CONTEXT_COLUMNS,
        accessibility=CONFIG["transfer"]["accessibility"],
        n_resamples=CONFIG["comparison"]["n_resamples"],
        seed=CONFIG["seed"],
        content=lambda wildcards: content(*map(data_file, dataset_names(wildcards)))
        + CONTEXT_CONTENT(wildcards)
        + SURROUNDINGS_CONTENT(wildcards),
        code=code("tabulate_dataset"),
    script:
        "../scripts/tabulate_dataset.py"


rule score_sites:
    """What the binding network makes of each site of a data set, in the middle of a window."""
    input:
        model=TRANSFER_NETWORK,
        sites="<dataset>/sites.parquet",
        strands="<dataset>/strands.tsv",
        transcripts=dataset_file("transcripts"),
    output:
        "<dataset>/binding.parquet",
    log:
        "<logs>/score_sites/{dataset}.log",
    benchmark:
        "<benchmarks>/score_sites/{dataset}.tsv"
    conda:
        "../envs/tensorflow.yaml"
    threads: 2
    resources:
        mem_mb=more(4000),
        runtime=more(60),
        gpu=1,
    params:
        encoding=CONFIG["binding"][CONFIG["transfer"]["binding"]]["encoding"],
        transcripts=lambda wildcards: dataset_settings(wildcards.dataset)["transcripts"],
        code=code("score_sites"),
    script:
        "../scripts/score_sites.py"


rule scan_dataset:
    """The sites that the binding network finds along the 3' UTRs of a data set by itself."""
    input:
        model=TRANSFER_NETWORK,
        strands="<dataset>/strands.tsv",
        chosen="<dataset>/transcripts.parquet",
        transcripts=dataset_file("transcripts"),
        polya_usage=optional_file("polya_usage", "file"),
        stability=optional_file("stability", "file"),
    output:
        "<dataset>/scanned.parquet",
    log:
        "<logs>/scan_dataset/{dataset}.log",
    benchmark:
        "<benchmarks>/scan_dataset/{dataset}.tsv"
    conda:
        "../envs/tensorflow.yaml"
    threads: 2
    resources:
        mem_mb=more(6000),
        runtime=more(240),
        gpu=1,
    params:
        encoding=CONFIG["binding"][CONFIG["transfer"]["binding"]]["encoding"],
        transcripts=lambda wildcards: dataset_settings(wildcards.dataset)["transcripts"],
        n_sites=CONFIG["transfer"]["n_scanned_sites"],
        context_columns=CONTEXT_COLUMNS,
        content=MRNA_CONTENT,
        code=code("scan_dataset"),
    script:
        "../scripts/scan_dataset.py"


rule part_pairs:
    """The pairs of all data sets, and the part of the genes and families of each."""
    input:
        pairs=expand("<transfer>/datasets/{dataset}/pairs.parquet", dataset=DATASETS),
        strands=STRANDS_OF_DATASETS,
    output:
        "<transfer>/parts.parquet",
    log:
        "<logs>/part_pairs.log",
    benchmark:
        "<benchmarks>/part_pairs.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        trains={name: INPUTS["datasets"][name]["trains"] for name in DATASETS},
        n_gene_parts=CONFIG["folds"],
        n_family_parts=CONFIG["transfer"]["n_family_parts"],
        seed=CONFIG["seed"],
        code=code("part_pairs"),
    script:
        "../scripts/part_pairs.py"


rule mark_proteins:
    """The sites of a data set with peaks or motifs of RNA-binding proteins; and a control."""
    input:
        sites="<dataset>/sites.parquet",
        chosen="<dataset>/transcripts.parquet",
        transcripts=dataset_file("transcripts"),
        peaks=optional_file("peaks", "file"),
        motifs=optional_file("motifs", "file"),
        coordinates=optional_file("coordinates", "file"),
    output:
        "<dataset>/proteins.parquet",
    log:
        "<logs>/mark_proteins/{dataset}.log",
    benchmark:
        "<benchmarks>/mark_proteins/{dataset}.tsv"
    priority: 1
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(2000),
        runtime=more(30),
    params:
        columns=setting_of("peaks", "columns"),
        motif_columns=setting_of("motifs", "columns"),
        rate=setting_of("motifs", "rate"),
        flanks={kind: setting_of(kind, "flank") for kind in ("peaks", "motifs")},
        transcripts=lambda wildcards: dataset_settings(wildcards.dataset)["transcripts"],
        coordinate_columns=setting_of("coordinates", "columns"),
        seed=CONFIG["seed"],
        content=contents(
            setting_of("peaks", "file"),
            setting_of("motifs", "file"),
            setting_of("coordinates", "file"),
        ),
        code=code("mark_proteins"),
    script:
        "../scripts/mark_proteins.py"


rule predict_part:
    """Predictions of what a protocol leaves out, by an occupancy model of the rest."""
    input:
        parts="<transfer>/parts.parquet",
        sites=sites_of_datasets,
        proteins=proteins_of_datasets,
        genes=expand("<transfer>/datasets/{dataset}/genes.parquet", dataset=DATASETS),
    output:
        "<transfer>/{occupancy}/{protocol}/{part}.parquet",
    log:
        "<logs>/predict_part/{occupancy}/{protocol}/{part}.log",
    benchmark:
        "<benchmarks>/predict_part/{occupancy}/{protocol}/{part}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(120),
    params:
        settings=OCCUPANCY_FIT,
        datasets=list(DATASETS),
        decays=CONFIG["transfer"]["decays"],
        seed=CONFIG["seed"],
        code=code("predict_part"),
    script:
        "../scripts/predict_part.py"


rule compare_transfer:
    """Every model and baseline on every data set, by what is new in it."""
    input:
        predictions_of_parts,
    output:
        table="<transfer>/comparison.tsv",
        metrics="<transfer>/comparison.json",
    log:
        "<logs>/compare_transfer.log",
    benchmark:
        "<benchmarks>/compare_transfer.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(60),
    params:
        mixtures=CONFIG["transfer"]["mixtures"],
        n_resamples=CONFIG["comparison"]["n_resamples"],
        seed=CONFIG["seed"],
        code=code("compare_transfer"),
    script:
        "../scripts/compare_transfer.py"


rule draw_transfer:
    """What each model reaches, by protocol and data set."""
    input:
        "<transfer>/comparison.tsv",
    output:
        report(
            "<transfer>/comparison.svg",
            caption="../report/transfer.rst",
            category="5 Comparison",
            labels=labels("new genes, families and experiments"),
        ),
    log:
        "<logs>/draw_transfer.log",
    benchmark:
        "<benchmarks>/draw_transfer.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        caption=caption("transfer"),
        code=code("draw_transfer"),
    script:
        "../scripts/draw_transfer.py"


rule fit_transfer:
    """The occupancy model of all data sets, for other miRNAs and cells."""
    input:
        parts="<transfer>/parts.parquet",
        sites=sites_of_datasets,
        genes=expand("<transfer>/datasets/{dataset}/genes.parquet", dataset=DATASETS),
        polya_usage=optional_file("polya_usage", "file"),
    output:
        model="<transfer>/{occupancy}/model.npz",
        responses="<transfer>/{occupancy}/responses.tsv",
        provenance="<transfer>/{occupancy}/provenance.json",
    log:
        "<logs>/fit_transfer/{occupancy}.log",
    benchmark:
        "<benchmarks>/fit_transfer/{occupancy}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(120),
    params:
        settings=OCCUPANCY_FIT,
        polya_columns=CONTEXT_COLUMNS.get("polya_usage"),
        datasets=list(DATASETS),
        decays=CONFIG["transfer"]["decays"],
        seed=CONFIG["seed"],
        code=code("fit_transfer"),
    script:
        "../scripts/fit_transfer.py"


rule test_proteins:
    """What each RNA-binding protein at a site adds to what the site does; and a control."""
    input:
        parts="<transfer>/parts.parquet",
        sites=sites_of_datasets,
        proteins=proteins_of_datasets,
        genes=expand("<transfer>/datasets/{dataset}/genes.parquet", dataset=DATASETS),
    output:
        "<transfer>/{occupancy}/proteins.tsv",
    log:
        "<logs>/test_proteins/{occupancy}.log",
    benchmark:
        "<benchmarks>/test_proteins/{occupancy}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(120),
    params:
        settings=OCCUPANCY_FIT,
        datasets=list(DATASETS),
        decays=CONFIG["transfer"]["decays"],
        seed=CONFIG["seed"],
        code=code("test_proteins"),
    script:
        "../scripts/test_proteins.py"


rule calibrate_transfer:
    """Prediction intervals from new families in new experiments, and what they hold."""
    input:
        held_out=lambda wildcards: parts_of(wildcards.occupancy, "datasets_families"),
        sites=SITES_OF_DATASETS,
    output:
        intervals="<transfer>/{occupancy}/intervals.tsv",
        coverage="<transfer>/{occupancy}/coverage.tsv",
    log:
        "<logs>/calibrate_transfer/{occupancy}.log",
    benchmark:
        "<benchmarks>/calibrate_transfer/{occupancy}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(60),
    params:
        code=code("calibrate_transfer"),
    script:
        "../scripts/calibrate_transfer.py"


rule calibrate_mixture:
    """Prediction intervals of a mixture of seed sites and sites that the network finds."""
    input:
        of_seeds=lambda wildcards: parts_of(MIXTURE.of_seeds, "datasets_families"),
        scanned=lambda wildcards: parts_of(MIXTURE.scanned, "datasets_families"),
        sites=SITES_OF_DATASETS,
    output:
        intervals="<transfer>/{mixture}/intervals.tsv",
        coverage="<transfer>/{mixture}/coverage.tsv",
        about="<transfer>/{mixture}/mixture.json",
    log:
        "<logs>/calibrate_mixture/{mixture}.log",
    benchmark:
        "<benchmarks>/calibrate_mixture/{mixture}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(60),
    params:
        share=MIXTURE.share if MIXTURE else None,
        n_sites=CONFIG["transfer"]["n_scanned_sites"],
        code=code("calibrate_mixture"),
    script:
        "../scripts/calibrate_mixture.py"
