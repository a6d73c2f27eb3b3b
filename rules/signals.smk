# Signals: scans -> channels along transcripts, compressed or at peaks, and the limits that
# scale them, per fold.
#
# in:   scan/{samples}.{binding}.{scan}/{batch}/{shard}.npz, thresholds.json; inputs
# out:  signals/{samples}.{binding}.{scan}.{signals}/signals.npz, limits.tsv


rule compress_signals:
    input:
        tracks=scan_files("results/{study}/scan/{samples}.{binding}.{scan}"),
        thresholds="results/{study}/scan/{samples}.{binding}.{scan}/thresholds.json",
        mirnas="results/{study}/inputs/mirnas.parquet",
        fasta="results/{study}/inputs/transcripts.fa",
        index="results/{study}/inputs/transcripts.fa.fai",
        transcripts="results/{study}/inputs/transcripts.parquet",
        wiggles=lambda wildcards: [
            data_input(INPUTS["tracks"][name]) for name in signal_tracks(wildcards)
        ],
    output:
        signals="results/{study}/signals/{samples}.{binding}.{scan}.{signals}/signals.npz",
        provenance="results/{study}/signals/{samples}.{binding}.{scan}.{signals}/provenance.json",
    log:
        "results/{study}/logs/compress_signals/{samples}.{binding}.{scan}.{signals}.log",
    benchmark:
        "results/{study}/benchmarks/compress_signals/{samples}.{binding}.{scan}.{signals}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(8000),
        runtime=more(60),
    params:
        settings=recipe("signals", without=["quantile"]),
        tracks=signal_tracks,
        batches=BATCHES,
        content=lambda wildcards: content(
            *(data_file(INPUTS["tracks"][name]) for name in signal_tracks(wildcards))
        ),
        code=code("compress_signals"),
    script:
        "../scripts/compress_signals.py"


rule fit_limits:
    input:
        signals="results/{study}/signals/{samples}.{binding}.{scan}.{signals}/signals.npz",
        transcripts="results/{study}/inputs/transcripts.parquet",
        folds="results/{study}/inputs/folds.parquet",
    output:
        "results/{study}/signals/{samples}.{binding}.{scan}.{signals}/limits.tsv",
    log:
        "results/{study}/logs/fit_limits/{samples}.{binding}.{scan}.{signals}.log",
    benchmark:
        "results/{study}/benchmarks/fit_limits/{samples}.{binding}.{scan}.{signals}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(30),
    params:
        settings=recipe("signals", "quantile"),
        code=code("fit_limits"),
    script:
        "../scripts/fit_limits.py"
