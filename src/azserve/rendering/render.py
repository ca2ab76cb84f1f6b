"""A placement and a template set in, an artifact out. Pure once the templates are loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from azserve.model.artifact import Artifact, RegionArtifact, RenderedFile
from azserve.model.estate import RegionEstate
from azserve.model.names import FleetId
from azserve.model.plan import Placement
from azserve.rendering.composing import region_view
from azserve.rendering.escaping import comment, json_text
from azserve.rendering.reading import resources_of
from azserve.rendering.templates import TemplateSet

PARAMETERS_SCHEMA: Final = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"
GENERATOR: Final = "azserve"
BICEP_MARK: Final = "// Rendered by azserve"
"""How every Bicep file of ours begins; JSON files carry a `_generator` in their metadata."""


def render(placement: Placement, templates: TemplateSet) -> Artifact:
    """Render every chosen region. Raises ConfigurationError for a template or value that cannot be written."""
    return Artifact(placement.fleet_id, tuple(render_region(estate, templates) for estate in placement.estates))


def render_region(estate: RegionEstate, templates: TemplateSet) -> RegionArtifact:
    """Render one region: Bicep and ARM JSON, its parameters, and the wrapper where the group is azserve's own."""
    view = region_view(estate)
    mark = _generator(estate)
    template = _marked(templates.arm("arm/region.json.j2", view), mark)
    parameters: dict[str, dict[str, Any]] = {"location": {"value": view.region}, "tags": {"value": dict(view.tags)}}
    folder = estate.region
    files = [
        RenderedFile(f"{folder}/region.bicep", _header(estate) + templates.bicep("bicep/region.bicep.j2", view)),
        RenderedFile(f"{folder}/region.json", _json(template)),
        RenderedFile(f"{folder}/region.parameters.json", _json(_parameter_file(parameters, mark))),
    ]
    wrapper = None
    if not estate.group_exists:
        wrapper = _marked(templates.arm("arm/main.json.j2", view, region=template), mark)
        main = _header(estate) + templates.bicep("bicep/main.bicep.j2", view)
        files += [RenderedFile(f"{folder}/main.bicep", main), RenderedFile(f"{folder}/main.json", _json(wrapper))]
    scope = estate.group if wrapper is None else None
    return RegionArtifact(
        estate=estate,
        files=tuple(sorted(files, key=lambda file: file.path)),
        wrapper=wrapper,
        template=template,
        parameters=parameters,
        resources=resources_of(wrapper or template, parameters, subscription=estate.subscription, group=scope),
    )


def again(fleet_id: FleetId) -> str:
    """Return the command that renders a fleet again."""
    return f"azserve render -e {fleet_id.environment}" if fleet_id.environment else "azserve render"


def _header(estate: RegionEstate) -> str:
    lines = [
        f"{BICEP_MARK} for {comment(str(estate.fleet_id))} in {comment(estate.region)}.",
        f"// Changes made here are lost: edit the fleet's file, then run `{comment(again(estate.fleet_id))}`.",
    ]
    return "".join(f"{line}\n" for line in [*lines, ""])


def _generator(estate: RegionEstate) -> Mapping[str, str]:
    return {"name": GENERATOR, "fleet": str(estate.fleet_id), "again": again(estate.fleet_id)}


def _marked(template: Mapping[str, Any], mark: Mapping[str, str]) -> dict[str, Any]:
    """Say in the template's metadata where it comes from; readers of the JSON look at the top."""
    metadata = {"_generator": dict(mark), **template.get("metadata", {})}
    first = {name: template[name] for name in ("$schema", "contentVersion") if name in template}
    rest = {name: value for name, value in template.items() if name not in first and name != "metadata"}
    return {**first, "metadata": metadata, **rest}


def _parameter_file(parameters: Mapping[str, Mapping[str, Any]], mark: Mapping[str, str]) -> dict[str, Any]:
    """Return the file; its schema has room for metadata beside each value only."""
    marked = {name: {**each, "metadata": {"_generator": dict(mark)}} for name, each in parameters.items()}
    return {"$schema": PARAMETERS_SCHEMA, "contentVersion": "1.0.0.0", "parameters": marked}


def _json(value: Mapping[str, Any]) -> str:
    return json_text(value) + "\n"
