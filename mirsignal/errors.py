"""The one exception that a user is meant to read."""


class InputError(ValueError):
    """Input that mirsignal refuses: one line naming file, row and remedy."""
