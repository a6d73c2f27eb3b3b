"""Tables as R, spreadsheets and genome browsers write them."""

import pytest

from mirsignal.errors import InputError
from mirsignal.files.dialects import guess_separator
from mirsignal.files.tables import read_table, to_number

SAME = [["A", "-0.5", "NA"], ["B", "0.25", "-1"]]


def cells(path, id_column="gene", **options):
    table = read_table(path, {"gene": id_column}, row_names="gene", **options)
    values = table[["gene", "miR-1", "miR-2"]].fillna("NA")
    return values.replace(",", ".", regex=True).to_numpy().tolist()


@pytest.mark.parametrize(
    "text",
    [
        "miR-1\tmiR-2\nA\t-0.5\tNA\nB\t0.25\t-1\n",  # write.table(sep = "\t")
        '"miR-1" "miR-2"\n"A" -0.5 NA\n"B" 0.25 -1\n',  # write.table()
        '"","miR-1","miR-2"\n"A",-0.5,NA\n"B",0.25,-1\n',  # write.csv()
        '"";"miR-1";"miR-2"\n"A";-0.5;NA\n"B";0.25;-1\n',  # write.csv2(dec = ".")
        "Unnamed: 0,miR-1,miR-2\nA,-0.5,\nB,0.25,-1\n",  # pandas, twice
        "X,miR-1,miR-2\nA,-0.5,-nan\nB,0.25,-1\n",  # read.csv(), write.csv()
        "gene,miR\u20111,miR\u20132\nA,\u22120.5,\nB,0.25,-1\n",  # a word processor
        "gene,miR-1,miR-2,,\nA,-0.5,#N/A,,\nB,0.25,-1,,\n,,,,\n",  # Excel's empty cells
        "gene,miR-1,miR-2\nA,-0.5,NA,,\nB,0.25,-1,\n",
        "sep=;\ngene;miR-1;miR-2\nA;-0.5;NA\nB;0.25;-1\n",
        '"sep=,"\ngene,miR-1,miR-2\nA,-0.5,NA\nB,0.25,-1\n',
        'gene, "miR-1", "miR-2"\nA, "-0.5", NA\nB, 0.25, -1\n',  # blanks before quotes
        "rowname,miR-1,miR-2\nA,-0.5,NA\nB,0.25,-1\n",  # tibble's rownames_to_column
        "Row.names\tmiR-1\tmiR-2\nA\t-0.5\tNA\nB\t0.25\t-1\n",  # merge(by = 0)
        ' gene \tmiR-1 \tmiR-2\n"A "\t-0.5\t\nB\xa0\t 0.25\t-1\n',
        "# made by hand\n#gene\tmiR-1\tmiR-2\nA\t-0.5\tNA\nB\t0.25\t-1\n",  # UCSC
        'gene,"miR-1","miR-2"\nA,-0.5,NA\nB,0.25,-1\n',
        "gene;note (a, b, c, d);miR-1;miR-2\nA;x;-0,5;NA\nB;y, z;0,25;-1\n",
        'gene\tnote\tmiR-1\tmiR-2\nA\t"two\nlines"\t-0.5\tNA\nB\tb\t0.25\t-1\n',
    ],
)
def test_the_same_table_in_other_dress(table_of, text):
    assert cells(table_of(text)) == SAME


@pytest.mark.parametrize("mark", ["\t", ",", ";", " "])
def test_row_names_of_r_beside_a_column_of_text(table_of, mark):
    path = table_of(f'"sequence"\n"miR-1"{mark}"UGGAAUGUAAAGAAGUAUGUAU"\n')
    table = read_table(
        path, {"mirna": "mirna", "sequence": "sequence"}, row_names="mirna"
    )
    assert table.values.tolist() == [["miR-1", "UGGAAUGUAAAGAAGUAUGUAU"]]


@pytest.mark.parametrize("mark", ["\t", ",", ";", " "])
def test_row_names_of_r_beside_a_single_column_of_any_separator(table_of, mark):
    path = table_of(f'"miR-1"\n"A"{mark}-0.5\n"B"{mark}Inf\n')
    table = read_table(path, {"gene": "gene"}, row_names="gene")
    assert table.values.tolist() == [["A", "-0.5"], ["B", "Inf"]]


def test_more_columns_than_a_table_has_are_refused(table_of):
    path = table_of("gene" + "\tx" * 60_000 + "\nA" + "\t1" * 60_000 + "\n")
    with pytest.raises(InputError, match="60,001 columns; is the table transposed"):
        read_table(path, {"gene": "gene"})


def test_row_names_of_r_beside_a_single_column(table_of):
    for first in ("-0.5", "NA", '"1e-3"'):
        path = table_of(f'"miR-1"\n"A"\t{first}\n"B"\t0.25\n')
        table = read_table(path, {"gene": "gene"}, row_names="gene")
        assert table["gene"].tolist() == ["A", "B"]
        assert table["miR-1"].fillna("NA").tolist() == [first.strip('"'), "0.25"]


def test_lines_are_those_of_the_file(table_of):
    text = '# c\n\ngene\tmiR-1\tmiR-2\n"a\nb"\t1\t1\n\nB\t1\tx\n'
    table = read_table(table_of(text), {"gene": "gene"})
    assert table.index.tolist() == [4, 7]
    with pytest.raises(InputError, match="line 7: 'x'"):
        to_number(table, "miR-2", "t")


def test_columns_of_a_file_without_header_have_numbers(table_of):
    path = table_of("hsa-miR-1-3p\tNM_1\t97.5\nhsa-miR-1-3p\tNM_2\t51\n")
    table = read_table(path, {"mirna": 1, "gene": 2, "score": 3})
    assert table["gene"].tolist() == ["NM_1", "NM_2"]
    assert table.index.tolist() == [1, 2]
    with pytest.raises(InputError, match=r"no|first line.*numbers of columns, as a: b: "):
        read_table(path, {"mirna": "mirna"}, setting="a: b: columns")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gene,miR-1,,miR-2,\n,fc,p,fc,p\nA,1,1,1,1\n", "line 2: the header takes two"),
        ("Table S1\t\ngene\tmiR-1\nA\t1\n", "remove the title above the header"),
        ("gene|miR-1\nA|1\n", "one alone .*; separate cells by tab"),
        ('"gene,miR-1"\n"A,1"\n', "remove the quotes around whole rows"),
        ("GENE\tmiR-1\nA\t1\n", "did you mean 'GENE'"),
        ("Table S1,,\ngene,miR-1,miR-2\nA,1,1\n", "remove the title above the header"),
        ("Table S1\ngene\tmiR-1\tmiR-2\nA\t1\t1\n", "title above the header"),
        ("gene\tmiR-1\tmiR-2\nA\t1\t1\nB\t1\n", "line 3: 2 cells where the header has 3"),
        ("Table S1, all\ngene\tmiR-1\tmiR-2\nA\t1\t1\n", "title above the header"),
        (">TX1 a b\nACGU\n", "this is FASTA"),
        ("NM_1.1\tA\tx\n", "add a header, or give numbers of columns, as x: {gene: 1}"),
        ("Gene\tmiR-1\tmiR-2\nA\t1\t1\n", "did you mean 'Gene'.*set x: {gene: NAME}"),
        ('gene\tmiR-1\tmiR-2\n"A\t1\t1\nB"\t1\t1\nC\t1\t1\n', "line 2: a quote is never"),
        ("gene\tmiR-1\tmiR-2\nA\t1\t1\nB\t1\t" + '"2\n' * 1, "line 3: a quote is never"),
        (
            'gene,what,x\nA,"alpha,-0.5\nB,b,1\nC,beta",1\nD,d,1\n',
            "line 2: a quote is ne",
        ),
        (
            'gene,x,what\nA,-1,"tumor protein\nB,2,"oncogene"\nC,3,"c"\n',
            "line 2: a quote is never closed",
        ),
    ],
)
def test_what_cannot_be_read_is_named(table_of, text, message):
    with pytest.raises(InputError, match=message) as caught:
        read_table(table_of(text), {"gene": "gene"}, setting="x")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "separator"),
    [
        ("a\tb, c\td", "\t"),
        ("a;b;c", ";"),
        ('a,"b;c;d;e"', ","),
        ("gene;log2FC (a,b)", ";"),
        ('"a" "b"', " "),
        ("a", "\t"),
    ],
)
def test_separator_of_a_header(header, separator):
    assert guess_separator(header) == separator


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("g;x\na;-0,276\nb;1\nc;1,234\n", [-0.276, 1, 1.234]),
        ("g\tx\na\t-0,276\nb\t1\nc\t1,234\n", [-0.276, 1, 1.234]),
        ('g,x\na,"-0,276"\nb,"1,5E-3"\n', [-0.276, 0.0015]),
    ],
)
def test_decimal_commas_are_read(table_of, text, numbers):
    assert to_number(read_table(table_of(text)), "x", "t").tolist() == numbers


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("-1.79769e+308", "Cuffdiff's infinity"),
        ("1.79769e+308", "Cuffdiff's infinity"),
        ("1e300", "beyond 40"),
        ("-40.5", "beyond 40"),
        ("inf", "infinite"),
        ("1e999", "infinite"),
        ("-Inf", "infinite"),
        ("#NUM!", "spreadsheet"),
        ("#DIV/0!", "spreadsheet"),
        ("low", "is not a number"),
        ("1,234", "decimal comma or a thousands separator"),
        ("1,234.5", "thousands separator"),
        ("-1.234,5", "has a thousands separator"),
        ("01. Feb", "is a date"),
        ("Feb-12", "is a date"),
        ("1/2/2024", "is a date"),
        ("2024-05-01 00:00:00", "is a date"),
        ("-25%", "percent sign"),
        ("<0.001", "is a bound"),
        ("x", "is the header again"),
    ],
)
def test_impossible_numbers_are_refused_with_their_cause(table_of, cell, words):
    table = read_table(table_of(f"id\tx\na\t1\nb\t{cell}\n"))
    with pytest.raises(InputError, match=words) as caught:
        to_number(table, "x", "t", largest=40)
    assert "line 3" in str(caught.value)


def test_two_decimal_marks_in_one_column_are_refused(table_of):
    table = read_table(table_of("id\tx\na\t1.5\nb\t-0,5\n"))
    with pytest.raises(InputError, match=r"line 3: '-0,5' .* other cells a point"):
        to_number(table, "x", "t")


def test_errors_of_a_spreadsheet_are_no_comments(table_of):
    path = table_of("# mine\nsymbol,id,x\n#N/A,A,1\n#REF!,B,2\n# no row\n")
    assert read_table(path, {"id": "id"})["id"].tolist() == ["A", "B"]


def test_marks_that_nobody_sees_are_left_out(table_of):
    path = table_of("gene\u200b\tmiR\u20111\nTP53\ufeff\t\u22121\u202f\n")
    table = read_table(path, {"gene": "gene", "x": "miR-1"})
    assert table[["gene", "x"]].values.tolist() == [["TP53", "-1"]]


def test_lines_of_a_browser_above_a_table_are_left_out(table_of):
    path = table_of("browser position chr1\ntrack name=x\nT1\t3\nT2\t4\n")
    table = read_table(path, {"transcript": 1, "end": 2})
    assert table["transcript"].tolist() == ["T1", "T2"]


def test_a_quoted_cell_of_several_lines_is_still_one(table_of):
    path = table_of('gene,what,x\nA,"two\nlines, of text",1\nB,b,2\n')
    assert read_table(path, {"gene": "gene", "x": "x"})["x"].tolist() == ["1", "2"]
