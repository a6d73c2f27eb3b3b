# Digests of code: parameters by which Snakemake knows that a rule would make other results.

DIGESTS = Digests(ROOT)
atexit.register(DIGESTS.keep)


def code(rule, **registry):
    """Return a digest of the library code that decides what a rule's script makes.

    As a parameter it makes Snakemake rerun the rule when that code, and no other, was
    edited; the dates of scripts do not count (profiles/default). `registry` is a registry
    of networks and the stage whose recipe chooses one: BINDING_NETWORKS="binding" leaves
    out the networks of other recipes.
    """
    if not registry:
        return DIGESTS.of(rule)

    def digest(wildcards):
        networks = {
            name: CONFIG[stage][wildcards[stage]]["network"]
            for name, stage in registry.items()
        }
        return DIGESTS.of(rule, **networks)

    return digest
