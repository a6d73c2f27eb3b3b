# mirsignal with the packages of the lock, each checked against its hash.
#
#     docker build -t mirsignal .
#     docker run --rm -v "$PWD:/study" mirsignal --cores 4              # the demo
#     docker run --rm -v "$PWD:/study" mirsignal --cores 4 --configfile mine.yaml
#
# Written without a container engine: hadolint finds no fault in it, and its last command
# was tried outside a container, as a dry run from another folder, but no image was ever
# built from it. Results lie in the mounted folder; networks run on the CPU
# (docs/how-to/cluster.md). Without git, provenance.json names the version and no commit.
FROM python:3.12-slim-bookworm

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/tmp/cache

COPY requirements.txt /opt/mirsignal/
RUN pip install --no-cache-dir --require-hashes -r /opt/mirsignal/requirements.txt

COPY config.yaml Snakefile pyproject.toml README.md LICENSE /opt/mirsignal/
COPY envs /opt/mirsignal/envs
COPY mirsignal /opt/mirsignal/mirsignal
COPY profiles /opt/mirsignal/profiles
COPY report /opt/mirsignal/report
COPY resources /opt/mirsignal/resources
COPY rules /opt/mirsignal/rules
COPY schemas /opt/mirsignal/schemas
COPY scripts /opt/mirsignal/scripts
COPY studies /opt/mirsignal/studies

WORKDIR /study
ENTRYPOINT ["snakemake", "--snakefile", "/opt/mirsignal/Snakefile"]
CMD ["--cores", "all"]
