"""Files go out whole or not at all, and never over somebody's work."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.rendering import estates

from azserve.errors import UsageError
from azserve.model.artifact import Artifact, Format, Layout
from azserve.model.estate import RegionEstate
from azserve.model.names import FleetId, Region
from azserve.model.plan import Placement
from azserve.rendering.render import BOTH, render, render_region
from azserve.rendering.templates import TemplateSet
from azserve.rendering.writing import Difference, DifferenceKind, WrittenFiles, check_artifact, write_artifact

TEMPLATES = TemplateSet()
PATHS = tuple(
    f"eastus2/{name}" for name in ("main.bicep", "main.json", "region.bicep", "region.json", "region.parameters.json")
)


def artifact_of(region: RegionEstate, *formats: Format) -> Artifact:
    return Artifact(region.fleet_id, (render_region(region, TEMPLATES, formats or BOTH),))


ARTIFACT = artifact_of(estates.SERVERLESS)
ELSEWHERE = replace(estates.SERVERLESS, region=Region("westus3"))


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
@pytest.mark.parametrize(
    "content", ["mine", "// Rendered by azserve", "{}", "[]", '{"metadata": {"_generator": {"name": "bicep"}}}']
)
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


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_in_the_place_of_a_file_is_named_and_stays(tmp_path: Path, force: bool) -> None:
    (tmp_path / "eastus2" / "main.bicep").mkdir(parents=True)

    with pytest.raises(UsageError, match=r"`eastus2/main\.bicep` in .* is a folder") as raised:
        write_artifact(ARTIFACT, tmp_path, force=force)

    assert raised.value.code == "folder-in-the-way"
    assert [each.name for each in (tmp_path / "eastus2").iterdir()] == ["main.bicep"]


OTHERS = {
    "another fleet": artifact_of(replace(estates.SERVERLESS, fleet_id=FleetId("elsewhere"))),
    "another environment": artifact_of(replace(estates.SERVERLESS, fleet_id=FleetId("r1-chat", "prod"))),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_files_of_another_fleet_are_left_alone_and_told_whose_they_are(tmp_path: Path, other: Artifact) -> None:
    write_artifact(other, tmp_path)

    result = write_artifact(ARTIFACT, tmp_path)

    assert (result.written, result.refused) == ((), ())
    assert dict(result.others) == dict.fromkeys(PATHS, str(other.fleet_id))
    assert check_artifact(other, tmp_path) == ()
    assert write_artifact(ARTIFACT, tmp_path, force=True).written == PATHS


def test_a_template_without_parameters_has_no_file_for_them(tmp_path: Path) -> None:
    (tmp_path / "arm").mkdir()
    (tmp_path / "arm" / "region.json.j2").write_text('{"resources": []}')
    bare = Artifact(estates.SERVERLESS.fleet_id, (render_region(estates.SERVERLESS, TemplateSet(tmp_path)),))
    write_artifact(ARTIFACT, tmp_path / "out")

    result = write_artifact(bare, tmp_path / "out")

    assert "eastus2/region.json" in result.written
    assert check_artifact(bare, tmp_path / "out") == (
        Difference("eastus2/region.parameters.json", DifferenceKind.LEFT_OVER),
    )


def test_new_files_have_the_rights_that_any_new_file_gets(tmp_path: Path) -> None:
    (tmp_path / "usual").write_text("")

    write_artifact(ARTIFACT, tmp_path / "out")

    usual = (tmp_path / "usual").stat().st_mode
    assert {(tmp_path / "out" / path).stat().st_mode for path in PATHS} == {usual}


class Interrupting(str):
    """The text of a file during whose writing somebody presses Ctrl-C."""

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        raise KeyboardInterrupt


def test_an_interrupt_while_drafting_changes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    write_artifact(ARTIFACT, tmp_path)
    before = {path: path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()}
    other = artifact_of(replace(estates.SERVERLESS, tags={"owner": "me"}))
    region = other.regions[0]
    files = (*region.files[:-1], replace(region.files[-1], path="eastus2/new.json", text=Interrupting("x")))

    with pytest.raises(KeyboardInterrupt):
        write_artifact(replace(other, regions=(replace(region, files=files),)), tmp_path)

    assert {path: path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["eastus2"]


def test_a_link_is_replaced_and_its_target_left_alone(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.bicep"
    elsewhere.write_text("// Rendered by azserve for r1-chat once")
    (tmp_path / "out" / "eastus2").mkdir(parents=True)
    (tmp_path / "out" / "eastus2" / "main.bicep").symlink_to(elsewhere)

    written = write_artifact(ARTIFACT, tmp_path / "out").written

    assert written == PATHS
    assert not (tmp_path / "out" / "eastus2" / "main.bicep").is_symlink()
    assert elsewhere.read_text() == "// Rendered by azserve for r1-chat once"


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


def test_what_cannot_be_drafted_stops_the_render_before_anything_changes(tmp_path: Path) -> None:
    (tmp_path / "westus3").write_text("in the way")
    two = Artifact(ARTIFACT.fleet_id, (ARTIFACT.regions[0], artifact_of(ELSEWHERE).regions[0]))

    with pytest.raises(UsageError, match="cannot be"):
        write_artifact(two, tmp_path)

    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["westus3"]


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
    write_artifact(artifact_of(ELSEWHERE), tmp_path)
    write_artifact(artifact_of(estates.FOUNDRY), tmp_path)

    names = ("main.bicep", "main.json", "region.bicep", "region.json", "region.parameters.json")
    assert check_artifact(ARTIFACT, tmp_path) == tuple(
        Difference(f"westus3/{name}", DifferenceKind.LEFT_OVER) for name in names
    )


def test_a_check_of_one_format_does_not_mind_the_other(tmp_path: Path) -> None:
    write_artifact(ARTIFACT, tmp_path)

    assert check_artifact(artifact_of(estates.SERVERLESS, Format.BICEP), tmp_path) == ()


def test_bicep_alone_of_a_region_that_left_is_found(tmp_path: Path) -> None:
    write_artifact(artifact_of(ELSEWHERE, Format.BICEP), tmp_path)

    found = {each.path for each in check_artifact(ARTIFACT, tmp_path) if each.kind is DifferenceKind.LEFT_OVER}

    assert found == {"westus3/main.bicep", "westus3/region.bicep"}


@pytest.mark.parametrize("name", ["account-key.bicep", "regional.json"])
def test_a_file_that_its_region_has_no_more_is_left_over(tmp_path: Path, name: str) -> None:
    write_artifact(ARTIFACT, tmp_path)
    source = "region.bicep" if name.endswith("bicep") else "region.json"
    (tmp_path / "eastus2" / name).write_bytes((tmp_path / "eastus2" / source).read_bytes())

    assert check_artifact(ARTIFACT, tmp_path) == (Difference(f"eastus2/{name}", DifferenceKind.LEFT_OVER),)


def test_the_wrapper_of_a_group_that_is_now_somebody_elses_is_left_over(tmp_path: Path) -> None:
    write_artifact(artifact_of(estates.SERVERLESS, Format.BICEP, Format.ARM, Format.BICEPPARAM), tmp_path)
    guest = artifact_of(replace(estates.SERVERLESS, group_exists=True))
    write_artifact(guest, tmp_path)

    assert check_artifact(guest, tmp_path) == tuple(
        Difference(f"eastus2/{name}", DifferenceKind.LEFT_OVER)
        for name in ("main.bicep", "main.bicepparam", "main.json")
    )


def test_a_file_of_somebody_elses_in_a_regions_folder_is_not_left_over(tmp_path: Path) -> None:
    write_artifact(ARTIFACT, tmp_path)
    (tmp_path / "eastus2" / "mine.bicep").write_text("param a string")

    assert check_artifact(ARTIFACT, tmp_path) == ()


def test_the_other_layout_beside_this_one_is_not_left_over(tmp_path: Path) -> None:
    placement = Placement(ARTIFACT.fleet_id, (), (estates.SERVERLESS,))
    regions, azd = render(placement, TEMPLATES), render(placement, TEMPLATES, [Format.BICEP], Layout.AZD)
    write_artifact(regions, tmp_path)
    write_artifact(azd, tmp_path)

    assert check_artifact(regions, tmp_path) == check_artifact(azd, tmp_path) == ()
