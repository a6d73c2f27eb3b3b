"""The one exception that a user is meant to read."""

LONGEST = 600
"""Letters of a message; it may quote a cell of any length."""


class InputError(ValueError):
    """Input that mirsignal refuses: one line naming file, row and remedy.

    Of a message longer than LONGEST the middle is left out: file and row stand at its
    beginning, the remedy at its end.
    """

    def __init__(self, message: str):
        line = " ".join(message.splitlines())
        if len(line) > LONGEST:
            line = f"{line[: LONGEST * 2 // 3]} ... {line[-LONGEST // 4 :]}"
        super().__init__(line)
