# Signals: scans -> channels along transcripts, compressed or at peaks, and the limits that
# scale them, per fold.
#
# in:   scan/{samples}.{binding}.{scan}/{batch}/{shard}.npz, thresholds.json; inputs; where
#       a channel reads them, tracks, conserved sites, peaks and motifs
# out:  signals/{samples}.{binding}.{scan}.{signals}/signals.npz, limits.tsv


rule compress_signals:
    """Channels along each transcript, compressed or at peaks, of every miRNA."""
    input:
        tracks=expand("<scan>/{file}", file=SCAN_FILES),
        thresholds="<scan>/thresholds.json",
        mirnas="<inputs>/mirnas.parquet",
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        transcripts="<inputs>/transcripts.parquet",
        wiggles=lambda wildcards: list(map(track_input, signal_tracks(wildcards))),
        language=language_embeddings,
        peaks=stretches_of("peaks"),
        motifs=stretches_of("motifs"),
        conserved_sites=stretches_of("conserved_sites"),
        coordinates=coordinates_of_signals,
    output:
        signals="<signals>/signals.npz",
        provenance="<signals>/provenance.json",
    log:
        "<logs>/compress_signals/<signals_recipes>.log",
    benchmark:
        "<benchmarks>/compress_signals/<signals_recipes>.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(8000),
        runtime=more(60),
    params:
        settings=recipe("signals", without=["quantile", "language"]),
        tracks=lambda wildcards: list(signal_tracks(wildcards)),
        batches=BATCHES,
        coordinate_columns=setting_of("coordinates", "columns"),
        stretches=stretch_settings,
        content=lambda wildcards: contents(
            *signal_tracks(wildcards).values(),
            setting_of("coordinates", "file"),
            *[each.get("file") for each in stretch_settings(wildcards).values()],
        )(wildcards),
        code=code("compress_signals"),
    script:
        "../scripts/compress_signals.py"


rule fit_limits:
    """The limits that scale each channel, fitted to the training genes of each fold."""
    input:
        signals="<signals>/signals.npz",
        transcripts="<inputs>/transcripts.parquet",
        folds="<inputs>/folds.parquet",
    output:
        "<signals>/limits.tsv",
    log:
        "<logs>/fit_limits/<signals_recipes>.log",
    benchmark:
        "<benchmarks>/fit_limits/<signals_recipes>.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(30),
    params:
        quantile=lookup("{signals}/quantile", within=CONFIG["signals"]),
        code=code("fit_limits"),
    script:
        "../scripts/fit_limits.py"
