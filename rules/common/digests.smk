# Digests of code: parameters by which Snakemake knows that a rule would make other results.


def code(rule, **registry):
    """Return a digest of the library code that decides what a rule's script makes.

    As a parameter it makes Snakemake rerun the rule when that code, and no other, was
    edited; the dates of scripts do not count (profiles/default). `registry` is a registry
    of networks and the stage whose recipe chooses one: BINDING_NETWORKS="binding" leaves
    out the networks of other recipes.
    """
    script = ROOT / "scripts" / f"{rule}.py"
    if not registry:
        return source_digest(script, ROOT)

    def digest(wildcards):
        networks = {
            name: CONFIG[stage][wildcards[stage]]["network"]
            for name, stage in registry.items()
        }
        return source_digest(script, ROOT, **networks)

    return digest
