"""From file, environment and flags to settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from azserve.catalogue import load_catalogue
from azserve.config import ConfigRequest, load, starter_text
from azserve.errors import Bug, ConfigurationError, Severity
from azserve.model.catalogue import Hosting
from azserve.model.names import EndpointKey, FleetId, Region
from azserve.model.settings import (
    AccessGrant,
    Blocklist,
    Capacity,
    Cloud,
    Connection,
    ContentFilter,
    Diagnostics,
    ExistingHost,
    FilterLevel,
    FilterPolicy,
    HostSettings,
    NetworkSettings,
    RegionChoice,
    Rollout,
    Settings,
    SignIn,
)

EXAMPLES = Path(__file__).parents[3] / "examples"
ONE = "11111111-1111-1111-1111-111111111111"
TWO = "22222222-2222-2222-2222-222222222222"
THREE = "33333333-3333-3333-3333-333333333333"
FOUR = "44444444-4444-4444-4444-444444444444"
IDENTITY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
SUBNET = "/subscriptions/x/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/ai"
ZONES = tuple(
    f"/subscriptions/x/resourceGroups/dns/providers/Microsoft.Network/privateDnsZones/{name}"
    for name in ("a.com", "b-{region}")
)
GROUP = "/subscriptions/s/resourceGroups/g-{region}/providers"
PROJECT = f"{GROUP}/Microsoft.MachineLearningServices/workspaces/proj"
LOGS = f"{GROUP}/Microsoft.OperationalInsights/workspaces/logs"
VAULT = f"{GROUP}/Microsoft.KeyVault/vaults/kv"
CATEGORIES = ("Hate", "Sexual", "Violence", "Selfharm")
OPEN = {"Violence": FilterLevel.OFF}
BODY = "fleet: a\nregions: [eastus2]\nendpoints: {p: {model: Phi-4, hosting: serverless}}\n"
PRODUCTION = {
    "SUBNET_PREFIX": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/vnet",
    "APP_OBJECT_ID": ONE,
    "PROD_SUBSCRIPTION": TWO,
}


def load_file(
    path: Path,
    environ: Mapping[str, str] | None = None,
    *,
    environment: str | None = None,
    flags: Mapping[str, str] | None = None,
) -> Settings:
    return load(ConfigRequest(load_catalogue(), path, environment, flags or {}, environ or {}))


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "azserve.yaml"


def load_text(
    written: Path, text: str, environ: Mapping[str, str] | None = None, **more: Mapping[str, str]
) -> Settings:
    written.write_text(text, encoding="utf-8")
    return load_file(written, environ, flags=more.get("flags"))


def codes(caught: pytest.ExceptionInfo[ConfigurationError]) -> list[str]:
    return [problem.code for problem in caught.value.problems]


def key(text: str) -> EndpointKey:
    return EndpointKey(text)


class TestTheThreeFleets:
    def test_the_seed_needs_three_of_four_regions_for_serverless_r1(self, written: Path) -> None:
        settings = load_text(
            written,
            "fleet: r1-chat\n"
            "regions: {need: 3, of: [eastus2, westus3, northcentralus, westus]}\n"
            "endpoints:\n  r1: {model: DeepSeek-R1, hosting: serverless}\n",
        )
        assert settings.fleet_id == FleetId("r1-chat")
        assert settings.regions == RegionChoice(
            of=(Region("eastus2"), Region("westus3"), Region("northcentralus"), Region("westus")), need=3
        )
        (r1,) = settings.endpoints.values()
        assert (r1.model, r1.hosting, r1.version, r1.sku, r1.capacity) == (
            "DeepSeek-R1",
            Hosting.SERVERLESS,
            None,
            None,
            None,
        )
        assert r1.where == f"{written}:4:3"

    def test_the_seeds_example_adds_a_foundry_deployment_in_one_region(self) -> None:
        settings = load_file(EXAMPLES / "deepseek-r1.yaml")
        v32 = settings.endpoints[key("v32")]
        assert (v32.hosting, v32.version, v32.sku) == (Hosting.FOUNDRY, "1", "GlobalStandard")
        assert v32.regions == RegionChoice(of=(Region("eastus2"),))

    def test_production_is_keyless_and_private_in_the_union(self) -> None:
        settings = load_file(EXAMPLES / "production-eu-private.yaml", PRODUCTION, environment="prod")
        assert settings.fleet_id == FleetId("support", "prod")
        assert settings.subscription == TWO
        assert settings.regions.within == ("eu",)
        assert settings.foundry.sign_in is SignIn.ENTRA
        assert settings.foundry.network == NetworkSettings(
            public=False, subnet=PRODUCTION["SUBNET_PREFIX"] + "-{region}/subnets/ai", dns="managed"
        )
        assert settings.foundry.access == (AccessGrant("call", ONE, principal_type="ServicePrincipal"),)
        assert settings.smoke.private
        chat = settings.endpoints[key("chat")]
        assert (chat.capacity, chat.content_filter) == (Capacity(50, 200), ContentFilter.STRICT)

    def test_its_development_overlay_is_public_small_and_short_lived(self) -> None:
        settings = load_file(EXAMPLES / "production-eu-private.yaml", PRODUCTION, environment="dev")
        assert settings.regions == RegionChoice(of=(Region("swedencentral"),), within=("eu",))
        assert settings.foundry.network == NetworkSettings(public=True)
        assert settings.foundry.sign_in is SignIn.ENTRA
        assert settings.ttl == timedelta(hours=72)
        assert settings.subscription is None

    def test_development_does_not_need_the_variables_of_production(self) -> None:
        environ = {name: value for name, value in PRODUCTION.items() if name != "PROD_SUBSCRIPTION"}
        assert load_file(EXAMPLES / "production-eu-private.yaml", environ, environment="dev").subscription is None

    def test_the_mixed_fleet_has_a_canary_and_narrower_endpoints(self) -> None:
        settings = load_file(EXAMPLES / "mixed-eight-regions.yaml")
        assert (len(settings.regions.of), settings.regions.need) == (8, 6)
        assert settings.rollout == Rollout(Region("eastus2"), "smoke", "keep")
        r1, cmd = settings.endpoints[key("r1")].regions, settings.endpoints[key("cmd")].regions
        assert r1 is not None
        assert (r1.need, len(r1.of)) == (2, 3)
        assert cmd == RegionChoice(of=(Region("eastus2"), Region("swedencentral")))
        assert settings.smoke.by_endpoint == {key("v32"): ("tools", "json")}
        assert (settings.smoke.budget_tokens, settings.smoke.budget_usd) == (200000, 5.0)

    def test_the_minimal_example_is_sound(self) -> None:
        assert load_file(EXAMPLES / "minimal-serverless.yaml").regions.need is None

    def test_the_starter_file_is_sound(self, written: Path) -> None:
        settings = load_text(written, starter_text("hello"))
        assert settings.fleet_id == FleetId("hello")
        assert not settings.warnings

    def test_the_starter_file_tells_editors_of_the_schema(self) -> None:
        assert starter_text().splitlines()[0] == "# yaml-language-server: $schema=azserve.schema.json"


class TestPrecedence:
    @pytest.mark.parametrize(
        ("flag", "ours", "file", "theirs", "expected"),
        [
            (ONE, TWO, THREE, THREE, ONE),
            (None, TWO, THREE, FOUR, TWO),
            (None, None, THREE, THREE, THREE),
            (None, None, None, FOUR, FOUR),
            (None, None, None, None, None),
            (None, "", None, "", None),
        ],
    )
    def test_flag_then_our_variable_then_file_then_azures_variable(
        self,
        written: Path,
        flag: str | None,
        ours: str | None,
        file: str | None,
        theirs: str | None,
        expected: str | None,
    ) -> None:
        environ = {"AZSERVE_SUBSCRIPTION_ID": ours, "AZURE_SUBSCRIPTION_ID": theirs}
        text = BODY + (f"subscription: {file}\n" if file else "")
        settings = load_text(
            written,
            text,
            {name: value for name, value in environ.items() if value is not None},
            flags={"subscription": flag} if flag else {},
        )
        assert settings.subscription == expected

    def test_a_file_and_a_variable_that_disagree_are_refused(self, written: Path) -> None:
        with pytest.raises(ConfigurationError) as caught:
            load_text(written, BODY + f"subscription: {ONE}\n", {"AZURE_SUBSCRIPTION_ID": TWO})
        assert codes(caught) == ["subscription-mismatch"]
        assert caught.value.where == f"{written}:4:15"

    def test_the_same_subscription_in_another_case_is_the_same(self, written: Path) -> None:
        upper = "AAAAAAAA-1111-1111-1111-111111111111"
        settings = load_text(written, BODY + f"subscription: {upper}\n", {"AZURE_SUBSCRIPTION_ID": upper.lower()})
        assert settings.subscription == upper.lower()

    def test_a_variable_that_is_no_subscription_is_named_as_the_place(self, written: Path) -> None:
        with pytest.raises(ConfigurationError) as caught:
            load_text(written, BODY, {"AZURE_SUBSCRIPTION_ID": "nope"})
        assert (codes(caught), caught.value.where) == (["subscription-invalid"], "AZURE_SUBSCRIPTION_ID")

    def test_the_tenant_is_filled_from_azures_variable(self, written: Path) -> None:
        assert load_text(written, BODY, {"AZURE_TENANT_ID": "contoso.com"}).tenant == "contoso.com"

    def test_a_file_is_named_by_path_then_variable_then_default(self) -> None:
        catalogue = load_catalogue()
        environ = {"AZSERVE_CONFIG": "other.yaml"}
        assert ConfigRequest(catalogue, Path("x.yaml"), environ=environ).file == Path("x.yaml")
        assert ConfigRequest(catalogue, environ=environ).file == Path("other.yaml")
        assert ConfigRequest(catalogue).file == Path("azserve.yaml")

    def test_a_flag_that_does_not_exist_is_our_bug(self, written: Path) -> None:
        with pytest.raises(Bug, match="colour"):
            load_text(written, BODY, flags={"colour": "red"})

    def test_a_region_may_have_a_subscription_of_its_own(self, written: Path) -> None:
        settings = load_text(written, BODY + f"subscription: {ONE}\nsubscriptions: {{East US 2: {TWO}}}\n")
        assert settings.subscription_in(Region("eastus2")) == TWO
        assert settings.subscription_in(Region("westus")) == ONE

    def test_templates_of_ones_own_lie_beside_the_file(self, written: Path) -> None:
        assert load_text(written, BODY + "templates: mine\n").templates == written.parent / "mine"


class TestClouds:
    @pytest.mark.parametrize(
        ("word", "cloud", "manager"),
        [
            ("public", Cloud.PUBLIC, "https://management.azure.com"),
            ("local", Cloud.LOCAL, "http://127.0.0.1:4190"),
            ("https://arm.example.org/", Cloud.URL, "https://arm.example.org"),
            ("http://127.0.0.1:9999", Cloud.URL, "http://127.0.0.1:9999"),
        ],
    )
    def test_a_word_or_an_address_says_where_arm_answers(
        self, written: Path, word: str, cloud: Cloud, manager: str
    ) -> None:
        settings = load_text(written, BODY, flags={"cloud": word})
        assert (settings.cloud.cloud, settings.cloud.manager) == (cloud, manager)

    @pytest.mark.parametrize(
        ("word", "regions", "authority"),
        [("usgov", "[usgovvirginia]", "https://login.microsoftonline.us"),
         ("china", "[chinanorth3]", "https://login.chinacloudapi.cn")],
    )  # fmt: skip
    def test_a_sovereign_cloud_has_its_own_regions_and_sign_in(
        self, written: Path, word: str, regions: str, authority: str
    ) -> None:
        settings = load_text(written, BODY.replace("[eastus2]", regions), {"AZSERVE_CLOUD": word})
        assert settings.cloud.authority == authority

    def test_the_local_cloud_is_where_the_emulator_says(self, written: Path) -> None:
        environ = {"AZSERVE_CLOUD": "local", "AZSERVE_EMULATOR": "http://127.0.0.1:5005/"}
        assert load_text(written, BODY, environ).cloud.manager == "http://127.0.0.1:5005"

    def test_an_emulator_alone_redirects_nothing(self, written: Path) -> None:
        settings = load_text(written, BODY, {"AZSERVE_EMULATOR": "http://127.0.0.1:5005"})
        assert settings.cloud.cloud is Cloud.PUBLIC

    def test_another_cloud_signs_in_where_azures_variable_says(self, written: Path) -> None:
        environ = {"AZURE_AUTHORITY_HOST": "login.example.org"}
        settings = load_text(written, BODY, environ, flags={"cloud": "https://arm.example.org"})
        assert settings.cloud.authority == "https://login.example.org"

    @pytest.mark.parametrize(
        "address", ["https://", "https://user:pw@x", "https://x?a=b", "ftp://x", "https://x:99999", "https://[::"]
    )
    def test_an_address_that_cannot_be_used_is_refused(self, written: Path, address: str) -> None:
        with pytest.raises(ConfigurationError) as caught:
            load_text(written, BODY, flags={"cloud": address})
        assert codes(caught) == ["unknown-cloud"]
        assert "pw" not in str(caught.value.problems)

    def test_an_emulator_elsewhere_needs_encryption(self, written: Path) -> None:
        environ = {"AZSERVE_CLOUD": "local", "AZSERVE_EMULATOR": "http://10.0.0.1:80"}
        with pytest.raises(ConfigurationError) as caught:
            load_text(written, BODY, environ)
        assert (codes(caught), caught.value.where) == (["cloud-insecure"], "AZSERVE_EMULATOR")


class TestEnvironments:
    TEXT = BODY + "environments: {dev: {tags: {a: b}}, prod: {regions: [westus3]}}\n"

    def test_one_must_be_named_where_there_are_some(self, written: Path) -> None:
        with pytest.raises(ConfigurationError) as caught:
            load_text(written, self.TEXT)
        assert codes(caught) == ["environment-missing"]
        assert "`dev`, `prod`" in str(caught.value.hint)

    def test_the_variable_names_one(self, written: Path) -> None:
        assert load_text(written, self.TEXT, {"AZSERVE_ENV": "prod"}).regions.of == ("westus3",)

    def test_the_option_stands_over_the_variable(self, written: Path) -> None:
        written.write_text(self.TEXT)
        assert load_file(written, {"AZSERVE_ENV": "prod"}, environment="dev").fleet_id.environment == "dev"

    def test_a_mistyped_one_gets_a_suggestion(self, written: Path) -> None:
        written.write_text(self.TEXT)
        with pytest.raises(ConfigurationError) as caught:
            load_file(written, environment="prd")
        assert caught.value.code == "unknown-environment"
        assert caught.value.where == "--env"
        assert "did you mean `prod`?" in str(caught.value.hint)

    def test_naming_one_where_there_are_none_is_refused(self, written: Path) -> None:
        with pytest.raises(ConfigurationError) as caught:
            load_text(written, BODY, {"AZSERVE_ENV": "dev"})
        assert (caught.value.code, caught.value.where) == ("unknown-environment", "AZSERVE_ENV")

    def test_problems_elsewhere_are_told_although_none_was_named(self, written: Path) -> None:
        with pytest.raises(ConfigurationError) as caught:
            load_text(written, self.TEXT.replace("eastus2", "eastus22"))
        assert sorted(codes(caught)) == ["environment-missing", "unknown-region"]

    def test_environments_that_are_no_map_are_refused(self, written: Path) -> None:
        with pytest.raises(ConfigurationError) as caught:
            load_text(written, BODY + "environments: [dev]\n")
        assert codes(caught) == ["wrong-type"]

    def test_maps_merge_lists_replace_and_null_removes(self, written: Path) -> None:
        settings = load_text(
            written,
            BODY.replace("[eastus2]", "{need: 1, of: [eastus2, westus]}")
            + "tags: {keep: x, drop: y, change: z}\nttl: 3d\n"
            "environments: {e: {tags: {drop: null, change: w, add: v}, regions: {of: [westus3]}, ttl: ~}}\n",
            {"AZSERVE_ENV": "e"},
        )
        assert settings.tags == {"keep": "x", "change": "w", "add": "v"}
        assert settings.regions == RegionChoice(of=(Region("westus3"),), need=1)
        assert settings.ttl is None


class TestEndpoints:
    def load_endpoint(self, written: Path, body: str, rest: str = "") -> Settings:
        return load_text(written, f"fleet: a\nregions: [eastus2]\nendpoints:\n  e: {{{body}}}\n{rest}")

    def test_the_latest_version_is_pinned_from_the_catalogue(self, written: Path) -> None:
        settings = self.load_endpoint(written, "model: gpt-4o, version: latest")
        assert settings.endpoints[key("e")].version == "2024-11-20"

    @pytest.mark.parametrize(("written_as", "version"), [("1", "1"), ('"1"', "1"), ("2025-08-07", "2025-08-07")])
    def test_a_version_is_text_however_it_is_written(self, written: Path, written_as: str, version: str) -> None:
        assert (
            self.load_endpoint(written, f"model: DeepSeek-V3.2, version: {written_as}").endpoints[key("e")].version
            == version
        )

    def test_a_version_the_catalogue_does_not_know_is_a_warning(self, written: Path) -> None:
        settings = self.load_endpoint(written, 'model: DeepSeek-V3.2, version: "2"')
        (warning,) = settings.warnings
        assert (warning.code, warning.severity) == ("unknown-version", Severity.WARNING)

    @pytest.mark.parametrize(
        ("said", "capacity"),
        [
            ("", Capacity(1, 1)),
            (", capacity: 50", Capacity(50, 50)),
            (", capacity: {min: 5}", Capacity(5, 5)),
            (", capacity: {target: 9}", Capacity(9, 9)),
            (", capacity: {min: 5, target: 9}", Capacity(5, 9)),
            (', capacity: "${N}"', Capacity(7, 7)),
        ],
    )
    def test_capacity_is_a_range(self, written: Path, said: str, capacity: Capacity) -> None:
        written.write_text(
            f"fleet: a\nregions: [eastus2]\nendpoints: {{e: {{model: DeepSeek-V3.2, version: 1{said}}}}}"
        )
        assert load_file(written, {"N": "7"}).endpoints[key("e")].capacity == capacity

    def test_a_sku_that_is_left_out_is_global_standard(self, written: Path) -> None:
        settings = self.load_endpoint(written, "model: DeepSeek-V3.2, version: 1")
        assert settings.endpoints[key("e")].sku == "GlobalStandard"

    def test_what_an_endpoint_leaves_open_the_fleets_regions_decide(self, written: Path) -> None:
        settings = load_text(
            written,
            "fleet: a\nregions: {need: 2, of: [swedencentral, francecentral], within: eu}\n"
            "endpoints: {e: {model: DeepSeek-V3.2, version: 1, regions: {need: 1}}}\n",
        )
        assert settings.endpoints[key("e")].regions == RegionChoice(
            of=(Region("swedencentral"), Region("francecentral")), need=1, within=("eu",)
        )

    def test_regions_on_endpoints_alone_are_the_fleets(self, written: Path) -> None:
        settings = load_text(
            written,
            "fleet: a\nendpoints:\n  a: {model: Phi-4, hosting: serverless, regions: [westus]}\n"
            "  b: {model: DeepSeek-R1, hosting: serverless, regions: [eastus2, westus]}\n",
        )
        assert settings.regions.of == ("westus", "eastus2")

    def test_a_model_that_was_retired_is_no_mistake_of_the_file(self, written: Path) -> None:
        assert not self.load_endpoint(written, "model: Cohere-command-r-08-2024, hosting: serverless").warnings

    def test_the_hosts_keep_what_was_said_of_them(self, written: Path) -> None:
        settings = self.load_endpoint(
            written,
            "model: Phi-4, hosting: serverless",
            "serverless:\n  existing: {group: g, hub: 'h-{region}', vault: 'kv-{env}', storage: sto}\n"
            f"  identity: {IDENTITY}\n  sign_in: both\n  access: [{{self: true, role: manage}}]\n"
            f"foundry:\n  network: {{public: true, private: {{subnet: {SUBNET}, dns: [{ZONES[0]}, '{ZONES[1]}']}}}}\n",
        )
        assert settings.serverless.existing == ExistingHost(
            group="g", hub="h-{region}", vault="kv-{env}", storage="sto"
        )
        assert (settings.serverless.identity, settings.serverless.sign_in) == (IDENTITY, SignIn.BOTH)
        assert settings.serverless.access == (AccessGrant("manage", self_=True),)
        assert settings.foundry.network == NetworkSettings(True, SUBNET, ZONES)

    def test_what_stands_around_the_hosts_is_kept(self, written: Path) -> None:
        settings = self.load_endpoint(
            written,
            "model: DeepSeek-V3.2, version: '1', content_filter: house",
            f"serverless:\n  connections: [{{project: '{PROJECT}', endpoints: []}}]\n  diagnostics: '{LOGS}'\n"
            f"foundry:\n  lock: true\n  export_keys: '{VAULT}'\n  identity: {IDENTITY}\n"
            f"  encryption_key: https://kv.vault.azure.net/keys/ai/0123\n"
            f"  diagnostics: {{workspace: '{LOGS}', logs: audit, metrics: false}}\n"
            "  filters: {house: {severity: low, violence: off, blocklists: [rivals]}}\n"
            "  blocklists: {rivals: {description: d, terms: [Contoso], patterns: ['a+']}}\n",
        )

        (endpoint,) = settings.endpoints.values()
        assert (endpoint.content_filter, endpoint.filter_name) == (ContentFilter.DEFAULT, "house")
        assert settings.serverless.connections == (Connection(PROJECT),)
        assert settings.serverless.diagnostics == Diagnostics(LOGS)
        assert settings.foundry == HostSettings(
            lock=True,
            export_keys=VAULT,
            identity=IDENTITY,
            encryption_key="https://kv.vault.azure.net/keys/ai/0123",
            diagnostics=Diagnostics(LOGS, logs="audit", metrics=False),
            filters=(FilterPolicy("house", {**dict.fromkeys(CATEGORIES, FilterLevel.LOW), **OPEN}, ("rivals",)),),
            blocklists=(Blocklist("rivals", "d", ("Contoso",), ("a+",)),),
        )

    def test_hostile_text_stays_text(self, written: Path) -> None:
        text = "[concat('x')] ${x} \"'\\ {{ 7*7 }} 🚀"
        settings = load_text(written, BODY + 'tags: {a: "${HOSTILE}"}\n', {"HOSTILE": text})
        assert settings.tags == {"a": text}


class TestLimits:
    def many(self, count: int, regions: str) -> str:
        lines = [f"  e{i}: {{model: DeepSeek-V3.2, version: '1', capacity: 1}}" for i in range(count)]
        return f"fleet: a\nregions: {regions}\nendpoints:\n" + "\n".join(lines)

    def test_an_account_holds_thirty_two_deployments(self, written: Path) -> None:
        assert len(load_text(written, self.many(32, "[eastus2]")).endpoints) == 32

    def test_one_more_is_refused_with_the_limit(self, written: Path) -> None:
        with pytest.raises(ConfigurationError, match="33 Foundry deployments are needed in `eastus2`") as caught:
            load_text(written, self.many(33, "[eastus2]"))
        assert codes(caught) == ["limit-deployments"]

    def test_too_many_for_all_candidates_together_are_refused(self, written: Path) -> None:
        with pytest.raises(ConfigurationError, match="65 Foundry deployments are needed in 2 regions"):
            load_text(written, self.many(65, "{need: 1, of: [eastus2, westus]}"))

    def test_five_thousand_endpoints_are_refused_in_one_line(self, written: Path) -> None:
        with pytest.raises(ConfigurationError, match="5,000 Foundry deployments") as caught:
            load_text(written, self.many(5000, "[eastus2, westus3]"))
        assert codes(caught) == ["limit-deployments"]

    def test_more_than_a_hundred_problems_are_counted(self, written: Path) -> None:
        lines = "\n".join(f"  e{i}: {{model: Phi-4, hosting: serverless}}" for i in range(5000))
        with pytest.raises(ConfigurationError) as caught:
            load_text(written, f"fleet: a\nregions: [eastus2]\nendpoints:\n{lines}")
        assert len(caught.value.problems) == 101
        assert caught.value.problems[-1].message == "there are 4,899 more problems"

    def test_more_tags_than_azure_takes_are_refused(self, written: Path) -> None:
        tags = ", ".join(f"t{i}: x" for i in range(48))
        assert len(load_text(written, BODY + f"tags: {{{tags}}}").tags) == 48
        with pytest.raises(ConfigurationError) as caught:
            load_text(written, BODY + f"tags: {{{tags}, one-more: x}}")
        assert "limit-tags" in codes(caught)
