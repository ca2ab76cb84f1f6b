"""What earlier runs have read answers for Azure, for a while, and never says no on its own word."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.planning.worlds import NOW, V32, V32_POOL, catalogue, live_deployment, offered, settings
from tests.unit.surveying.test_survey import EASTUS2, FOUNDRY, WESTUS3, FakeReader

from azserve.errors import Refused
from azserve.model.facts import Facts, Location, OfferedSku, QuotaPool, RateLimit
from azserve.model.names import Region
from azserve.model.verdict import Answer
from azserve.planning.choosing import assess
from azserve.planning.situation import Situation
from azserve.surveying.cache import FolderKeeper, cache_folder
from azserve.surveying.survey import SurveyRequest
from azserve.verbs.looking import against, looked, oldest
from azserve.verbs.matrix import MatrixRequest, matrix
from azserve.verbs.quota import QuotaRequest, quota

CLOUD = "https://management.azure.com"
FLEET = settings({"v32": {**FOUNDRY, "capacity": 50}}, {"of": ["eastus2", "westus3"], "need": 1})
REQUEST = SurveyRequest(FLEET, catalogue(), (EASTUS2, WESTUS3))
FULL, FREE = QuotaPool(V32_POOL, "label", 1000, 1000), QuotaPool(V32_POOL, "label", 0, 1000)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keeper(tmp_path: Path, clock: Clock) -> FolderKeeper:
    return FolderKeeper(tmp_path / "survey", CLOUD, clock, timedelta(minutes=5))


def judge(facts: Facts) -> Iterable[Region]:
    return against(assess(Situation(FLEET, catalogue(), facts, facts.taken_at.date())))


def look(reader: FakeReader, clock: Clock, keeper: FolderKeeper) -> Facts:
    return looked(REQUEST, reader, clock, judge, keeper=keeper)


def test_a_second_run_does_not_ask_for_lists_again_and_says_how_old_they_are(
    keeper: FolderKeeper, clock: Clock
) -> None:
    first = look(FakeReader(), clock, keeper)
    clock.now += timedelta(minutes=4)
    reader = FakeReader()
    found = look(reader, clock, keeper)
    assert not [one for one in reader.asked if one in {("models", EASTUS2), ("pools", EASTUS2)}]
    assert (oldest(first), oldest(found)) == (None, NOW)
    assert found.regions[EASTUS2].models.value == first.regions[EASTUS2].models.value
    assert found.regions[EASTUS2].pools.kept


def test_what_a_fleet_has_and_what_is_deleted_is_always_asked(keeper: FolderKeeper, clock: Clock) -> None:
    look(FakeReader(), clock, keeper)
    reader = FakeReader()
    look(reader, clock, keeper)
    assert {"fleet", "deleted accounts", "permissions", "subscription"} <= set(reader.asked)


def test_what_is_too_old_is_asked_again(keeper: FolderKeeper, clock: Clock) -> None:
    look(FakeReader(), clock, keeper)
    clock.now += timedelta(minutes=5)
    reader = FakeReader()
    look(reader, clock, keeper)
    assert ("pools", EASTUS2) in reader.asked


def test_a_kept_no_is_asked_again_before_it_is_said(keeper: FolderKeeper, clock: Clock) -> None:
    look(FakeReader({("pools", EASTUS2): (FULL,)}), clock, keeper)
    reader = FakeReader({("pools", EASTUS2): (FREE,)})
    found = look(reader, clock, keeper)
    assert judge(found) == set()
    assert ("pools", EASTUS2) in reader.asked
    assert ("pools", WESTUS3) not in reader.asked
    assert not found.regions[EASTUS2].pools.kept


@pytest.mark.parametrize(
    ("written", "asked_again"),
    [
        (None, True),
        ("nonsense", True),
        (timedelta(minutes=-6), False),
        (timedelta(minutes=-4), True),
        (timedelta(0), True),
    ],
)
def test_quota_that_was_read_before_the_fleet_deployed_is_asked_again(
    written: timedelta | str | None, asked_again: bool, keeper: FolderKeeper, clock: Clock
) -> None:
    look(FakeReader(), clock, keeper)
    clock.now += timedelta(minutes=1)
    stands = live_deployment(FLEET, "eastus2", {"key": "v32", "capacity": 50})
    if written is not None:
        when = written if isinstance(written, str) else (NOW + written).strftime("%Y-%m-%dT%H:%M:%S.1234567Z")
        stands = replace(stands, body={**stands.body, "systemData": {"lastModifiedAt": when}})
    reader = FakeReader({"fleet": (stands,)})
    found = look(reader, clock, keeper)
    assert [("pools", one) in reader.asked for one in (EASTUS2, WESTUS3)] == [asked_again, asked_again]
    assert found.regions[EASTUS2].pools.kept is not asked_again


def test_where_a_kept_list_leaves_no_place_at_all_every_region_is_asked_again(
    keeper: FolderKeeper, clock: Clock
) -> None:
    wanted = MatrixRequest(FLEET, catalogue())
    full, free = (FakeReader({("pools", region): (pool,) for region in (EASTUS2, WESTUS3)}) for pool in (FULL, FREE))
    with pytest.raises(Refused):
        matrix(wanted, full, clock, keeper=keeper)

    found = matrix(wanted, free, clock, keeper=keeper)

    assert [one.region for one in found.include] == [EASTUS2]


def test_a_matrix_of_kept_lists_asks_for_none_of_them(keeper: FolderKeeper, clock: Clock) -> None:
    wanted = MatrixRequest(FLEET, catalogue())
    matrix(wanted, FakeReader(), clock, keeper=keeper)
    reader = FakeReader()
    matrix(wanted, reader, clock, keeper=keeper)

    assert not {("models", EASTUS2), ("pools", EASTUS2)}.intersection(reader.asked)


def test_quota_says_how_old_its_lists_are(keeper: FolderKeeper, clock: Clock) -> None:
    wanted = QuotaRequest(FLEET, catalogue())
    first = quota(wanted, FakeReader(), clock, keeper=keeper)
    clock.now += timedelta(minutes=2)

    assert (first.oldest, quota(wanted, FakeReader(), clock, keeper=keeper).oldest) == (None, NOW)


def test_a_pool_that_a_kept_list_has_short_is_asked_again(keeper: FolderKeeper, clock: Clock) -> None:
    wanted = QuotaRequest(FLEET, catalogue())
    quota(wanted, FakeReader({("pools", EASTUS2): (FULL,)}), clock, keeper=keeper)
    found = quota(wanted, FakeReader({("pools", EASTUS2): (FREE,)}), clock, keeper=keeper)

    assert {row.answer for row in found.rows} == {Answer.YES}


def test_what_was_asked_again_is_kept_in_the_place_of_the_old(keeper: FolderKeeper, clock: Clock) -> None:
    look(FakeReader({("pools", EASTUS2): (FULL,)}), clock, keeper)
    look(FakeReader({("pools", EASTUS2): (FREE,)}), clock, keeper)
    reader = FakeReader()
    look(reader, clock, keeper)
    assert ("pools", EASTUS2) not in reader.asked


def test_a_failure_is_not_kept(keeper: FolderKeeper, clock: Clock) -> None:
    from tests.unit.surveying.test_survey import BUSY

    look(FakeReader({("pools", EASTUS2): BUSY}), clock, keeper)
    reader = FakeReader()
    assert look(reader, clock, keeper).regions[EASTUS2].pools.value == (FREE,)


def test_age_zero_asks_for_everything_and_keeps_it(tmp_path: Path, clock: Clock, keeper: FolderKeeper) -> None:
    look(FakeReader(), clock, keeper)
    refreshing = FolderKeeper(tmp_path / "survey", CLOUD, clock, timedelta(0))
    reader = FakeReader()
    look(reader, clock, refreshing)
    assert ("models", EASTUS2) in reader.asked


def test_another_cloud_is_another_truth(tmp_path: Path, clock: Clock, keeper: FolderKeeper) -> None:
    keeper.keep("pools/s/eastus2", (FREE,), NOW)
    other = FolderKeeper(tmp_path / "survey", "https://management.usgovcloudapi.net", clock, timedelta(minutes=5))
    assert (keeper.recall("pools/s/eastus2"), other.recall("pools/s/eastus2")) == (((FREE,), NOW), None)


@pytest.mark.parametrize("text", ["", "[]", "{}", "nonsense", '{"schema": "azserve/survey-cache/v1"}', "\x00"])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, keeper: FolderKeeper, text: str) -> None:
    keeper.keep("pools/s/eastus2", (FREE,), NOW)
    (file,) = (tmp_path / "survey").iterdir()
    file.write_text(text, encoding="utf-8")
    assert keeper.recall("pools/s/eastus2") is None


def test_an_answer_of_the_future_is_not_believed(keeper: FolderKeeper) -> None:
    keeper.keep("pools/s/eastus2", (FREE,), NOW + timedelta(hours=1))
    assert keeper.recall("pools/s/eastus2") is None


def test_a_folder_that_cannot_be_made_is_nobodys_concern(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    keeper = FolderKeeper(tmp_path / "file", CLOUD, clock, timedelta(minutes=5))
    keeper.keep("pools/s/eastus2", (FREE,), NOW)
    assert keeper.recall("pools/s/eastus2") is None


@pytest.mark.skipif(os.name != "posix", reason="permissions of files are POSIX's")
def test_only_the_user_may_read_what_is_kept(tmp_path: Path, keeper: FolderKeeper) -> None:
    keeper.keep("pools/s/eastus2", (FREE,), NOW)
    (file,) = (tmp_path / "survey").iterdir()
    assert [stat.S_IMODE(one.stat().st_mode) & 0o077 for one in (file, file.parent)] == [0, 0]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/azserve/survey"),
        ({"HOME": "/h"}, "/h/.cache/azserve/survey"),
        ({"XDG_CACHE_HOME": "", "HOME": "/h"}, "/h/.cache/azserve/survey"),
    ],
)
def test_the_folder_is_where_the_user_keeps_caches(environ: dict[str, str], expected: str) -> None:
    assert cache_folder(environ) == Path(expected)


POOLS = st.lists(st.builds(QuotaPool, st.text(), st.text(), st.floats(0, 1e9), st.floats(0, 1e9)), max_size=4)
SKUS = st.builds(
    OfferedSku, st.text(), st.text(), st.none() | st.integers(0, 9), rate_limits=st.just((RateLimit("token", 1, 60),))
)


@given(POOLS, SKUS)
def test_what_is_kept_comes_back_equal(
    tmp_path_factory: pytest.TempPathFactory, pools: list[QuotaPool], sku: OfferedSku
) -> None:
    keeper = FolderKeeper(tmp_path_factory.mktemp("kept"), CLOUD, lambda: NOW)
    models = tuple(replace(one, skus=(sku,), capabilities={"chat": "true"}) for one in offered(V32))
    places = (Location(Region("eastus2"), "East US 2", paired=Region("centralus")),)
    for name, value in {"pools/x": tuple(pools), "models/x": models, "locations/x": places}.items():
        keeper.keep(name, value, NOW)
        assert keeper.recall(name) == (value, NOW)
