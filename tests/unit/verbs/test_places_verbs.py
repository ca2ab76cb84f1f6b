"""`regions`, `quota` and `matrix`: where the fleet can go, what room it finds, and where it was decided to go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.unit.planning.worlds import NOW, V32_POOL, catalogue, facts, live_deployment, offered, settings
from tests.unit.surveying.test_survey import FakeReader as Reader

from azserve.errors import AzureFailed, Refused
from azserve.model.facts import Permissions, PermissionSet, QuotaPool
from azserve.model.names import Region
from azserve.model.outlook import QuotaRow, RegionsResult
from azserve.model.settings import Settings
from azserve.model.verdict import Answer
from azserve.planning.everywhere import every_region
from azserve.verbs.matrix import MatrixRequest, matrix
from azserve.verbs.quota import QuotaRequest, quota
from azserve.verbs.regions import RegionsRequest, regions

EASTUS2, WESTUS3, SWEDEN = Region("eastus2"), Region("westus3"), Region("swedencentral")
V32 = {"model": "DeepSeek-V3.2", "version": "1", "capacity": 50}
R1 = {"model": "DeepSeek-R1", "hosting": "serverless"}
ALL = Permissions("s", (PermissionSet(("*",), data_actions=("*",)),))
BUSY = AzureFailed("slow down", code="TooManyRequests")
NO_MODELS = offered({"name": "another"})


class FakeReader(Reader):
    """One whose caller may do everything."""

    def __init__(self, answers: Mapping[object, object] | None = None) -> None:
        super().__init__({"permissions": ALL, **(answers or {})})


def placed(wanted: Settings, reader: FakeReader | None = None, **more: Any) -> RegionsResult:
    return regions(RegionsRequest(wanted, catalogue(), **more), reader or FakeReader(), lambda: NOW)


def pools(reader: FakeReader, endpoints: Mapping[str, Mapping[str, Any]] | None = None) -> list[QuotaRow]:
    wanted = settings(endpoints or {"v32": V32}, ["eastus2"])
    return list(quota(QuotaRequest(wanted, catalogue()), reader, lambda: NOW).rows)


def pool(current: float, limit: float, name: str = V32_POOL) -> QuotaPool:
    return QuotaPool(name, "label", current, limit)


def test_every_region_of_the_cloud_is_judged_the_files_own_first() -> None:
    result = placed(settings({"r1": R1}, ["westus3", "eastus2"]))
    assert len(result.rows) == len(catalogue().regions)
    assert [row.region for row in result.rows[:2]] == [WESTUS3, EASTUS2]
    assert [row.candidate for row in result.rows[:3]] == [True, True, False]


def test_regions_that_meet_the_need_come_before_those_that_may_and_those_that_do_not() -> None:
    reader = FakeReader({("models", WESTUS3): BUSY, ("models", SWEDEN): NO_MODELS})
    rows = placed(settings({"v32": V32}), reader, regions=(SWEDEN, WESTUS3, EASTUS2)).rows
    assert [(row.region, row.answer) for row in rows] == [
        (EASTUS2, Answer.YES), (WESTUS3, Answer.UNKNOWN), (SWEDEN, Answer.NO),
    ]  # fmt: skip


def test_a_region_is_as_good_as_the_worst_endpoint_that_goes_there() -> None:
    rows = placed(settings({"r1": R1, "v32": V32}), regions=(SWEDEN,)).rows
    assert ({one.answer for one in rows[0].verdicts}, rows[0].answer) == ({Answer.YES, Answer.NO}, Answer.NO)


def test_an_endpoint_with_regions_of_its_own_does_not_spoil_others() -> None:
    wanted = settings({"r1": {**R1, "regions": ["eastus2"]}, "v32": V32})
    assert placed(wanted, regions=(SWEDEN,)).rows[0].answer is Answer.YES


def test_a_model_without_a_file_may_go_where_either_hosting_can() -> None:
    rows = placed(settings({"serverless": R1, "foundry": V32}), regions=(SWEDEN,), of_fleet=False).rows
    assert (rows[0].answer, rows[0].candidate) == (Answer.YES, False)


def test_boundaries_of_the_file_hold_for_every_region() -> None:
    wanted = settings({"r1": R1}, {"of": ["swedencentral"], "within": "eu"})
    row = next(row for row in placed(wanted).rows if row.region == EASTUS2)
    assert "boundary" in {reason.code for reason in row.verdicts[0].reasons}


def test_regions_of_another_cloud_are_not_listed() -> None:
    from azserve.catalogue import load_catalogue

    assert not {"usgovvirginia", "chinaeast2"}.intersection(every_region(settings({"r1": R1}), load_catalogue()))


def test_a_pool_is_told_with_what_the_fleet_and_others_hold() -> None:
    wanted = settings({"v32": V32}, ["eastus2"])
    live = facts(live=[live_deployment(wanted, "eastus2", {"key": "v32", "capacity": 50})]).live.value
    row = pools(FakeReader({("pools", EASTUS2): (pool(170, 1000),), "fleet": live}))[0]
    assert (row.limit, row.held, row.others, row.asked, row.left, row.answer) == (1000, 50, 120, 50, 830, Answer.YES)


@pytest.mark.parametrize(("limit", "answer"), [(170, Answer.YES), (169, Answer.NO)])
def test_a_pool_is_short_by_one_unit_or_not(limit: float, answer: Answer) -> None:
    assert pools(FakeReader({("pools", EASTUS2): (pool(120, limit),)}))[0].answer is answer


def test_a_short_pool_says_what_to_raise() -> None:
    row = pools(FakeReader({("pools", EASTUS2): (pool(120, 160),)}))[0]
    assert (row.left, row.hint) == (40, f"raise the quota `{V32_POOL}` by 10, or lower `capacity` of `v32` to 40")


def test_endpoints_that_share_a_pool_share_its_row() -> None:
    rows = pools(FakeReader(), {"a": V32, "b": V32})
    assert (rows[0].endpoints, rows[0].asked) == (("a", "b"), 100)


def test_an_unreadable_region_is_neither_empty_nor_plenty() -> None:
    rows = pools(FakeReader({("models", EASTUS2): BUSY}))
    assert (rows[0].answer, rows[0].limit, rows[0].left) == (Answer.UNKNOWN, None, None)


def test_unreadable_usages_leave_the_pool_known_and_its_room_unknown() -> None:
    (row, *_) = pools(FakeReader({("pools", EASTUS2): BUSY}))
    assert (row.pool, row.answer, row.limit, row.asked) == (V32_POOL, Answer.UNKNOWN, None, 50)


@pytest.mark.parametrize(("taken", "answer"), [(99, Answer.YES), (100, Answer.NO)])
def test_accounts_of_a_region_are_counted(taken: int, answer: Answer) -> None:
    reader = FakeReader({("pools", EASTUS2): (pool(0, 1000), pool(taken, 100, "AIServices.S0.AccountCount"))})
    row = next(row for row in pools(reader) if row.pool.endswith("AccountCount"))
    assert (row.answer, row.asked) == (answer, 1)


@pytest.mark.parametrize(("count", "answer"), [(32, Answer.YES), (33, Answer.NO)])
def test_deployments_of_an_account_are_counted(count: int, answer: Answer) -> None:
    row = pools(FakeReader(), {f"e{at}": {**V32, "capacity": 1} for at in range(count)})[-1]
    assert (row.pool, row.limit, row.asked, row.answer) == ("deployments per account", 32, count, answer)


def test_serverless_endpoints_use_no_quota() -> None:
    assert pools(FakeReader(), {"r1": R1}) == []


def test_the_matrix_holds_the_chosen_regions_with_their_endpoints() -> None:
    wanted = settings({"r1": R1, "v32": {**V32, "regions": ["westus3"]}}, {"need": 1, "of": ["eastus2", "westus3"]})
    found = matrix(MatrixRequest(wanted, catalogue()), FakeReader(), lambda: NOW)
    assert [(one.region, one.endpoints) for one in found.include] == [(EASTUS2, ("r1",)), (WESTUS3, ("v32",))]


def test_the_matrix_is_refused_where_the_need_cannot_be_met() -> None:
    with pytest.raises(Refused):
        matrix(MatrixRequest(settings({"v32": V32}), catalogue()),
               FakeReader({("models", EASTUS2): NO_MODELS}), lambda: NOW)  # fmt: skip


def test_regions_name_what_a_plan_would_choose_and_who_comes_next() -> None:
    wanted = settings({"v32": V32}, {"need": 1, "of": ["eastus2", "westus3"]})
    found = placed(wanted, regions=(EASTUS2, WESTUS3)).decided
    assert found is not None
    assert (found.chosen, found.fallbacks) == ((EASTUS2,), (WESTUS3,))


def test_regions_say_the_smallest_change_where_the_need_cannot_be_met() -> None:
    reader = FakeReader({("pools", EASTUS2): (pool(960, 1000),)})
    found = placed(settings({"v32": V32}, ["eastus2"]), reader, regions=(EASTUS2,)).decided
    assert found is not None
    assert found.refused is not None
    assert (found.chosen, found.refused.hint) == (
        (), f"in `eastus2` raise the quota `{V32_POOL}` by 10, or lower `capacity` of `v32` to 40",
    )  # fmt: skip


def test_regions_that_leave_a_candidate_out_do_not_say_what_is_chosen() -> None:
    wanted = settings({"v32": V32}, ["eastus2", "westus3"])
    assert placed(wanted, regions=(EASTUS2,)).decided is None
