"""What is published about models and regions, as dated data, and the reader that makes a `Catalogue` of it.

    data/sources.json     every source by name: rank, what it is, the date it spoke; facts refer to it
    data/regions.json     regions, and the sets of regions that documents repeat for many models
    data/traits.json      what a model does with a request, in sets that models share
    data/units.json       what a capacity unit of each Foundry sku was worth, and how many there may be, when recorded
    data/prices.json      which meters of the price list stand for what, with prices as once read; see `prices`
    data/models/*.json    one file per vendor; per model and hosting: offer, ids, versions, skus, limits, regions

A fact is written here in our own form with the source it was read in, and is corrected by editing data, not code. The
catalogue never overrules Azure: where a live answer exists (`locations/{region}/models`), planning uses that. It is
what `validate`, `render` and `models` know without a network.

Two facts are easily got wrong and so are explicit: who sells a model (`offer`, per hosting; a registry's name does not
tell), and retirement per hosting (serverless dates are inferred from the schedule of the same model, and say so).

Rejected: YAML (20 ms more on every command, for files nobody edits daily), one file per model (a scan of the folder
costs more than parsing it), and pydantic (100 ms for what a test checks once).
"""

from azserve.catalogue.reader import load_catalogue

__all__ = ["load_catalogue"]
