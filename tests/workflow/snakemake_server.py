"""Run Snakemake's command again and again without importing it each time.

A line of JSON on standard input gives folder, arguments, environment and the file of
everything that is printed; a line on standard output gives back the exit status. Each
command runs in a fork that holds Snakemake and nothing of a project.
"""

import json
import os
import sys

from snakemake.cli import main

sys.path[0] = ""  # of the project in whose folder a fork runs
for line in sys.stdin:
    folder, arguments, environment, printed = json.loads(line)
    if child := os.fork():
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(status, flush=True)
        continue
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    with open(printed, "wb") as file, open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.argv[1:] = arguments
    main()
