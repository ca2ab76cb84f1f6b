"""Asks deployed endpoints questions and says what was found.

    probe         the nouns: a probe is data, questions and the checks that their answers must pass
    expectations  what an answer must be like, one noun per kind
    schema        JSON schemas, as far as structured outputs know them; pure
    probes/       the probes themselves, one JSON file each
    pictures      whether an image that a probe shows is one; pure
    reading       a file of `probes/`, or of a user's, as a `Probe`; says what does not fit, and where
    checking      one answer against one expectation; pure
    judging       what a run of checks or an error means, given what the model can do; pure
    patience      how long to wait for what, and how often to ask again
    pacing        how long to wait before asking, so as to stay under a deployment's own rates
    asking        one endpoint: every probe in turn, until each has ended in a `Finding`
    running       all endpoints side by side, in a stable order, under one budget
    comparing     the same probe in several regions: which of them differ; pure
    locking       what was supported, as a file to hold later runs against; pure
    purse         the tokens and money of a run, counted and held under that budget
    threads       work side by side that nobody has to wait for
    ports         what is needed of the world, and how a model says no

Carrying out a probe always ends in a `Finding`: nothing that a model, a network or a sign-in does ends in an exception.
Whether a probe *had* to pass is decided last, so that an optional one is asked and judged in the same way.

A model that refuses what the catalogue says it refuses is a pass of its own kind, and is asked nonetheless: facts are
dated, and models learn. Only the checks that *show* a trait may fail that way; an answer without `[DONE]` is a fault
whatever the model can do.

The files are JSON since the YAML reader takes as long to import as all of this room; people's own probes have the same
shape, in `smoke.probes` or in a folder. A probe may ask several questions in turn: with what was said before ahead of
it, with the results of tools, with no key, through the connections of other projects, or to be refused. Rejected:
probes as Python functions (each its own idea of a check, none of them to be added in a configuration), and asking one
endpoint several questions at once (its rate limit is small, and times would say more about us than it).
"""

from azserve.verifying.probe import Probe
from azserve.verifying.reading import probes
from azserve.verifying.running import ProbeRun, run_probes

__all__ = ["Probe", "ProbeRun", "probes", "run_probes"]
