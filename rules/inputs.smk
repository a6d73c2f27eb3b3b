# Inputs: raw tables and sequences -> one clean table each in results/{study}/inputs.
#
# in:   a simulation, downloads, or files under `data`
# out:  mirnas.parquet, strands.tsv (passengers, and how often they are loaded),
#       transcripts.fa + .parquet; where the study names them fold_changes.parquet,
#       targetscan.parquet; folds.parquet, shards.parquet; checked.json (inputs that are
#       read late were looked at)


if SIMULATED:

    rule simulate_study:
        input:
            mirnas=data_input(INPUTS["mirnas"]["file"]),
            clash_mirnas=data_input("resources/mirnas_human.tsv"),
        output:
            hybrids="results/{study}/simulation/hybrids.tsv.gz",
            clash_transcripts="results/{study}/simulation/clash_transcripts.fa.gz",
            transcripts="results/{study}/simulation/transcripts.fa.gz",
            genes="results/{study}/simulation/genes.tsv",
            fold_change="results/{study}/simulation/fold_change.tsv",
            targetscan="results/{study}/simulation/targetscan.tsv",
            variants="results/{study}/simulation/variants.tsv",
            sites="results/{study}/simulation/truth_sites.parquet",
            pairs="results/{study}/simulation/truth_pairs.parquet",
            provenance="results/{study}/simulation/provenance.json",
        log:
            "results/{study}/logs/simulate_study.log",
        benchmark:
            "results/{study}/benchmarks/simulate_study.tsv"
        conda:
            "../envs/tables.yaml"
        resources:
            mem_mb=more(2000),
            runtime=more(30),
        params:
            settings=CONFIG["studies"][STUDY]["simulate"],
            columns=INPUTS["mirnas"]["columns"],
            species=INPUTS["mirnas"]["species"],
            seed=CONFIG["seed"],
            content=contents(INPUTS["mirnas"]["file"], "resources/mirnas_human.tsv"),
            code=code("simulate_study"),
        script:
            "../scripts/simulate_study.py"


if DOWNLOADS:

    # Where Snakemake runs: the nodes of a cluster often lack the network.
    rule download_file:
        output:
            f"resources/{STUDY}/{{file}}",
        log:
            f"results/{STUDY}/logs/download_file/{{file}}.log",
        benchmark:
            f"results/{STUDY}/benchmarks/download_file/{{file}}.tsv"
        wildcard_constraints:
            file="|".join(map(re.escape, DOWNLOADS)),
        localrule: True
        conda:
            "../envs/tables.yaml"
        params:
            url=lambda wildcards: DOWNLOADS[wildcards.file]["url"],
            sha256=lambda wildcards: DOWNLOADS[wildcards.file]["sha256"],
            # A function of the output, since Snakemake then compares no values of it:
            # another mirror of the same files fetches nothing again.
            mirror=lambda wildcards, output: CONFIG["mirror"],
        script:
            "../scripts/download_file.py"


rule prepare_mirnas:
    input:
        data_input(INPUTS["mirnas"]["file"]),
    output:
        table="results/{study}/inputs/mirnas.parquet",
        strands="results/{study}/inputs/strands.tsv",
        provenance="results/{study}/inputs/provenance/prepare_mirnas.json",
    log:
        "results/{study}/logs/prepare_mirnas.log",
    benchmark:
        "results/{study}/benchmarks/prepare_mirnas.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        columns=INPUTS["mirnas"]["columns"],
        content=contents(INPUTS["mirnas"]["file"]),
        species=INPUTS["mirnas"]["species"],
        code=code("prepare_mirnas"),
    script:
        "../scripts/prepare_mirnas.py"


rule prepare_transcripts:
    input:
        transcripts=data_input(INPUTS["transcripts"]["file"]),
        genes=optional_file("transcripts", "genes"),
    output:
        fasta="results/{study}/inputs/transcripts.fa",
        index="results/{study}/inputs/transcripts.fa.fai",
        table="results/{study}/inputs/transcripts.parquet",
        provenance="results/{study}/inputs/provenance/prepare_transcripts.json",
    log:
        "results/{study}/logs/prepare_transcripts.log",
    benchmark:
        "results/{study}/benchmarks/prepare_transcripts.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(2000),
        runtime=more(30),
    params:
        columns=INPUTS["transcripts"]["columns"],
        content=contents(
            INPUTS["transcripts"]["file"], INPUTS["transcripts"].get("genes")
        ),
        code=code("prepare_transcripts"),
    script:
        "../scripts/prepare_transcripts.py"


if "fold_change" in INPUTS:

    rule prepare_fold_changes:
        input:
            tables=[data_input(file) for file in fold_change_tables().values()],
            mirnas="results/{study}/inputs/mirnas.parquet",
            transcripts="results/{study}/inputs/transcripts.parquet",
        output:
            table="results/{study}/inputs/fold_changes.parquet",
            provenance="results/{study}/inputs/provenance/prepare_fold_changes.json",
        log:
            "results/{study}/logs/prepare_fold_changes.log",
        benchmark:
            "results/{study}/benchmarks/prepare_fold_changes.tsv"
        localrule: True
        conda:
            "../envs/tables.yaml"
        params:
            mirnas=list(fold_change_tables()),
            id_column=INPUTS["fold_change"]["id_column"],
            columns=INPUTS["fold_change"]["columns"],
            content=contents(*fold_change_tables().values()),
            code=code("prepare_fold_changes"),
        script:
            "../scripts/prepare_fold_changes.py"


if "targetscan" in INPUTS:

    rule prepare_targetscan:
        input:
            table=data_input(INPUTS["targetscan"]["file"]),
            mirnas="results/{study}/inputs/mirnas.parquet",
            transcripts="results/{study}/inputs/transcripts.parquet",
        output:
            table="results/{study}/inputs/targetscan.parquet",
            provenance="results/{study}/inputs/provenance/prepare_targetscan.json",
        log:
            "results/{study}/logs/prepare_targetscan.log",
        benchmark:
            "results/{study}/benchmarks/prepare_targetscan.tsv"
        localrule: True
        conda:
            "../envs/tables.yaml"
        params:
            settings={
                key: INPUTS["targetscan"][key]
                for key in ("columns", "where", "join", "stronger")
            },
            content=contents(INPUTS["targetscan"]["file"]),
            code=code("prepare_targetscan"),
        script:
            "../scripts/prepare_targetscan.py"


TRACKS = {n: f for n, f in INPUTS["tracks"].items() if is_given(data_file(f))}
VARIANTS = INPUTS.get("measured_variants", {})


# Reads now what is used late, so that nothing is trained or scanned in vain.
rule check_inputs:
    input:
        mirnas="results/{study}/inputs/mirnas.parquet",
        transcripts="results/{study}/inputs/transcripts.parquet",
        pairs=[
            "results/{study}/inputs/positives.parquet",
            *expand(
                "results/{{study}}/inputs/test_sets/{test_set}.parquet",
                test_set=INPUTS["test_sets"],
            ),
        ],
        tracks=[data_input(file) for file in TRACKS.values()],
        variants=optional_file("measured_variants", "file") if VARIANTS else [],
        named=named_pairs(),
    output:
        "results/{study}/inputs/checked.json",
    log:
        "results/{study}/logs/check_inputs.log",
    benchmark:
        "results/{study}/benchmarks/check_inputs.tsv"
    priority: 1
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        variant_columns=VARIANTS.get("columns"),
        pair_columns=CONFIG["interpretation"]["pair_columns"],
        genes=CONFIG["interpretation"]["genes"],
        content=contents(
            *TRACKS.values(), VARIANTS.get("file"), CONFIG["interpretation"]["pairs"]
        ),
        code=code("check_inputs"),
    script:
        "../scripts/check_inputs.py"


rule split_genes:
    input:
        "results/{study}/inputs/transcripts.parquet",
    output:
        "results/{study}/inputs/folds.parquet",
    log:
        "results/{study}/logs/split_genes.log",
    benchmark:
        "results/{study}/benchmarks/split_genes.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        n_folds=CONFIG["folds"],
        seed=CONFIG["seed"],
        code=code("split_genes"),
    script:
        "../scripts/split_genes.py"


rule plan_shards:
    input:
        "results/{study}/inputs/transcripts.parquet",
    output:
        "results/{study}/inputs/shards.parquet",
    log:
        "results/{study}/logs/plan_shards.log",
    benchmark:
        "results/{study}/benchmarks/plan_shards.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        n_shards=CONFIG["shards"],
        code=code("plan_shards"),
    script:
        "../scripts/plan_shards.py"
