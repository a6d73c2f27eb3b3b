# Inputs: raw tables and sequences -> one clean table each in results/{study}/inputs.
#
# in:   a simulation, downloads, or files under `data`
# out:  mirnas.parquet, strands.tsv (passengers, and how often they are loaded),
#       transcripts.fa + .parquet; where the study names them fold_changes.parquet,
#       targetscan.parquet; folds.parquet, shards.parquet; pairs/{clipping}.parquet (fold
#       changes with fold and target_log2fc); sampled_windows.parquet and taught_windows.parquet
#       (windows, energies of their duplexes and logits), where a teacher is named;
#       tracks/{track}.bw (what a network of sequences makes of transcripts); checked.json
#       (inputs that are read late were looked at)


if SIMULATED:

    rule simulate_study:
        """A simulated study with a known truth: all its input files, and the planted sites."""
        input:
            mirnas=data_input(INPUTS["mirnas"]["file"]),
            clash_mirnas=data_input("resources/mirnas_human.tsv"),
        output:
            hybrids="<simulation>/hybrids.tsv.gz",
            clash_transcripts="<simulation>/clash_transcripts.fa.gz",
            transcripts="<simulation>/transcripts.fa.gz",
            genes="<simulation>/genes.tsv",
            fold_change="<simulation>/fold_change.tsv",
            targetscan="<simulation>/targetscan.tsv",
            variants="<simulation>/variants.tsv",
            sites="<simulation>/truth_sites.parquet",
            pairs="<simulation>/truth_pairs.parquet",
            provenance="<simulation>/provenance.json",
        log:
            "<logs>/simulate_study.log",
        benchmark:
            "<benchmarks>/simulate_study.tsv"
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
        """A file of the study from its address or a mirror, with its checksum compared."""
        output:
            f"resources/{STUDY}/{{file}}",
        log:
            "<logs>/download_file/{file}.log",
        benchmark:
            "<benchmarks>/download_file/{file}.tsv"
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
    """The study's miRNAs, clean and without duplicates, and their passenger strands."""
    input:
        data_input(INPUTS["mirnas"]["file"]),
    output:
        table="<inputs>/mirnas.parquet",
        strands="<inputs>/strands.tsv",
        provenance="<inputs>/provenance/prepare_mirnas.json",
    log:
        "<logs>/prepare_mirnas.log",
    benchmark:
        "<benchmarks>/prepare_mirnas.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        columns=INPUTS["mirnas"]["columns"],
        content=contents(INPUTS["mirnas"]["file"]),
        species=INPUTS["mirnas"]["species"],
        where=INPUTS["mirnas"]["where"],
        code=code("prepare_mirnas"),
    script:
        "../scripts/prepare_mirnas.py"


rule prepare_transcripts:
    """The study's transcripts as FASTA with index, and the table of their genes."""
    input:
        transcripts=data_input(INPUTS["transcripts"]["file"]),
        genes=optional_file("transcripts", "genes"),
    output:
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        table="<inputs>/transcripts.parquet",
        provenance="<inputs>/provenance/prepare_transcripts.json",
    log:
        "<logs>/prepare_transcripts.log",
    benchmark:
        "<benchmarks>/prepare_transcripts.tsv"
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


if "alignments" in INPUTS:

    rule find_conserved_sites:
        """Sites of conserved miRNA families in aligned 3' UTRs, and how conserved they are."""
        input:
            alignments=data_input(INPUTS["alignments"]["file"]),
            trees=data_input(INPUTS["alignments"]["trees"]),
            pct_parameters=data_input(INPUTS["alignments"]["pct_parameters"]),
            transcripts="<inputs>/transcripts.fa",
        output:
            "<inputs>/conserved_sites.tsv",
        log:
            "<logs>/find_conserved_sites.log",
        benchmark:
            "<benchmarks>/find_conserved_sites.tsv"
        conda:
            "../envs/tables.yaml"
        resources:
            mem_mb=more(2000),
            runtime=more(480),
        params:
            columns=INPUTS["alignments"]["columns"],
            reference=INPUTS["alignments"]["reference"],
            is_alone=not DATASETS,
            content=contents(
                INPUTS["alignments"]["file"],
                INPUTS["alignments"]["trees"],
                INPUTS["alignments"]["pct_parameters"],
            ),
            code=code("find_conserved_sites"),
        script:
            "../scripts/find_conserved_sites.py"


if "fold_change" in INPUTS:

    rule prepare_fold_changes:
        """Measured log2 fold changes of the study's miRNAs and genes, a row per pair."""
        input:
            tables=[data_input(file) for file in fold_change_tables().values()],
            mirnas="<inputs>/mirnas.parquet",
            transcripts="<inputs>/transcripts.parquet",
        output:
            table="<inputs>/fold_changes.parquet",
            provenance="<inputs>/provenance/prepare_fold_changes.json",
        log:
            "<logs>/prepare_fold_changes.log",
        benchmark:
            "<benchmarks>/prepare_fold_changes.tsv"
        localrule: True
        conda:
            "../envs/tables.yaml"
        params:
            mirnas=list(fold_change_tables()),
            id_column=INPUTS["fold_change"]["id_column"],
            columns=INPUTS["fold_change"]["columns"],
            where=INPUTS["fold_change"]["where"],
            content=contents(*fold_change_tables().values()),
            code=code("prepare_fold_changes"),
        script:
            "../scripts/prepare_fold_changes.py"


if "targetscan" in INPUTS:

    rule prepare_targetscan:
        """TargetScan's scores of the study's miRNAs and genes, a row per pair."""
        input:
            table=data_input(INPUTS["targetscan"]["file"]),
            mirnas="<inputs>/mirnas.parquet",
            transcripts="<inputs>/transcripts.parquet",
        output:
            table="<inputs>/targetscan.parquet",
            provenance="<inputs>/provenance/prepare_targetscan.json",
        log:
            "<logs>/prepare_targetscan.log",
        benchmark:
            "<benchmarks>/prepare_targetscan.tsv"
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


if "teacher" in INPUTS:

    rule sample_windows:
        """Windows of the study's transcripts, each with a miRNA and the energy of the duplex."""
        input:
            mirnas=data_input(INPUTS["teacher"]["mirnas"]["file"]),
            fasta="<inputs>/transcripts.fa",
            index="<inputs>/transcripts.fa.fai",
        output:
            windows="<inputs>/sampled_windows.parquet",
            provenance="<inputs>/provenance/sample_windows.json",
        log:
            "<logs>/sample_windows.log",
        benchmark:
            "<benchmarks>/sample_windows.tsv"
        conda:
            "../envs/tables.yaml"
        resources:
            mem_mb=more(4000),
            runtime=more(60),
        params:
            settings={
                key: value for key, value in INPUTS["teacher"].items() if key != "file"
            },
            seed=CONFIG["seed"],
            content=contents(INPUTS["teacher"]["mirnas"]["file"]),
            code=code("sample_windows"),
        script:
            "../scripts/sample_windows.py"

    rule label_windows:
        """The logit of binding that the teacher gives to windows."""
        input:
            teacher=data_input(INPUTS["teacher"]["file"]),
            windows="<inputs>/sampled_windows.parquet",
        output:
            windows="<inputs>/taught_windows.parquet",
            provenance="<inputs>/provenance/label_windows.json",
        log:
            "<logs>/label_windows.log",
        benchmark:
            "<benchmarks>/label_windows.tsv"
        conda:
            "../envs/tensorflow.yaml"
        threads: 2
        resources:
            mem_mb=more(4000),
            runtime=more(120),
            gpu=1,
        params:
            seed=CONFIG["seed"],
            content=contents(INPUTS["teacher"]["file"]),
            code=code("label_windows"),
        script:
            "../scripts/label_windows.py"


rule score_sequences:
    """What a network of sequences, trained elsewhere, makes of each nucleotide."""
    input:
        network=lambda wildcards: data_input(INPUTS["tracks"][wildcards.track]),
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        transcripts="<inputs>/transcripts.parquet",
    output:
        "<inputs>/tracks/{track}.bw",
    log:
        "<logs>/score_sequences/{track}.log",
    benchmark:
        "<benchmarks>/score_sequences/{track}.tsv"
    conda:
        "../envs/tensorflow.yaml"
    threads: 2
    resources:
        mem_mb=more(4000),
        runtime=more(120),
        gpu=1,
    params:
        content=lambda wildcards: contents(INPUTS["tracks"][wildcards.track])(wildcards),
        code=code("score_sequences"),
    script:
        "../scripts/score_sequences.py"


TRACKS = {n: f for n, f in INPUTS["tracks"].items() if is_given(data_file(f))}
VARIANTS = INPUTS.get("measured_variants", {})


rule check_inputs:
    """A look at inputs that are read late, so that nothing is trained or scanned in vain."""
    input:
        mirnas="<inputs>/mirnas.parquet",
        transcripts="<inputs>/transcripts.parquet",
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        pairs=["<inputs>/positives.parquet", *TEST_SETS],
        tracks=list(map(track_input, TRACKS)),
        coordinates=branch(
            bool(TRACKS) or "peaks" in INPUTS,
            then=optional_file("coordinates", "file"),
        ),
        variants=optional_file("measured_variants", "file"),
        named=named_pairs(),
        fold_changes=branch(
            "fold_change" in INPUTS, then="<inputs>/fold_changes.parquet"
        ),
        scores=TARGETSCAN,
        ta_sps=optional_file("contextpp", "ta_sps"),
        mrna=optional_file("contextpp", "mrna"),
        polya_usage=optional_file("polya_usage", "file"),
        stability=optional_file("stability", "file"),
        conserved_sites=checked(conserved_sites),
        peaks=optional_file("peaks", "file"),
        motifs=optional_file("motifs", "file"),
    output:
        "<inputs>/checked.json",
    log:
        "<logs>/check_inputs.log",
    benchmark:
        "<benchmarks>/check_inputs.tsv"
    priority: 1
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        variant_columns=VARIANTS.get("columns"),
        coordinate_columns=setting_of("coordinates", "columns"),
        pair_columns=CONFIG["interpretation"]["pair_columns"],
        genes=CONFIG["interpretation"]["genes"],
        columns=INPUTS["contextpp"]["columns"],
        mrna_columns=INPUTS["contextpp"]["mrna_columns"],
        context_columns=CONTEXT_COLUMNS,
        measures=MEASURES_READ,
        proteins=PROTEINS_READ,
        shares_transcripts=not DATASETS,
        peak_columns=setting_of("peaks", "columns"),
        motif_columns=setting_of("motifs", "columns"),
        content=contents(
            *[setting_of(kind, "file") for kind in ("peaks", "motifs")],
            *[INPUTS["contextpp"].get(key) for key in ("ta_sps", "mrna")],
            *[INPUTS[name]["file"] for name in SURROUNDINGS],
            *TRACKS.values(),
            VARIANTS.get("file"),
            setting_of("coordinates", "file"),
            CONFIG["interpretation"]["pairs"],
        ),
        code=code("check_inputs"),
    script:
        "../scripts/check_inputs.py"


rule split_genes:
    """The cross-validation fold of each gene, which all models share."""
    input:
        "<inputs>/transcripts.parquet",
    output:
        "<inputs>/folds.parquet",
    log:
        "<logs>/split_genes.log",
    benchmark:
        "<benchmarks>/split_genes.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        n_folds=CONFIG["folds"],
        seed=CONFIG["seed"],
        code=code("split_genes"),
    script:
        "../scripts/split_genes.py"


rule label_pairs:
    """Measured pairs with the fold of their gene and the target of training."""
    input:
        fold_changes="<inputs>/fold_changes.parquet",
        folds="<inputs>/folds.parquet",
    output:
        "<inputs>/pairs/{clipping}.parquet",
    log:
        "<logs>/label_pairs/{clipping}.log",
    benchmark:
        "<benchmarks>/label_pairs/{clipping}.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        code=code("label_pairs"),
    script:
        "../scripts/label_pairs.py"


rule plan_shards:
    """The shard of each transcript; shards hold about equal numbers of nucleotides."""
    input:
        "<inputs>/transcripts.parquet",
    output:
        "<inputs>/shards.parquet",
    log:
        "<logs>/plan_shards.log",
    benchmark:
        "<benchmarks>/plan_shards.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        n_shards=CONFIG["shards"],
        code=code("plan_shards"),
    script:
        "../scripts/plan_shards.py"
