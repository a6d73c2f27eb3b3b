# Samples: chimeras -> labelled pairs, split before negatives are drawn, and their audit.
#
# in:   the study's chimera table (and its transcripts), or ready pairs; further test sets
# out:  inputs/chimera_transcripts.fa, positives.parquet, test_sets/{test_set}.parquet;
#       samples/{samples}/pairs.parquet, audit.json, audit.svg


if "transcripts" in INPUTS["hybrids"]:

    rule prepare_chimera_transcripts:
        """The transcripts of the chimeras as clean FASTA with index."""
        input:
            data_input(INPUTS["hybrids"]["transcripts"]),
        output:
            fasta="<inputs>/chimera_transcripts.fa",
            index="<inputs>/chimera_transcripts.fa.fai",
            provenance="<inputs>/provenance/prepare_chimera_transcripts.json",
        log:
            "<logs>/prepare_chimera_transcripts.log",
        benchmark:
            "<benchmarks>/prepare_chimera_transcripts.tsv"
        conda:
            "../envs/tables.yaml"
        resources:
            mem_mb=more(4000),
            runtime=more(30),
        params:
            columns=INPUTS["hybrids"]["transcript_columns"],
            content=contents(INPUTS["hybrids"]["transcripts"]),
            code=code("prepare_chimera_transcripts"),
        script:
            "../scripts/prepare_chimera_transcripts.py"


rule extract_positives:
    """Positive pairs from the study's chimeras, or from its table of ready pairs."""
    input:
        table=data_input(INPUTS["hybrids"]["file"]),
        transcripts=chimera_transcripts("fa"),
        index=chimera_transcripts("fa.fai"),
    output:
        positives="<inputs>/positives.parquet",
        counts="<inputs>/positives.json",
        provenance="<inputs>/provenance/extract_positives.json",
    log:
        "<logs>/extract_positives.log",
    benchmark:
        "<benchmarks>/extract_positives.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(30),
    params:
        format=INPUTS["hybrids"]["format"],
        columns=INPUTS["hybrids"]["columns"],
        two_labels=INPUTS["hybrids"]["two_labels"],
        content=contents(INPUTS["hybrids"]["file"]),
        code=code("extract_positives"),
    script:
        "../scripts/extract_positives.py"


rule prepare_test_set:
    """A further test set of labelled pairs, clean."""
    input:
        lambda wildcards: data_input(INPUTS["test_sets"][wildcards.test_set]["file"]),
    output:
        pairs="<inputs>/test_sets/{test_set}.parquet",
        provenance="<inputs>/provenance/prepare_test_set/{test_set}.json",
    log:
        "<logs>/prepare_test_set/{test_set}.log",
    benchmark:
        "<benchmarks>/prepare_test_set/{test_set}.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        columns=lambda wildcards: INPUTS["test_sets"][wildcards.test_set]["columns"],
        two_labels=lambda wildcards: INPUTS["test_sets"][wildcards.test_set][
            "two_labels"
        ],
        content=lambda wildcards: content(
            data_file(INPUTS["test_sets"][wildcards.test_set]["file"])
        ),
        code=code("prepare_test_set"),
    script:
        "../scripts/prepare_test_set.py"


rule make_samples:
    """Labelled pairs from positives: split by target cluster, then given negatives."""
    input:
        positives="<inputs>/positives.parquet",
        transcripts=chimera_transcripts("fa"),
        index=chimera_transcripts("fa.fai"),
    output:
        pairs="<samples>/pairs.parquet",
        provenance="<samples>/provenance.json",
    log:
        "<logs>/make_samples/{samples}.log",
    benchmark:
        "<benchmarks>/make_samples/{samples}.tsv"
    conda:
        "../envs/tables.yaml"
    threads: 2
    resources:
        mem_mb=more(4000),
        runtime=more(60),
    params:
        settings=recipe("samples", without=["max_shortcut_auc"]),
        seed=CONFIG["seed"],
        code=code("make_samples"),
    script:
        "../scripts/make_samples.py"


rule audit_samples:
    """What can be learned of the labels without the pairing, and how splits overlap."""
    input:
        "<samples>/pairs.parquet",
    output:
        "<samples>/audit.json",
    log:
        "<logs>/audit_samples/{samples}.log",
    benchmark:
        "<benchmarks>/audit_samples/{samples}.tsv"
    priority: 1
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(60),
    params:
        max_shortcut_auc=lookup("{samples}/max_shortcut_auc", within=CONFIG["samples"]),
        seed=CONFIG["seed"],
        code=code("audit_samples"),
    script:
        "../scripts/audit_samples.py"


rule draw_audit:
    """The figure of the audit of a sample set."""
    input:
        "<samples>/audit.json",
    output:
        report(
            "<samples>/audit.svg",
            caption="../report/audit.rst",
            category="1 Samples",
            labels=labels("audit", "samples"),
        ),
    log:
        "<logs>/draw_audit/{samples}.log",
    benchmark:
        "<benchmarks>/draw_audit/{samples}.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        caption=caption("audit"),
        code=code("draw_audit"),
    script:
        "../scripts/draw_audit.py"
