"""The one logger of the library; a job sends it to its log file and the terminal."""

import logging

log = logging.getLogger("mirsignal")
