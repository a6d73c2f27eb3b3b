# Scan: the network slides along every transcript, a job per batch of miRNAs and shard.
# With `mirnas_per_job: 1` a batch is one miRNA and has its name.
#
# in:   binding/{samples}.{binding}/model.keras, inputs/transcripts.fa, shards.parquet
# out:  scan/{samples}.{binding}.{scan}/thresholds.json, {batch}/{shard}.npz,
#       {mirna}/peaks.bed and .parquet, {mirna}/score.bw and .bedgraph.gz,
#       genes/*.svg (with the sites of context++, which are made of the inputs alone)


rule calibrate_threshold:
    """A threshold on P for each miRNA, from random sequence."""
    input:
        model="<binding>/model.keras",
        mirnas="<inputs>/mirnas.parquet",
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        transcripts="<inputs>/transcripts.parquet",
    output:
        thresholds="<scan>/thresholds.json",
        provenance="<scan>/provenance.json",
    log:
        "<logs>/calibrate_threshold/<scan_recipes>.log",
    benchmark:
        "<benchmarks>/calibrate_threshold/<scan_recipes>.tsv"
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(60),
        gpu=1,
    params:
        settings=recipe("scan", "threshold", "false_positive_rate"),
        calibration_nt=lookup("{scan}/calibration_nt", within=CONFIG["scan"]),
        encoding=lookup("{binding}/encoding", within=CONFIG["binding"]),
        seed=CONFIG["seed"],
        code=code("calibrate_threshold"),
    script:
        "../scripts/calibrate_threshold.py"


rule scan_transcripts:
    """Predictions and attributions of a batch of miRNAs along the transcripts of a shard."""
    input:
        model="<binding>/model.keras",
        thresholds="<scan>/thresholds.json",
        mirnas="<inputs>/mirnas.parquet",
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        shards="<inputs>/shards.parquet",
        pairs=branch(compares_with_background, then="<samples>/pairs.parquet"),
    output:
        "<scan>/{batch}/{shard}.npz",
    log:
        "<logs>/scan_transcripts/<scan_recipes>/{batch}.{shard}.log",
    benchmark:
        "<benchmarks>/scan_transcripts/<scan_recipes>/{batch}.{shard}.tsv"
    cache: SHARED
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(240),
        gpu=1,
    params:
        settings=recipe("scan", "mode", "steps", "window_step", "published_divisor"),
        n_background=lookup("{scan}/n_background", within=CONFIG["scan"]),
        seed=lambda wildcards: (
            CONFIG["seed"] if compares_with_background(wildcards) else None
        ),
        mirnas=mirnas_of_batch,
        backend=BACKEND,
        encoding=lookup("{binding}/encoding", within=CONFIG["binding"]),
        # In the key of the cache, which leaves out wildcards.
        batch="{batch}",
        shard="{shard}",
        code=code("scan_transcripts"),
    script:
        "../scripts/scan_transcripts.py"


rule find_peaks:
    """Peaks of a miRNA's score along all transcripts, as a table and as BED."""
    input:
        scan_files_of_mirna,
    output:
        table="<scan>/{mirna}/peaks.parquet",
        bed="<scan>/{mirna}/peaks.bed",
    log:
        "<logs>/find_peaks/<scan_recipes>/{mirna}.log",
    benchmark:
        "<benchmarks>/find_peaks/<scan_recipes>/{mirna}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(2000),
        runtime=more(30),
    params:
        settings=recipe("scan", "smoothing", "min_prominence"),
        code=code("find_peaks"),
    script:
        "../scripts/find_peaks.py"


rule export_tracks:
    """A miRNA's score along all transcripts, as bigWig and bedGraph."""
    input:
        scan_files_of_mirna,
    output:
        bigwig="<scan>/{mirna}/score.bw",
        bedgraph="<scan>/{mirna}/score.bedgraph.gz",
    log:
        "<logs>/export_tracks/<scan_recipes>/{mirna}.log",
    benchmark:
        "<benchmarks>/export_tracks/<scan_recipes>/{mirna}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(2000),
        runtime=more(30),
    params:
        code=code("export_tracks"),
    script:
        "../scripts/export_tracks.py"


rule draw_genes:
    """Figures of chosen genes: score, peaks and sites of a miRNA."""
    input:
        tracks=expand("<scan>/{file}", file=SCAN_FILES),
        peaks=expand(
            "<scan>/{mirna}/peaks.parquet",
            mirna=MIRNAS,
        ),
        thresholds="<scan>/thresholds.json",
        mirnas="<inputs>/mirnas.parquet",
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        transcripts="<inputs>/transcripts.parquet",
        fold_changes="<inputs>/fold_changes.parquet",
        targetscan=TARGETSCAN,
        context_sites="<contextpp>/sites.parquet",
    output:
        report(
            directory("<scan>/genes"),
            patterns=["{gene}.svg"],
            caption="../report/genes.rst",
            category="4 Scan",
            labels=labels("{gene}", "samples", "binding", "scan"),
        ),
    log:
        "<logs>/draw_genes/<scan_recipes>.log",
    benchmark:
        "<benchmarks>/draw_genes/<scan_recipes>.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(2000),
        runtime=more(30),
    params:
        genes=CONFIG["interpretation"]["genes"],
        n_transcripts=CONFIG["interpretation"]["n_transcripts"],
        reference_name=TARGETSCAN_NAME,
        batches=BATCHES,
        caption=caption("genes"),
        code=code("draw_genes"),
    script:
        "../scripts/draw_genes.py"
