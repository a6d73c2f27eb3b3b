# What the targets of the Snakefile ask for.


def binding_results_of(experiment):
    """Return what an experiment shows of its samples and its binding network."""
    recipes = RECIPES[experiment]
    return [
        "<inputs>/checked.json",
        f"<results>/samples/{recipe_chain(recipes, 'samples')}/audit.svg",
        f"<results>/binding/{recipe_chain(recipes, 'binding')}/evaluation.svg",
    ]


def scan_results_of(experiment):
    """Return what an experiment's scan leaves for a genome browser, of every miRNA."""
    folder = f"<results>/scan/{recipe_chain(RECIPES[experiment], 'scan')}"
    return expand(
        f"{folder}/{{mirna}}/{{file}}", file=["peaks.bed", "score.bw"], mirna=MIRNAS
    )


def lacking_fold_changes(wildcards):
    """Stop where a target needs fold changes that the study does not have."""
    stop(
        f"study {STUDY} names no `fold_change` under `inputs`; give it, or ask for the "
        "targets that do without: binding, scan"
    )


def comparison_of(experiment):
    """Return what compares an experiment with the others: all that `ablations` needs."""
    if "fold_change" not in INPUTS:
        return [lacking_fold_changes]
    compared = f"<results>/comparison/{experiment}"
    files = expand(f"{compared}/{{figure}}.svg", figure=COMPARISON_FIGURES)
    files += [f"{compared}/metrics.json", f"{compared}/metrics.tsv"]
    return binding_results_of(experiment) + files


def results_of(experiment):
    """Return what running an experiment leaves for a reader."""
    recipes = RECIPES[experiment]
    folders = {
        stage: f"<results>/{stage}/{recipe_chain(recipes, stage)}" for stage in recipes
    }
    explained = f"<results>/interpretation/{recipe_chain(recipes, 'binding')}"
    files = comparison_of(experiment) + scan_results_of(experiment)
    files += expand(f"{explained}/{{figure}}.svg", figure=INTERPRETATION_FIGURES)
    files += [
        f"{folders['scan']}/genes",
        f"{folders['occupancy']}/model.npz",
        f"{folders['occupancy']}/coverage.tsv",
    ]
    if CONFIG["regression"][recipes["regression"]]["network"] in SIGNAL_NETWORKS:
        files.append(f"{folders['regression']}/explanations.svg")
    if "measured_variants" in INPUTS:
        files.append(f"{explained}/variants.svg")
    if LEAVE_ONE_MIRNA_OUT:
        files += ["<unseen>/metrics.tsv", "<unseen>/per_mirna.svg"]
    if SIMULATED:
        files.append(f"<results>/comparison/{experiment}/truth.json")
    return files


def transfer_files(wildcards):
    """Return what learning from several data sets leaves for a reader."""
    if not DATASETS:
        stop(
            f"study {STUDY} names no `datasets` under `inputs`; give tables of fold "
            "changes there, as studies/human_repression.yaml does"
        )
    fitted = f"<transfer>/{RECIPE_OF_TRANSFER}"
    files = [
        "<transfer>/comparison.tsv",
        "<transfer>/comparison.svg",
        f"{fitted}/model.npz",
        f"{fitted}/coverage.tsv",
    ]
    if MIXTURE:
        files.append(f"<transfer>/{MIXTURE.name}/coverage.tsv")
    recipes = CONFIG["transfer"]["recipes"]
    with_proteins = [name for name in recipes if CONFIG["occupancy"][name]["proteins"]]
    return files + [f"<transfer>/{name}/proteins.tsv" for name in with_proteins]


def predicted_files(wildcards):
    """Return what the prediction that the configuration names leaves for a reader."""
    if not (PREDICT["mirnas"] or PREDICT["names"]):
        stop("config: predict: give `mirnas`, a file, or `names`")
    if bool(PREDICT["transcripts"]) == bool(PREDICT["annotation"]):
        stop("config: predict: give either `transcripts`, or `annotation` and `genome`")
    if PREDICT["annotation"] and not PREDICT["genome"]:
        stop("config: predict: `annotation` needs `genome`, its FASTA")
    features = CONFIG["occupancy"][MAIN["occupancy"]]["features"]
    if OF_STUDY and not DATASETS and tracks_in(features):
        stop(
            f"config: predict: occupancy recipe {MAIN['occupancy']} reads tracks, which "
            "are not known of other transcripts; let experiment main name a recipe "
            "without, or set `model: ready`"
        )
    return [f"<results>/predict/{PREDICT['name']}/{name}" for name in TARGET_FILES]


def closing_words():
    """Return what a run says at its end."""
    folders = [f"{RESULTS}/comparison/{name}" for name in CONFIG["experiments"]]
    done = [folder for folder in folders if os.path.exists(f"{folder}/metrics.json")]
    if not done:
        return "Done."
    lines = ["", f"Finished. Comparisons of study {STUDY} so far:"]
    lines += [f"  {folder}/metrics.tsv" for folder in done]
    lines += [
        f"Every step lies under {RESULTS}/; the report is made by",
        f"  snakemake --report {RESULTS}/report.html",
    ]
    return "\n".join(lines)
