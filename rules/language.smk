# Language: a model of the transcripts by next nucleotide, and what it makes of each.
#
# in:   inputs/transcripts.fa, .parquet; or published weights (config: language)
# out:  language/{language}/model.keras, history.tsv; perplexity.tsv (beside Markov chains, on
#       held-out genes), embeddings.npz (principal components of hidden states)


rule pretrain_language:
    """A language model of the study's transcripts, or one of published weights."""
    input:
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        transcripts="<inputs>/transcripts.parquet",
        weights=published_weights,
    output:
        model="<language>/model.keras",
        history="<language>/history.tsv",
        perplexity="<language>/perplexity.tsv",
        provenance="<language>/provenance.json",
    log:
        "<logs>/pretrain_language/{language}.log",
    benchmark:
        "<benchmarks>/pretrain_language/{language}.tsv"
    conda:
        "../envs/tensorflow.yaml"
    threads: 2
    resources:
        mem_mb=more(6000),
        runtime=more(240),
        gpu=1,
    params:
        settings=recipe("language", without=["weights"]),
        seed=CONFIG["seed"],
        content=lambda wildcards: contents(
            CONFIG["language"][wildcards.language]["weights"]
        )(wildcards),
        code=code("pretrain_language"),
    script:
        "../scripts/pretrain_language.py"


rule embed_transcripts:
    """What the language model makes of each nucleotide."""
    input:
        model="<language>/model.keras",
        fasta="<inputs>/transcripts.fa",
        index="<inputs>/transcripts.fa.fai",
        transcripts="<inputs>/transcripts.parquet",
    output:
        "<language>/embeddings.npz",
    log:
        "<logs>/embed_transcripts/{language}.log",
    benchmark:
        "<benchmarks>/embed_transcripts/{language}.tsv"
    conda:
        "../envs/tensorflow.yaml"
    threads: 2
    resources:
        mem_mb=more(8000),
        runtime=more(120),
        gpu=1,
    params:
        length=lookup("{language}/length", within=CONFIG["language"]),
        seed=CONFIG["seed"],
        code=code("embed_transcripts"),
    script:
        "../scripts/embed_transcripts.py"
