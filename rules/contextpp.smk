# Context++: the model behind TargetScan, computed from the study's own 3' UTRs.
#
# in:   inputs, resources/contextpp_coefficients.tsv; where the study names them, tables of
#       seed-pairing stability and target abundance, of mRNAs with reading frames, and of
#       what surrounds sites: poly(A) sites, stability, conserved sites
# out:  contextpp/accessibility/{shard}.parquet (the slow part, of sites only);
#       contextpp/sites.parquet (features and score), pairs.parquet (sum over sites);
#       contextpp/regions.parquet (sites of both strands, in reading frames as well, with
#       their surroundings) and genes.parquet (length and composition, of sequences alone),
#       for other models

CONTEXT_CONTENT = contents(
    "resources/contextpp_coefficients.tsv",
    INPUTS["contextpp"].get("ta_sps"),
    INPUTS["contextpp"].get("mrna"),
)


rule fold_sites:
    """Accessibility of the seed sites of a shard's transcripts, by folding around them."""
    input:
        mirnas="<inputs>/mirnas.parquet",
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        shards="<inputs>/shards.parquet",
    output:
        "<contextpp>/accessibility/{shard}.parquet",
    log:
        "<logs>/fold_sites/{shard}.log",
    benchmark:
        "<benchmarks>/fold_sites/{shard}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(2000),
        runtime=more(120),
    params:
        code=code("fold_sites"),
    script:
        "../scripts/fold_sites.py"


rule score_contextpp:
    """The context++ score of every seed site, and its sum over each pair."""
    input:
        mirnas="<inputs>/mirnas.parquet",
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        transcripts="<inputs>/transcripts.parquet",
        accessibility=expand(
            "<contextpp>/accessibility/{shard}.parquet",
            shard=SHARDS if CONFIG["comparison"]["accessibility"] else [],
        ),
        ta_sps=optional_file("contextpp", "ta_sps"),
        mrna=optional_file("contextpp", "mrna"),
        conserved_sites=checked(conserved_sites),
        coefficients=data_input("resources/contextpp_coefficients.tsv"),
    output:
        sites="<contextpp>/sites.parquet",
        pairs="<contextpp>/pairs.parquet",
        provenance="<contextpp>/provenance.json",
    log:
        "<logs>/score_contextpp.log",
    benchmark:
        "<benchmarks>/score_contextpp.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(30),
    params:
        columns=INPUTS["contextpp"]["columns"],
        mrna_columns=INPUTS["contextpp"]["mrna_columns"],
        context_columns={
            name: columns
            for name, columns in CONTEXT_COLUMNS.items()
            if name == "conserved_sites"
        },
        content=lambda wildcards: CONTEXT_CONTENT(wildcards)
        + contents(setting_of("conserved_sites", "file"))(wildcards),
        code=code("score_contextpp"),
    script:
        "../scripts/score_contextpp.py"


rule describe_genes:
    """Length and composition of each gene's mRNA, from sequences alone."""
    input:
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        transcripts="<inputs>/transcripts.parquet",
        mrna=optional_file("contextpp", "mrna"),
    output:
        "<contextpp>/genes.parquet",
    log:
        "<logs>/describe_genes.log",
    benchmark:
        "<benchmarks>/describe_genes.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(30),
    params:
        mrna_columns=INPUTS["contextpp"]["mrna_columns"],
        content=contents(INPUTS["contextpp"].get("mrna")),
        code=code("describe_genes"),
    script:
        "../scripts/describe_genes.py"


rule tabulate_regions:
    """Sites of both strands of the duplex, in 3' UTRs and reading frames."""
    input:
        sites="<contextpp>/sites.parquet",
        mirnas="<inputs>/mirnas.parquet",
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        transcripts="<inputs>/transcripts.parquet",
        ta_sps=optional_file("contextpp", "ta_sps"),
        mrna=optional_file("contextpp", "mrna"),
        polya_usage=optional_file("polya_usage", "file"),
        stability=optional_file("stability", "file"),
        conserved_sites=checked(conserved_sites),
        wiggles=list(map(track_input, SITE_TRACKS)),
        coordinates=optional_file("coordinates", "file") if SITE_TRACKS else [],
        coefficients=data_input("resources/contextpp_coefficients.tsv"),
    output:
        "<contextpp>/regions.parquet",
    log:
        "<logs>/tabulate_regions.log",
    benchmark:
        "<benchmarks>/tabulate_regions.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(30),
    params:
        columns=INPUTS["contextpp"]["columns"],
        mrna_columns=INPUTS["contextpp"]["mrna_columns"],
        context_columns=CONTEXT_COLUMNS,
        tracks=list(SITE_TRACKS),
        coordinate_columns=setting_of("coordinates", "columns") if SITE_TRACKS else None,
        content=lambda wildcards: CONTEXT_CONTENT(wildcards)
        + SURROUNDINGS_CONTENT(wildcards)
        + contents(
            *SITE_TRACKS.values(),
            setting_of("coordinates", "file") if SITE_TRACKS else None,
        )(wildcards),
        code=code("tabulate_regions"),
    script:
        "../scripts/tabulate_regions.py"
