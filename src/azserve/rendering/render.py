"""A placement and a template set in, an artifact out. Pure once the templates are loaded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from azserve.model.artifact import Artifact, Format, Layout, RegionArtifact, RenderedFile
from azserve.model.estate import RegionEstate, Resource
from azserve.model.names import FleetId
from azserve.model.plan import Placement
from azserve.rendering.azd import ENVIRONMENT, fleet_view
from azserve.rendering.composing import region_view
from azserve.rendering.escaping import Printed, comment, json_text
from azserve.rendering.pieces import RegionView
from azserve.rendering.reading import Described, Undescribed, resources_of
from azserve.rendering.templates import TemplateFailed, TemplateSet

PARAMETERS_SCHEMA: Final = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"
GENERATOR: Final = "azserve"
_REGION: Final = "arm/region.json.j2"
LAYOUT_FOLDER: Final = "infra"
"""Where azd looks; no region is called that."""
BICEP_MARK: Final = "// Rendered by azserve"
"""How every Bicep file of ours begins; JSON files carry a `_generator` in their metadata."""


BOTH: Final = (Format.BICEP, Format.ARM)


def render(
    placement: Placement,
    templates: TemplateSet,
    formats: Collection[Format] = BOTH,
    layout: Layout = Layout.REGIONS,
) -> Artifact:
    """Render every chosen region. Raises ConfigurationError for a template or value that cannot be written.

    `formats` decides which files there are; a plan needs none. The ARM templates are made in any case.
    """
    regions = tuple(render_region(estate, templates, formats, layout) for estate in placement.estates)
    if layout is Layout.REGIONS or not regions:
        return Artifact(placement.fleet_id, regions)
    inside = tuple(
        replace(region, files=tuple(replace(file, path=f"{LAYOUT_FOLDER}/{file.path}") for file in region.files))
        for region in regions
    )
    return Artifact(placement.fleet_id, inside, tuple(_azd_files(placement, templates)))


def render_region(
    estate: RegionEstate,
    templates: TemplateSet,
    formats: Collection[Format] = BOTH,
    layout: Layout = Layout.REGIONS,
) -> RegionArtifact:
    """Render one region: the templates, their parameters, and the wrapper where the group is azserve's own."""
    view = region_view(estate)
    mark = _generator(estate.fleet_id, layout)
    template = _marked(templates.arm(_REGION, view), mark)
    wrapper = None
    if not estate.group_exists:
        wrapper = _marked(templates.arm("arm/main.json.j2", view, region=template), mark)
    parameters: dict[str, dict[str, Any]] = {"location": {"value": view.region}, "tags": {"value": dict(view.tags)}}
    texts: dict[str, str] = {}
    if Format.ARM in formats:
        region = json_text(template)
        declared = {name: value for name, value in parameters.items() if name in template.get("parameters", {})}
        texts["region.json"] = f"{region}\n"
        if declared:  # a template of the user's may have none; then there is nothing to say, nor a place for our mark
            texts["region.parameters.json"] = _json(_parameter_file(declared, mark))
        texts |= {"main.json": json_text(wrapper, part=Printed(template, region)) + "\n"} if wrapper else {}
    if Format.BICEP in formats or Format.BICEPPARAM in formats:
        header = _header(estate.fleet_id, f"in {estate.region}", layout)
        texts |= {name: header + text for name, text in _bicep_texts(estate, view, templates, formats)}
    files = _ArmFiles(templates, tuple(piece.partial for piece in view.resources))
    return RegionArtifact(
        estate=estate,
        files=tuple(RenderedFile(f"{estate.region}/{name}", text) for name, text in sorted(texts.items())),
        wrapper=wrapper,
        template=template,
        parameters={**parameters, **_once(estate)},
        resources=Described(lambda: _described(estate, wrapper or template, parameters, files)),
    )


def _described(
    estate: RegionEstate, template: Mapping[str, Any], parameters: Mapping[str, Any], files: _ArmFiles
) -> tuple[Resource, ...]:
    """Return what the template describes; raises TemplateFailed for one of the user's that does not say it."""
    group = estate.group if estate.group_exists else None
    try:
        return resources_of(template, parameters, subscription=estate.subscription, group=group)
    except (ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError) as error:
        at = error.at if isinstance(error, Undescribed) else ()
        raise TemplateFailed(
            f"what is rendered for `{estate.region}` cannot be read: {error}",
            where=files.of(at if group else at[1:]),
            hint="mend the template; `azserve render --check` tells all that is wrong with it",
        ) from error


@dataclass(frozen=True, slots=True)
class _ArmFiles:
    """Which file of the set a resource was drawn from."""

    templates: TemplateSet
    partials: tuple[str, ...]

    def of(self, at: tuple[int, ...]) -> str:
        """Return the partial of a region's resource by its number; of what is none of them, the whole template."""
        partial = self.partials[at[0]] if at and at[0] < len(self.partials) else None
        return str(self.templates.file(f"arm/{partial}.json.j2" if partial else _REGION))


def _bicep_texts(
    estate: RegionEstate, view: RegionView, templates: TemplateSet, formats: Collection[Format]
) -> Iterator[tuple[str, str]]:
    yield "region.bicep", templates.bicep("bicep/region.bicep.j2", view)
    for module in view.modules:
        yield f"{module}.bicep", templates.bicep(f"bicep/module-{module}.bicep.j2", view)
    deployed = "region" if estate.group_exists else "main"
    if deployed == "main":
        yield "main.bicep", templates.bicep("bicep/main.bicep.j2", view)
    if Format.BICEPPARAM in formats:
        yield f"{deployed}.bicepparam", templates.bicep(f"bicep/{deployed}.bicepparam.j2", view)


def _azd_files(placement: Placement, templates: TemplateSet) -> Iterator[RenderedFile]:
    """Yield the one entry over all regions, and the values that azd fills in."""
    header = _header(placement.fleet_id, "as azd wants it", Layout.AZD)
    mark = _generator(placement.fleet_id, Layout.AZD)
    view = fleet_view(placement.estates)
    yield RenderedFile(f"{LAYOUT_FOLDER}/main.bicep", header + templates.bicep("bicep/azd.bicep.j2", view))
    yield RenderedFile(f"{LAYOUT_FOLDER}/main.parameters.json", _json(_parameter_file(ENVIRONMENT, mark)))


def _once(estate: RegionEstate) -> dict[str, dict[str, Any]]:
    """Return what goes with one deployment and into no file."""
    restores = estate.foundry is not None and estate.foundry.restore
    recovers = estate.serverless is not None and estate.serverless.recover_vault
    switches = {"restoreAccount": restores, "recoverVault": recovers}
    return {name: {"value": True} for name, on in switches.items() if on}


def again(fleet_id: FleetId, layout: Layout = Layout.REGIONS) -> str:
    """Return the command that renders a fleet again."""
    words = ["azserve render"]
    if fleet_id.environment:
        words.append(f"-e {fleet_id.environment}")
    if layout is Layout.AZD:
        words.append("--layout azd")
    return " ".join(words)


def _header(fleet_id: FleetId, where: str, layout: Layout) -> str:
    lines = [
        f"{BICEP_MARK} for {comment(str(fleet_id))} {comment(where)}.",
        f"// Changes made here are lost: edit the fleet's file, then run `{comment(again(fleet_id, layout))}`.",
    ]
    return "".join(f"{line}\n" for line in [*lines, ""])


def _generator(fleet_id: FleetId, layout: Layout) -> Mapping[str, str]:
    return {"name": GENERATOR, "fleet": str(fleet_id), "again": again(fleet_id, layout)}


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
