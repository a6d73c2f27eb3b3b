"""Small files in the layouts of public data, from which fuzzing starts.

All values are made up; only the columns and the way of writing are those of the sources.
"""

from __future__ import annotations

WINDOWS = ("ACGUUGCAUGCCAUAGCUAGCUUCCAUGCAUGGCAUUACGCAUUACCGAU", "U" * 20 + "ACGUC" * 6)
LET7, MIR1, MIR124 = (
    "UGAGGUAGUAGGUUGUAUAGUU",
    "UGGAAUGUAAAGAAGUAUGUAU",
    "UAAGGCACGCGGUGAAUGCC",
)
UTR = "ACGUUGCAUGCCAUAGCUAGCUUCCAUGCAUGGCAUUACGCAUUACCGAUACAUUCCAUAAUACCUCA" * 2


def _table(*rows: str, separator: str = "\t") -> bytes:
    return ("\n".join(rows) + "\n").replace("|", separator).encode()


FASTA = {
    "ensembl": f">ENST00000000001.3 cdna gene:ENSG00000000001\n{UTR}\n"
    f">ENST00000000002.1\n{UTR[:70]}\n{UTR[70:]}\n".encode(),
    "biomart": f">ENST00000000001|ENSG00000000001|GENE01\n{UTR}\n"
    ">ENST00000000002|ENSG00000000002|GENE02\nSequence unavailable\n".encode(),
    "gencode": f">ENST00000000001.3|ENSG00000000001.7|-|-|G-201|G|900|\n{UTR}\n".encode(),
    "ucsc": f">hg38_refGene_NM_000001.2 range=chr1:1-9\n{UTR.lower()}\n".encode(),
}
MATURE = (
    f">hsa-let-7a-5p MIMAT0000062 Homo sapiens let-7a-5p\n{LET7}\n"
    f">mmu-miR-1a-3p MIMAT0000123 Mus musculus miR-1a-3p\n{MIR1}\n"
).encode()
MIRNAS = {
    "table": _table(
        "mirna|sequence|passenger", f"hsa-let-7a-5p|{LET7}|", f"hsa-miR-1-3p|{MIR1}|NA"
    ),
    "csv": _table("mirna,sequence", f'"hsa-miR-1-3p","{MIR1.replace("U", "T")}"'),
    "mirbase": MATURE,
}
CLASH = _table(
    "# Helwak 2013, data S1",
    "seq_ID|microRNA_name|miRNA_seq|mRNA_name|mRNA_start|mRNA_end_extended|x",
    f"0|MIMAT1_let-7a|{LET7.replace('U', 'T')}|ENSG01_ENST01_A_mRNA|30|70|5'UTR",
    f"1|MIMAT2_miR-1|{MIR1.replace('U', 'T')}|ENSG01_ENST01_A_mRNA|31|71|NA",
)
PAIRS = {
    "mirbench": _table(
        "gene|noncodingRNA|noncodingRNA_name|noncodingRNA_fam|feature|label|gene_cluster_ID",
        f"{WINDOWS[0]}|{LET7}|hsa-let-7a-5p|let-7|exon|1|1",
        f"{WINDOWS[1]}|{MIR1}|hsa-miR-1-3p|mir-1|intron|0|2",
    ),
    "mirbind": _table("miRNA,gene,label", f"{LET7[:20]},{WINDOWS[0]},1"),
    "hybridetector": _table(
        "gene_name|noncodingRNA|gene|label",
        f"ENSG00000000001_ENST1_A_mRNA|{LET7}|{WINDOWS[0]}|1",
        f"GENE02|{MIR1}|{WINDOWS[1]}|0",
    ),
}
FOLD_CHANGES = {
    "matrix": _table(
        "gene|hsa-let-7a-5p|hsa-miR-1-3p", "GENE01|-0.276|-0.161", "GENE02|NA|0.5"
    ),
    "write_table": _table("hsa-let-7a-5p|hsa-miR-1-3p", "GENE01|-0.3|-0.1", "GENE02|1|2"),
    "write_csv": _table('"","hsa-let-7a-5p"', '"GENE01",-0.276', '"GENE02",0.1'),
    "excel": _table("gene;hsa-let-7a-5p;hsa-miR-1-3p", "GENE01;-0,276;-0,161"),
    "cuffdiff": _table("gene|hsa-miR-1-3p", "GENE01|-1.79769e+308", "GENE02|0.1"),
    "deseq2": _table(
        '"","baseMean","log2FoldChange","lfcSE","stat","pvalue","padj"',
        '"GENE01",50.2,-1.2,0.2,-6,1e-9,NA',
    ),
    "limma": _table("logFC|AveExpr|t|P.Value|adj.P.Val|B", "GENE01|-1|7|-4|0.01|0.1|2"),
}
TARGETSCAN = {
    "plain": _table("mirna|gene|score", "hsa-miR-1-3p|GENE01|-0.5"),
    "summary": _table(
        "Transcript ID|Gene Symbol|miRNA family|Species ID|Total context++ score",
        "ENST1.3|GENE01|GGAAUGU|9606|-0.5",
        "ENST2.3|GENE02|GAGGUAG|10090|NULL",
    ),
    "sites": _table(
        "Gene ID|Gene Symbol|Transcript ID|Gene Tax ID|miRNA|Site Type|context++ score",
        "ENSG1.7|GENE01|ENST1.3|9606|hsa-miR-1-3p|3|-0.500",
        "ENSG1.7|GENE01|ENST1.3|9606|hsa-miR-1-3p|1|-0.100",
    ),
    "mirdb": _table("hsa-miR-1-3p|NM_000001|95.2", "hsa-let-7a-5p|NM_000002|60"),
}
GENES = {
    "plain": _table("transcript|gene", "ENST00000000001|GENE01", "ENST2|"),
    "biomart": _table(
        "Transcript stable ID version,Gene stable ID", "ENST00000000001.3,ENSG00000000001"
    ),
}
TRANSCRIPT_TABLE = _table(
    "transcript|gene|sequence", f"ENST00000000001.3|GENE01|{UTR}", f"T2|GENE02|{UTR[:60]}"
)
TA_SPS = _table(
    "Seed region|SPS (8mer and 7mer-m8)|SPS (7mer-1a and 6mer)|TA",
    "GAGGUAG|-9.2|-7.1|3.4",
    "GGAATGT|-7.0|-5|3.9",
)
MRNAS = _table(
    "transcript|gene|sequence|cds_start|cds_end",
    f"ENST00000000001.3|GENE01|{UTR}|4|64",
    f"NM_000001.2|GENE02|{UTR}||",
)
VARIANTS = _table(
    "mirna|site_id|target|variant|measured",
    f"hsa-miR-1-3p|s1|{WINDOWS[0]}|{WINDOWS[0].replace('CAU', 'CGU')}|0.83",
    f"{LET7}|s2|{WINDOWS[1]}|{WINDOWS[1][:40]}|-1e-1",
)
NAMED_PAIRS = _table(
    "id|mirna|target", f"a|hsa-miR-1-3p|{WINDOWS[0]}", f"b|{LET7}|{WINDOWS[1][:30]}"
)
COORDINATES = _table(
    "transcript|chrom|strand|blocks", "T1|chr1|+|10-110;200-300", "T2|chr2|-|0-90"
)
POLYA_ENDS = _table("transcript|ends", "NM_000001|60:5;200:9", "NM_000002|9:1")
POLYA_SITES = {
    "bed": _table("NM_000001|59|60|site|5|+", "NM_000002|8|9|site|1|+"),
    "table": _table("NM_000001|A|60|x|5", "T2|B|90|x|2"),
}
STABILITY = _table("gene|stability", "GENE01|1.5", "GENE02|-0.25")
CONSERVED = _table(
    "transcript|seed|start|conserved", "NM_000001|GAGGUAG|60|1", "T2|GGAAUGU|7|0"
)
MEASURED = _table(
    "transcript|seed|start|conserved|branch_length|pct",
    "NM_000001|GAGGUAG|60|1|4.5|0.81",
    "T2|GGAAUGU|7|0|0.2|NA",
)
EXPRESSION = {
    "salmon": _table(
        "Name|Length|EffectiveLength|TPM|NumReads",
        "ENST00000000001.2|900|700.5|12.25|40",
        "ENST00000000002.1|800|600.0|0|0",
    ),
    "kallisto": _table(
        "target_id|length|eff_length|est_counts|tpm", "T1.1|900|700.5|40|12.25"
    ),
    "table": _table("transcript,tpm", "T1,3.5", "T2,0", separator=","),
}
PEAKS = _table(
    "transcript|start|end|protein", "T1|10|60|PUM2", "T2|0|5|TIA1", "T1|150|200|PUM2"
)
PEAKS_OF_GENOME = _table(
    "chr1|20|60|PUM2_K562_rep01|1000|+|3.5|8.1|-1|-1",
    "chr1|150|205|TIA1_HepG2|200|+|2|4|-1|-1",
)
MOTIFS = {
    "odds": _table(
        "motif|protein|position|A|C|G|U",
        "m1|PUM2|1|-5.02|-5.02|-5.02|1.97",
        "m1|PUM2|2|-5.02|-5.02|1.97|-5.02",
        "m2|TIA1|1|-1|-2|-3|1.6",
    ),
    "shares": _table("motif|protein|position|A|C|G|U", "m1|PUM2|1|0|0.1|0|0.9"),
}
_GTF = (
    'gene_id "ENSG01.2"; transcript_id "ENST01.3"; gene_name "GENE01"; tag "MANE_Select";'
)
ANNOTATIONS = {
    "gtf": _table(
        "#!genome-build GRCh38",
        f"chr1|x|transcript|3|30|.|+|.|{_GTF}",
        f"chr1|x|exon|3|12|.|+|.|{_GTF}",
        f"chr1|x|exon|16|30|.|+|.|{_GTF}",
        f"chr1|x|CDS|6|11|.|+|0|{_GTF}",
    ),
    "gff3": _table(
        "##gff-version 3",
        "1|x|gene|3|30|.|-|.|ID=gene:G1;Name=GENE01;gene_id=ENSG01",
        "1|x|mRNA|3|30|.|-|.|ID=transcript:T1;Parent=gene:G1;transcript_id=T1",
        "1|x|exon|3|30|.|-|.|Parent=transcript:T1",
        "1|x|CDS|20|28|.|-|0|ID=CDS:P1;Parent=transcript:T1",
    ),
}
ALIGNMENTS = {
    "targetscan": _table(
        "Refseq ID|Gene ID|Gene Symbol|Species ID|UTR sequence",
        "NM_000001|1|GENE01|9606|ACGU--CUACCUCA",
        "NM_000001|1|GENE01|10090|ACGUACCUACC-CA",
    ),
    "plain": _table("T1|9606|AC-GU", "T1|10090|ACCGU", "T2|9606|CUACCUCA"),
}
TREES = _table("bin|newick", "0|((9606:1,10090:2):0.5,9031:3);", "1|(9606:1,10090:2);")
PCT = _table("site_type|seed|b0|b1|b2|b3", "8mer|GAGGUAG|-0.5|1.25|2|1.5")
CONFIGS = {
    "study": b"""\
study: mine
seed: 7
studies:
  mine:
    inputs:
      hybrids: {file: hybrids.tsv, format: pairs, columns: {mirna: x}}
      mirnas: {file: mirnas.tsv}
      transcripts: {file: utrs.fa, genes: genes.tsv}
      fold_change: {file: fold_change.tsv, id_column: gene}
      targetscan: {file: targetscan.tsv, columns: {seed: Seed}, where: {Species: 9606}}
    downloads:
      utrs.fa: {url: "https://example.org/utrs.fa", sha256: "00"}
""",
    "recipes": b"""\
samples:
  balanced: {negatives: balanced, ratio: 1, fractions: {validation: 0.1, random: 0}}
scan:
  attribution: {mode: attribution, false_positive_rate: 0.005, threshold: null}
signals:
  compressed: {channels: [score], mode: compressed, divisor: 100}
regression:
  cnn_gru: {network: cnn_gru, filters: [16, 32], pools: [4, 8], clip_positive: true}
""",
    "experiments": b"""\
experiments:
  main: {samples: balanced, binding: cnn, scan: attribution, signals: compressed}
  other: {scan: prediction, signals: peaks}
predict: {mirnas: mirnas.tsv, transcripts: utrs.fa, accessibility: false}
comparison: {thresholds: [-0.2, -0.5], n_resamples: 100}
""",
}
