# Samples: chimeras -> labelled pairs, split before negatives are drawn, and their audit.
#
# in:   the study's chimera table (and its transcripts), or ready pairs
# out:  inputs/positives.parquet; samples/{samples}/pairs.parquet, audit.json, audit.svg


rule extract_positives:
    input:
        table=data_file(INPUTS["hybrids"]["file"]),
        transcripts=optional_file("hybrids", "transcripts"),
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
    params:
        format=INPUTS["hybrids"]["format"],
        columns=INPUTS["hybrids"]["columns"],
        code=code("extract_positives"),
    script:
        "../scripts/extract_positives.py"


rule make_samples:
    input:
        "results/{study}/inputs/positives.parquet",
    output:
        pairs="results/{study}/samples/{samples}/pairs.parquet",
        provenance="results/{study}/samples/{samples}/provenance.json",
    log:
        "results/{study}/logs/make_samples/{samples}.log",
    benchmark:
        "results/{study}/benchmarks/make_samples/{samples}.tsv"
    conda:
        "../envs/tables.yaml"
    params:
        settings=recipe("samples"),
        seed=CONFIG["seed"],
        code=code("make_samples"),
    script:
        "../scripts/make_samples.py"


rule audit_samples:
    input:
        "results/{study}/samples/{samples}/pairs.parquet",
    output:
        audit="results/{study}/samples/{samples}/audit.json",
        figure=report(
            "results/{study}/samples/{samples}/audit.svg",
            caption="../report/audit.rst",
            category="1 Samples",
            labels={"samples": "{samples}", "figure": "audit"},
        ),
    log:
        "results/{study}/logs/audit_samples/{samples}.log",
    benchmark:
        "results/{study}/benchmarks/audit_samples/{samples}.tsv"
    conda:
        "../envs/tables.yaml"
    params:
        seed=CONFIG["seed"],
        caption=caption("audit"),
        code=code("audit_samples"),
    script:
        "../scripts/audit_samples.py"
