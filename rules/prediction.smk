# Prediction: the fitted occupancy model on other miRNAs and other transcripts.
#
# in:   occupancy/model.npz, intervals.tsv; a table of miRNAs and a FASTA of 3' UTRs
#       (config: predict)
# out:  predict/{name}/genes.tsv (score, its interval, sites), sites.tsv,
#       strands.tsv (passengers, and how often they are loaded)


rule predict_repression:
    input:
        model="results/{study}/occupancy/model.npz",
        intervals="results/{study}/occupancy/intervals.tsv",
        known="results/{study}/inputs/mirnas.parquet",
        mirnas=predict_input("mirnas") or "mirnas.tsv",
        transcripts=predict_input("transcripts") or "transcripts.fa",
        genes=predict_input("genes"),
        mrna=predict_input("mrna") or optional_file("contextpp", "mrna"),
        ta_sps=optional_file("contextpp", "ta_sps"),
        coefficients=data_input("resources/contextpp_coefficients.tsv"),
    output:
        genes="results/{study}/predict/{prediction}/genes.tsv",
        sites="results/{study}/predict/{prediction}/sites.tsv",
        strands="results/{study}/predict/{prediction}/strands.tsv",
        provenance="results/{study}/predict/{prediction}/provenance.json",
    log:
        "results/{study}/logs/predict_repression/{prediction}.log",
    benchmark:
        "results/{study}/benchmarks/predict_repression/{prediction}.tsv"
    conda:
        "../envs/tables.yaml"
    resources:
        mem_mb=more(6000),
        runtime=more(240),
    params:
        mirna_columns=PREDICT["mirna_columns"],
        species=PREDICT["species"],
        transcript_columns=PREDICT["transcript_columns"],
        mrna_columns=(PREDICT if PREDICT["mrna"] else INPUTS["contextpp"])[
            "mrna_columns"
        ],
        mrna_of="predict" if PREDICT["mrna"] else "inputs: contextpp",
        columns=INPUTS["contextpp"]["columns"],
        accessibility=PREDICT["accessibility"],
        noise_sd=PREDICT["noise_sd"],
        content=lambda wildcards: content(
            *(PREDICT[key] for key in ("mirnas", "transcripts", "genes", "mrna"))
        )
        + CONTEXT_CONTENT(wildcards),
        code=code("predict_repression"),
    script:
        "../scripts/predict_repression.py"
