# Context++: the model behind TargetScan, computed from the study's own 3' UTRs.
#
# in:   inputs, resources/contextpp_coefficients.tsv; where the study names them, tables of
#       seed-pairing stability and target abundance, and of mRNAs with reading frames
# out:  contextpp/accessibility/{shard}.parquet (the slow part, of sites only);
#       contextpp/sites.parquet (features and score), pairs.parquet (sum over sites);
#       contextpp/regions.parquet (sites of both strands, in reading frames as well) and
#       genes.parquet (length and composition), for the occupancy model

CONTEXT_CONTENT = contents(
    "resources/contextpp_coefficients.tsv",
    *(INPUTS["contextpp"].get(key) for key in ("ta_sps", "mrna")),
)


rule fold_sites:
    input:
        mirnas="results/{study}/inputs/mirnas.parquet",
        fasta="results/{study}/inputs/transcripts.fa",
        index="results/{study}/inputs/transcripts.fa.fai",
        shards="results/{study}/inputs/shards.parquet",
    output:
        "results/{study}/contextpp/accessibility/{shard}.parquet",
    log:
        "results/{study}/logs/fold_sites/{shard}.log",
    benchmark:
        "results/{study}/benchmarks/fold_sites/{shard}.tsv"
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
    input:
        mirnas="results/{study}/inputs/mirnas.parquet",
        fasta="results/{study}/inputs/transcripts.fa",
        index="results/{study}/inputs/transcripts.fa.fai",
        transcripts="results/{study}/inputs/transcripts.parquet",
        accessibility=expand(
            "results/{{study}}/contextpp/accessibility/{shard}.parquet",
            shard=SHARDS if CONFIG["comparison"]["accessibility"] else [],
        ),
        ta_sps=optional_file("contextpp", "ta_sps"),
        mrna=optional_file("contextpp", "mrna"),
        coefficients=data_input("resources/contextpp_coefficients.tsv"),
    output:
        sites="results/{study}/contextpp/sites.parquet",
        pairs="results/{study}/contextpp/pairs.parquet",
        provenance="results/{study}/contextpp/provenance.json",
    log:
        "results/{study}/logs/score_contextpp.log",
    benchmark:
        "results/{study}/benchmarks/score_contextpp.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(30),
    params:
        columns=INPUTS["contextpp"]["columns"],
        mrna_columns=INPUTS["contextpp"]["mrna_columns"],
        content=CONTEXT_CONTENT,
        code=code("score_contextpp"),
    script:
        "../scripts/score_contextpp.py"


rule tabulate_regions:
    input:
        sites="results/{study}/contextpp/sites.parquet",
        mirnas="results/{study}/inputs/mirnas.parquet",
        fasta="results/{study}/inputs/transcripts.fa",
        index="results/{study}/inputs/transcripts.fa.fai",
        transcripts="results/{study}/inputs/transcripts.parquet",
        ta_sps=optional_file("contextpp", "ta_sps"),
        mrna=optional_file("contextpp", "mrna"),
        coefficients=data_input("resources/contextpp_coefficients.tsv"),
    output:
        sites="results/{study}/contextpp/regions.parquet",
        genes="results/{study}/contextpp/genes.parquet",
    log:
        "results/{study}/logs/tabulate_regions.log",
    benchmark:
        "results/{study}/benchmarks/tabulate_regions.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(30),
    params:
        columns=INPUTS["contextpp"]["columns"],
        mrna_columns=INPUTS["contextpp"]["mrna_columns"],
        content=CONTEXT_CONTENT,
        code=code("tabulate_regions"),
    script:
        "../scripts/tabulate_regions.py"
