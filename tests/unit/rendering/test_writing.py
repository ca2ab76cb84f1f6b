"""Files go out whole or not at all, and never over somebody's work."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.rendering import estates

from azserve.errors import UsageError
from azserve.model.artifact import Artifact, Format
from azserve.model.estate import RegionEstate
from azserve.rendering.render import BOTH, render_region
from azserve.rendering.templates import TemplateSet
from azserve.rendering.writing import Difference, DifferenceKind, WrittenFiles, check_artifact, write_artifact

TEMPLATES = TemplateSet()
PATHS = tuple(
    f"eastus2/{name}" for name in ("main.bicep", "main.json", "region.bicep", "region.json", "region.parameters.json")
)


def artifact_of(region: RegionEstate, *formats: Format) -> Artifact:
    return Artifact(region.fleet_id, (render_region(region, TEMPLATES, formats or BOTH),))


ARTIFACT = artifact_of(estates.SERVERLESS)


def test_a_first_render_writes_every_file(tmp_path: Path) -> None:
    result = write_artifact(ARTIFACT, tmp_path / "new" / "out")

    assert result == WrittenFiles(written=PATHS)
    assert sorted(path.name for path in (tmp_path / "new" / "out" / "eastus2").iterdir()) == [
        path.partition("/")[2] for path in PATHS
    ]


def test_files_hold_the_rendered_bytes_on_every_platform(tmp_path: Path) -> None:
    write_artifact(ARTIFACT, tmp_path)

    assert {file.path: (tmp_path / file.path).read_bytes() for file in ARTIFACT.files} == {
        file.path: file.text.encode() for file in ARTIFACT.files
    }


def test_a_second_render_touches_nothing(tmp_path: Path) -> None:
    write_artifact(ARTIFACT, tmp_path)
    for path in PATHS:
        os.utime(tmp_path / path, (1, 1))

    result = write_artifact(ARTIFACT, tmp_path)

    assert result == WrittenFiles(unchanged=PATHS)
    assert {(tmp_path / path).stat().st_mtime for path in PATHS} == {1.0}


def test_a_changed_fleet_overwrites_its_own_files(tmp_path: Path) -> None:
    write_artifact(ARTIFACT, tmp_path)

    result = write_artifact(artifact_of(replace(estates.SERVERLESS, tags={"owner": "me"})), tmp_path)

    assert result.refused == ()
    assert "eastus2/region.parameters.json" in result.written


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("content", ["mine", "{}", "[]", '{"metadata": {"_generator": {"name": "bicep"}}}'])
def test_a_file_that_azserve_did_not_write_stops_the_whole_render(tmp_path: Path, path: str, content: str) -> None:
    (tmp_path / "eastus2").mkdir()
    (tmp_path / path).write_text(content)

    result = write_artifact(ARTIFACT, tmp_path)

    assert result == WrittenFiles(refused=(path,))
    assert [each.name for each in (tmp_path / "eastus2").iterdir()] == [path.partition("/")[2]]


def test_force_overwrites_what_azserve_did_not_write(tmp_path: Path) -> None:
    (tmp_path / "eastus2").mkdir()
    (tmp_path / "eastus2" / "main.bicep").write_text("mine")

    assert write_artifact(ARTIFACT, tmp_path, force=True) == WrittenFiles(written=PATHS)


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "eastus2" / "main.bicep").mkdir(parents=True)

    assert write_artifact(ARTIFACT, tmp_path).refused == ("eastus2/main.bicep",)


def test_a_link_is_replaced_and_its_target_left_alone(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.bicep"
    elsewhere.write_text("// Rendered by azserve once")
    (tmp_path / "out" / "eastus2").mkdir(parents=True)
    (tmp_path / "out" / "eastus2" / "main.bicep").symlink_to(elsewhere)

    write_artifact(ARTIFACT, tmp_path / "out")

    assert elsewhere.read_text() == "// Rendered by azserve once"


def test_nothing_is_written_through_a_link_that_leads_out(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "eastus2").symlink_to(outside)

    with pytest.raises(UsageError, match="outside"):
        write_artifact(ARTIFACT, tmp_path / "out")

    assert list(outside.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")

    with pytest.raises(UsageError, match="cannot be written") as raised:
        write_artifact(ARTIFACT, tmp_path / "out")

    assert raised.value.hint == "choose another folder with `--out`"


def test_a_failed_write_leaves_no_draft_behind(tmp_path: Path) -> None:
    (tmp_path / "eastus2" / "main.bicep").mkdir(parents=True)

    with pytest.raises(UsageError):
        write_artifact(ARTIFACT, tmp_path, force=True)

    assert [each.name for each in (tmp_path / "eastus2").iterdir()] == ["main.bicep"]


def test_a_check_of_fresh_files_finds_nothing(tmp_path: Path) -> None:
    write_artifact(ARTIFACT, tmp_path)

    assert check_artifact(ARTIFACT, tmp_path) == ()


def test_a_check_tells_missing_from_different(tmp_path: Path) -> None:
    write_artifact(ARTIFACT, tmp_path)
    (tmp_path / PATHS[0]).unlink()
    text = (tmp_path / PATHS[2]).read_text()
    (tmp_path / PATHS[2]).write_text(text.replace("Consumption", "Other", 1))
    line = next(at for at, each in enumerate(text.splitlines(), 1) if "Consumption" in each)

    assert check_artifact(ARTIFACT, tmp_path) == (
        Difference(PATHS[0], DifferenceKind.MISSING),
        Difference(PATHS[2], DifferenceKind.DIFFERENT, line),
    )


def test_a_check_counts_lines_that_were_added_at_the_end(tmp_path: Path) -> None:
    write_artifact(ARTIFACT, tmp_path)
    path = tmp_path / PATHS[0]
    lines = len(path.read_text().splitlines())
    path.write_text(path.read_text() + "more\n")

    assert check_artifact(ARTIFACT, tmp_path) == (Difference(PATHS[0], DifferenceKind.DIFFERENT, lines + 1),)


def test_a_check_finds_a_region_that_left_the_fleet_and_no_other_fleet(tmp_path: Path) -> None:
    write_artifact(ARTIFACT, tmp_path)
    write_artifact(artifact_of(replace(estates.SERVERLESS, region="westus3")), tmp_path)  # type: ignore[arg-type]
    write_artifact(artifact_of(estates.FOUNDRY), tmp_path)

    names = ("main.bicep", "main.json", "region.bicep", "region.json", "region.parameters.json")
    assert check_artifact(ARTIFACT, tmp_path) == tuple(
        Difference(f"westus3/{name}", DifferenceKind.LEFT_OVER) for name in names
    )


def test_a_check_of_one_format_does_not_mind_the_other(tmp_path: Path) -> None:
    write_artifact(ARTIFACT, tmp_path)

    assert check_artifact(artifact_of(estates.SERVERLESS, Format.BICEP), tmp_path) == ()


def test_bicep_alone_of_a_region_that_left_is_found(tmp_path: Path) -> None:
    write_artifact(artifact_of(replace(estates.SERVERLESS, region="westus3"), Format.BICEP), tmp_path)  # type: ignore[arg-type]

    found = {each.path for each in check_artifact(ARTIFACT, tmp_path) if each.kind is DifferenceKind.LEFT_OVER}

    assert found == {"westus3/main.bicep", "westus3/region.bicep"}
