"""The change to a file that moves an endpoint to its model's replacement."""

from __future__ import annotations

from azserve.model.catalogue import Catalogue, Hosting, Lifecycle
from azserve.model.names import ModelName
from azserve.planning.offers import DEFAULT_SKU


def move_edit(model: ModelName, hosting: Hosting, lifecycle: Lifecycle, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the lines to take out (`- …`) and to put in (`+ …`); none where there is no replacement.

    The replacement may be hosted elsewhere only, and Foundry wants a version: both are in the lines where they are
    known.
    """
    to = lifecycle.replacement
    if to is None:
        return ()
    entry, old = catalogue.models.get(to), catalogue.models.get(model)
    taken_out = [f"model: {model}"]
    if old is not None and len(old.hostings) > 1:
        taken_out.append(f"hosting: {hosting}")
    put_in = [f"model: {to}"]
    if entry is not None:
        target = hosting if hosting in entry.hostings else next(iter(entry.hostings))
        if len(entry.hostings) > 1:
            put_in.append(f"hosting: {target}")
        if target is Hosting.FOUNDRY:
            hosted = entry.hostings[target]
            sku = hosted.skus[0] if hosted.skus else DEFAULT_SKU
            put_in += [f'version: "{hosted.versions[-1]}"', f"sku: {sku}"]
    return (f"- {', '.join(taken_out)}", f"+ {', '.join(put_in)}")
