#!/bin/sh
# What became of a Slurm job: prints running, success or failed, as Snakemake asks.
# squeue forgets a job some minutes after its end (MinJobAge); then sacct knows it, where
# the cluster keeps accounts. A job that neither knows counts as failed and is tried again.
state=$(squeue --noheader --states=all --format=%T --jobs="$1" 2>/dev/null)
[ -n "$state" ] || state=$(sacct --allocations --noheader --parsable2 --format=State --jobs="$1" 2>/dev/null)
case "$state" in
    COMPLETED*) echo success ;;
    PENDING* | CONFIGURING* | RUNNING* | COMPLETING* | SUSPENDED* | REQUEUE* | PREEMPTED* | RESIZING* | SIGNALING* | STAGE_OUT* | STOPPED*)
        echo running ;;
    *) echo failed ;;
esac
