"""What a user reads is one line, however odd the file that it quotes."""

import pytest

from mirsignal.errors import LONGEST, InputError


def test_message_stays_as_it_is():
    message = "table.tsv, line 3: 'x' in column 'y' is not a number; use NA"
    assert str(InputError(message)) == message


@pytest.mark.parametrize("cell", ["A" * 100_000, "a\nb\r\nc\u2028d\x0be" * 5000])
def test_long_or_broken_quotation_is_cut_to_one_line(cell):
    message = str(InputError(f"table.tsv, line 3: {cell} is odd; remove it"))
    assert message.startswith("table.tsv, line 3: ")
    assert message.endswith(" is odd; remove it")
    assert len(message.splitlines()) == 1
    assert len(message) <= LONGEST
