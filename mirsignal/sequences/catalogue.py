"""Human mature miRNAs by name, so that `miR-21` is enough.

The catalogue is that of TargetScan 8 (its table of families, miRBase 22 names, accessions
and sequences). A miRNA is asked for by its name with or without species and arm, by
accession, or by its sequence. Of names from before arms were told apart, `miR-21` is the
arm that is conserved best and `miR-21*` the other; where the other was known years
before, the name may have meant that one, and an arm is asked for.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import cache

import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.dialects import AS_TYPED
from mirsignal.files.resources import HUMAN_MIRNAS, resource
from mirsignal.files.tables import read_table
from mirsignal.logs import log
from mirsignal.sequences.mirnas import check_mirna, plain_letters

COLUMNS = ("mirna", "accession", "sequence", "family", "conservation")
_ARM = re.compile(r"-[35]p(?=$|\.\d$)")
_SPECIES = re.compile(r"^[a-z]{3,4}-(?=(mir|let)-)")
_COPY = re.compile(r"((?:mir|let)-\d+[a-z]*)-(?:[1-9]|1[0-3])")  # not miR-17-92
_APART = 100  # accessions of one release lie nearer
_LISTED = 6


@cache
def read_catalogue() -> pd.DataFrame:
    """Return the human miRNAs: mirna, accession ("" of an isomiR), sequence, family, and
    conservation (2 among vertebrates, 1 among mammals, 0 and -1 less)."""
    table = read_table(resource(HUMAN_MIRNAS), {name: name for name in COLUMNS})
    return table.assign(
        accession=table["accession"].fillna(""),
        conservation=table["conservation"].astype(int),
    )


def resolve(asked: str) -> pd.Series:
    """Return mirna and sequence of a miRNA that is asked for by name or sequence.

    Names are those of miRBase, with or without species (`hsa-`) and arm (`-5p`), in any
    case, or an accession (MIMAT...). Without an arm it is the one that is conserved
    best, or the only one; the log says which. A sequence of 15 to 30 nt stands for
    itself, under the name of the catalogue if it is there.

    Raises InputError with candidates for a name that is ambiguous or unknown.
    """
    catalogue = read_catalogue()
    name = asked.translate(AS_TYPED).strip()
    bare = plain_letters(name)
    if bare and set(bare.upper()) <= set("ACGUTN"):
        return _by_sequence(check_mirna(bare), catalogue)
    if name.upper().startswith("MIMAT"):
        found = catalogue[catalogue["accession"] == name.upper()]
    else:
        found = _by_name(name, catalogue)
    if len(found) != 1:
        raise InputError(f"{asked!r} {_say_candidates(name, found, catalogue)}")
    one = found.iloc[0]
    if _plain(one["mirna"]) != _plain(name) and not name.upper().startswith("MIMAT"):
        log.info("%s is taken for %s (%s)", asked, one["mirna"], one["sequence"])
    return one[["mirna", "sequence"]]


def resolve_all(asked: Iterable[str]) -> pd.DataFrame:
    """Return a row (mirna, sequence) for each miRNA of `asked`, each sequence once; the
    name `all` means every human miRNA."""
    asked, every = list(asked), read_catalogue()[["mirna", "sequence"]]
    rows = [resolve(name) for name in asked if name != "all"]
    table = pd.DataFrame(rows, columns=["mirna", "sequence"], dtype="str")
    if "all" in asked:
        table = pd.concat([every, table], ignore_index=True)
    twice = table["sequence"].duplicated()
    first = table.drop_duplicates("sequence").set_index("sequence")["mirna"]
    if "all" in asked:
        n = int(every["sequence"].duplicated().sum())
        log.info("%d human miRNAs have the sequence of another and are that", n)
    for mirna, sequence in table[twice & ("all" not in asked)].itertuples(index=False):
        if mirna != first[sequence]:
            log.info("%s has the sequence of %s and is that", mirna, first[sequence])
    return table[~twice].reset_index(drop=True)


def _by_sequence(sequence: str, catalogue: pd.DataFrame) -> pd.Series:
    found = catalogue[catalogue["sequence"] == sequence]
    names = [*found["mirna"], f"guide-{sequence}"]
    return pd.Series({"mirna": names[0], "sequence": sequence})


def _by_name(name: str, catalogue: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that a name may mean: one, if it is clear.

    mir-16-1 is a hairpin: both its arm of that name and what all copies share are meant.
    """
    plain = _plain(name)
    names = catalogue["mirna"].map(_plain)
    exact = catalogue[names == plain]
    if len(exact):
        return exact
    armless = names.str.replace(_ARM, "", regex=True)
    arms = catalogue[(armless == plain.rstrip("*")) & (catalogue["accession"] != "")]
    number = arms["accession"].str.removeprefix("MIMAT").astype(int)
    is_best = arms["conservation"] == arms["conservation"].max()
    if is_best.sum() == 1 and number.min() < number[is_best].iloc[0] - _APART:
        return arms
    if plain.endswith("*"):
        lower = arms["conservation"] < arms["conservation"].max()
        return arms[lower] if len(arms) > 1 else arms
    best = arms[is_best]
    if copy := _COPY.fullmatch(plain):
        return pd.concat([_by_name(copy.group(1), catalogue), best])
    return best


def _plain(name: str) -> str:
    """Return a name in lower case, without species: mir-21-5p, let-7a."""
    name = re.sub(r"[\s_]+", "-", name.lower())
    name = re.sub(r"^(?:hsa-)?(?:micro-?rna|mirna|mir)-?(?=\d)", "mir-", name)
    name = re.sub(r"^(?:hsa-)?let-?(?=\d)", "let-", name)
    return name.removeprefix("hsa-")


def _say_candidates(name: str, found: pd.DataFrame, catalogue: pd.DataFrame) -> str:
    """Return why a name is not clear, and what it may mean, for a message."""
    if len(found):
        return f"is one of {', '.join(found['mirna'])}; say which, or give its sequence"
    species = _SPECIES.match(name.lower())
    if species and species.group(0) != "hsa-":
        return "is no human miRNA; give its sequence, or a table of miRNAs"
    ordered = catalogue.sort_values("conservation", ascending=False, kind="stable")
    names = {_plain(known): known for known in ordered["mirna"]}
    plain = _plain(name)
    begin = re.compile(re.escape(re.sub(r"[a-z*]*$", "", plain)) + r"[a-z]{0,2}(-|$)")
    of_number = [known for known in names if begin.match(known)] if plain else []
    close = difflib.get_close_matches(plain, names, _LISTED, 0.75) if plain else []
    candidates = list(dict.fromkeys(of_number + close))[:_LISTED]
    if not candidates:
        return "is no human miRNA of the catalogue; give its sequence"
    listed = ", ".join(names[candidate] for candidate in candidates)
    return f"is no human miRNA of the catalogue (close to it: {listed}); say which"
