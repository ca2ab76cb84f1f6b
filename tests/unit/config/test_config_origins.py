"""`validate --show`: the whole document, and what set each value."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from azserve.catalogue import load_catalogue
from azserve.config import ConfigRequest, explain_origins
from azserve.errors import ConfigurationError
from azserve.model.json import JsonValue
from azserve.model.names import FleetId
from azserve.model.resolved import Origin, OriginKind, ResolvedDocument

TEXT = """\
fleet: a
regions: [eastus2, "West US 3"]
tags: {owner: "${OWNER}"}
endpoints:
  p: {model: Phi-4, hosting: serverless}
  v: {model: DeepSeek-V3.2, version: latest, capacity: 50, regions: {need: 1}}
environments:
  prod: {ttl: 72h, tags: {stage: prod}}
"""


def explained(folder: Path, environ: Mapping[str, str] | None = None, **flags: str) -> ResolvedDocument:
    file = folder / "f.yaml"
    file.write_text(TEXT)
    around = {"OWNER": "me", **(environ or {})}
    return explain_origins(ConfigRequest(load_catalogue(), file, "prod", flags, around))


def origins(document: ResolvedDocument) -> dict[str, tuple[JsonValue, str]]:
    place = str(document.file)
    return {each.path: (each.value, str(each.origin).replace(place, "F")) for each in document.values}


@pytest.mark.parametrize(
    ("path", "value", "origin"),
    [
        ("fleet", "a", "F:1:8"),
        ("regions.need", "all", "F:2:10"),
        ("regions.of[1]", "westus3", "F:2:20"),
        ("tags.owner", "me", "F:3:15 with OWNER"),
        ("tags.stage", "prod", "overlay F:8:34"),
        ("ttl", "72h", "overlay F:8:15"),
        ("group", "rg-{fleet}-{env}-{region}", "default"),
        ("endpoints.p.hosting", "serverless", "F:5:30"),
        ("endpoints.v.hosting", "foundry", "catalogue"),
        ("endpoints.v.version", "1", "catalogue `latest` at F:6:38"),
        ("endpoints.v.capacity.min", 50, "F:6:56"),
        ("endpoints.v.capacity.target", 50, "F:6:56"),
        ("endpoints.v.sku", "GlobalStandard", "default"),
        ("endpoints.v.regions.need", 1, "F:6:76"),
        ("endpoints.v.regions.of[0]", "eastus2", "F:2:11"),
        ("cloud", "local", "variable AZSERVE_CLOUD"),
        ("tenant", "t.example", "flag --tenant"),
        ("subscription", "11111111-1111-1111-1111-111111111111", "variable AZURE_SUBSCRIPTION_ID"),
    ],
)
def test_every_value_tells_what_set_it(tmp_path: Path, path: str, value: JsonValue, origin: str) -> None:
    around = {"AZURE_SUBSCRIPTION_ID": "11111111-1111-1111-1111-111111111111", "AZSERVE_CLOUD": "local"}
    assert origins(explained(tmp_path, around, tenant="t.example"))[path] == (value, origin)


def test_what_is_empty_because_nothing_was_said_is_left_out(tmp_path: Path) -> None:
    document = explained(tmp_path)
    assert not [each.path for each in document.values if each.value in ([], {})]


def test_the_document_is_complete_and_nested(tmp_path: Path) -> None:
    document = explained(tmp_path)
    assert document.fleet_id == FleetId("a", "prod")
    assert document.document["endpoints"] == {
        "p": {"model": "Phi-4", "hosting": "serverless", "content_filter": "default", "tags": {}},
        "v": {
            "model": "DeepSeek-V3.2",
            "hosting": "foundry",
            "version": "1",
            "sku": "GlobalStandard",
            "capacity": {"min": 50, "target": 50},
            "content_filter": "default",
            "regions": {"need": 1, "of": ["eastus2", "westus3"], "within": [], "avoid": []},
            "tags": {},
        },
    }


def test_an_unsound_file_is_refused_as_when_loading(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_text("fleet: a\n")
    with pytest.raises(ConfigurationError):
        explain_origins(ConfigRequest(load_catalogue(), file))


def test_an_origin_reads_as_words() -> None:
    assert str(Origin(OriginKind.DEFAULT, "")) == "default"
    assert str(Origin(OriginKind.FILE, "f:1:2", ("A", "B"))) == "f:1:2 with A, B"
