# Samples: chimeras -> labelled pairs, split before negatives are drawn, and their audit.
#
# in:   the study's chimera table (and its transcripts), or ready pairs; further test sets
# out:  inputs/chimera_transcripts.fa, positives.parquet, test_sets/{test_set}.parquet;
#       samples/{samples}/pairs.parquet, audit.json, audit.svg


if "transcripts" in INPUTS["hybrids"]:

    rule prepare_chimera_transcripts:
        input:
            data_input(INPUTS["hybrids"]["transcripts"]),
        output:
            fasta="results/{study}/inputs/chimera_transcripts.fa",
            index="results/{study}/inputs/chimera_transcripts.fa.fai",
            provenance="results/{study}/inputs/provenance/prepare_chimera_transcripts.json",
        log:
            "results/{study}/logs/prepare_chimera_transcripts.log",
        benchmark:
            "results/{study}/benchmarks/prepare_chimera_transcripts.tsv"
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
    input:
        table=data_input(INPUTS["hybrids"]["file"]),
        transcripts=chimera_transcripts("fa"),
        index=chimera_transcripts("fa.fai"),
    output:
        positives="results/{study}/inputs/positives.parquet",
        counts="results/{study}/inputs/positives.json",
        provenance="results/{study}/inputs/provenance/extract_positives.json",
    log:
        "results/{study}/logs/extract_positives.log",
    benchmark:
        "results/{study}/benchmarks/extract_positives.tsv"
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
    input:
        lambda wildcards: data_input(INPUTS["test_sets"][wildcards.test_set]["file"]),
    output:
        pairs="results/{study}/inputs/test_sets/{test_set}.parquet",
        provenance="results/{study}/inputs/provenance/prepare_test_set/{test_set}.json",
    log:
        "results/{study}/logs/prepare_test_set/{test_set}.log",
    benchmark:
        "results/{study}/benchmarks/prepare_test_set/{test_set}.tsv"
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
    input:
        positives="results/{study}/inputs/positives.parquet",
        transcripts=chimera_transcripts("fa"),
        index=chimera_transcripts("fa.fai"),
    output:
        pairs="results/{study}/samples/{samples}/pairs.parquet",
        provenance="results/{study}/samples/{samples}/provenance.json",
    log:
        "results/{study}/logs/make_samples/{samples}.log",
    benchmark:
        "results/{study}/benchmarks/make_samples/{samples}.tsv"
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
    input:
        "results/{study}/samples/{samples}/pairs.parquet",
    output:
        "results/{study}/samples/{samples}/audit.json",
    log:
        "results/{study}/logs/audit_samples/{samples}.log",
    benchmark:
        "results/{study}/benchmarks/audit_samples/{samples}.tsv"
    priority: 1
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(4000),
        runtime=more(60),
    params:
        settings=recipe("samples", "max_shortcut_auc"),
        seed=CONFIG["seed"],
        code=code("audit_samples"),
    script:
        "../scripts/audit_samples.py"


rule draw_audit:
    input:
        "results/{study}/samples/{samples}/audit.json",
    output:
        report(
            "results/{study}/samples/{samples}/audit.svg",
            caption="../report/audit.rst",
            category="1 Samples",
            labels={"samples": "{samples}", "figure": "audit"},
        ),
    log:
        "results/{study}/logs/draw_audit/{samples}.log",
    benchmark:
        "results/{study}/benchmarks/draw_audit/{samples}.tsv"
    localrule: True
    conda:
        "../envs/tables.yaml"
    params:
        caption=caption("audit"),
        code=code("draw_audit"),
    script:
        "../scripts/draw_audit.py"
