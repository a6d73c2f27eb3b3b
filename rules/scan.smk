# Scan: the network slides along every transcript, a job per batch of miRNAs and shard.
# With `mirnas_per_job: 1` a batch is one miRNA and has its name.
#
# in:   binding/{samples}.{binding}/model.keras, inputs/transcripts.fa, shards.parquet
# out:  scan/{samples}.{binding}.{scan}/thresholds.json, {batch}/{shard}.npz,
#       {mirna}/peaks.bed and .parquet, {mirna}/score.bw and .bedgraph.gz,
#       genes/*.svg (with the sites of context++, which are made of the inputs alone)


rule calibrate_threshold:
    input:
        model="results/{study}/binding/{samples}.{binding}/model.keras",
        mirnas="results/{study}/inputs/mirnas.parquet",
        fasta="results/{study}/inputs/transcripts.fa",
        index="results/{study}/inputs/transcripts.fa.fai",
        transcripts="results/{study}/inputs/transcripts.parquet",
    output:
        thresholds="results/{study}/scan/{samples}.{binding}.{scan}/thresholds.json",
        provenance="results/{study}/scan/{samples}.{binding}.{scan}/provenance.json",
    log:
        "results/{study}/logs/calibrate_threshold/{samples}.{binding}.{scan}.log",
    benchmark:
        "results/{study}/benchmarks/calibrate_threshold/{samples}.{binding}.{scan}.tsv"
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(60),
        gpu=1,
    params:
        settings=recipe("scan", "threshold", "false_positive_rate", "calibration_nt"),
        encoding=lambda wildcards: CONFIG["binding"][wildcards.binding]["encoding"],
        seed=CONFIG["seed"],
        code=code("calibrate_threshold"),
    script:
        "../scripts/calibrate_threshold.py"


rule scan_transcripts:
    input:
        model="results/{study}/binding/{samples}.{binding}/model.keras",
        thresholds="results/{study}/scan/{samples}.{binding}.{scan}/thresholds.json",
        mirnas="results/{study}/inputs/mirnas.parquet",
        fasta="results/{study}/inputs/transcripts.fa",
        index="results/{study}/inputs/transcripts.fa.fai",
        shards="results/{study}/inputs/shards.parquet",
        pairs=lambda wildcards: (
            f"results/{STUDY}/samples/{wildcards.samples}/pairs.parquet"
            if needs_background(wildcards)
            else []
        ),
    output:
        "results/{study}/scan/{samples}.{binding}.{scan}/{batch}/{shard}.npz",
    log:
        "results/{study}/logs/scan_transcripts/{samples}.{binding}.{scan}/{batch}.{shard}.log",
    benchmark:
        "results/{study}/benchmarks/scan_transcripts/{samples}.{binding}.{scan}/{batch}.{shard}.tsv"
    cache: SHARED
    conda:
        "../envs/tensorflow.yaml"
    resources:
        mem_mb=more(3000),
        runtime=more(240),
        gpu=1,
    params:
        settings=lambda wildcards: recipe(
            "scan", *SCAN_SETTINGS[scan_mode(wildcards)]
        )(wildcards),
        seed=lambda wildcards: CONFIG["seed"] if needs_background(wildcards) else None,
        mirnas=lambda wildcards: mirnas_of_batch(wildcards.batch),
        backend=BACKEND,
        encoding=lambda wildcards: CONFIG["binding"][wildcards.binding]["encoding"],
        # In the key of the cache, which leaves out wildcards.
        batch="{batch}",
        shard="{shard}",
        code=code("scan_transcripts"),
    script:
        "../scripts/scan_transcripts.py"


rule find_peaks:
    input:
        scan_files_of,
    output:
        table="results/{study}/scan/{samples}.{binding}.{scan}/{mirna}/peaks.parquet",
        bed="results/{study}/scan/{samples}.{binding}.{scan}/{mirna}/peaks.bed",
    log:
        "results/{study}/logs/find_peaks/{samples}.{binding}.{scan}/{mirna}.log",
    benchmark:
        "results/{study}/benchmarks/find_peaks/{samples}.{binding}.{scan}/{mirna}.tsv"
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
    input:
        scan_files_of,
    output:
        bigwig="results/{study}/scan/{samples}.{binding}.{scan}/{mirna}/score.bw",
        bedgraph="results/{study}/scan/{samples}.{binding}.{scan}/{mirna}/score.bedgraph.gz",
    log:
        "results/{study}/logs/export_tracks/{samples}.{binding}.{scan}/{mirna}.log",
    benchmark:
        "results/{study}/benchmarks/export_tracks/{samples}.{binding}.{scan}/{mirna}.tsv"
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
    input:
        tracks=scan_files("results/{study}/scan/{samples}.{binding}.{scan}"),
        peaks=expand(
            "results/{{study}}/scan/{{samples}}.{{binding}}.{{scan}}/{mirna}/peaks.parquet",
            mirna=MIRNAS,
        ),
        thresholds="results/{study}/scan/{samples}.{binding}.{scan}/thresholds.json",
        mirnas="results/{study}/inputs/mirnas.parquet",
        fasta="results/{study}/inputs/transcripts.fa",
        index="results/{study}/inputs/transcripts.fa.fai",
        transcripts="results/{study}/inputs/transcripts.parquet",
        fold_changes="results/{study}/inputs/fold_changes.parquet",
        targetscan=targetscan_scores(),
        context_sites="results/{study}/contextpp/sites.parquet",
    output:
        report(
            directory("results/{study}/scan/{samples}.{binding}.{scan}/genes"),
            patterns=["{gene}.svg"],
            caption="../report/genes.rst",
            category="4 Scan",
            labels={
                "samples": "{samples}",
                "binding": "{binding}",
                "scan": "{scan}",
                "figure": "{gene}",
            },
        ),
    log:
        "results/{study}/logs/draw_genes/{samples}.{binding}.{scan}.log",
    benchmark:
        "results/{study}/benchmarks/draw_genes/{samples}.{binding}.{scan}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(2000),
        runtime=more(30),
    params:
        settings=interpretation("genes", "n_transcripts"),
        reference_name=TARGETSCAN_NAME,
        batches=BATCHES,
        caption=caption("genes"),
        code=code("draw_genes"),
    script:
        "../scripts/draw_genes.py"
