"""`azserve doctor`: whether this machine, this sign-in and this subscription can do what the file asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from azserve.errors import AzserveError, Refused
from azserve.model.artifact import RegionArtifact
from azserve.model.catalogue import Catalogue, Hosting
from azserve.model.diagnosis import CheckState, PipelineToken, Ring, TokenFacts
from azserve.model.facts import Permissions
from azserve.model.outlook import DoctorCheck, DoctorResult
from azserve.model.progress import Event, Progress, Stage, silent
from azserve.model.resource_id import ResourceId
from azserve.model.settings import Cloud, Settings, SignIn
from azserve.planning.choosing import OnUnknown, place
from azserve.planning.rights import Need, namespaces, needed
from azserve.rendering.render import render
from azserve.rendering.templates import TemplateSet
from azserve.surveying.ports import AzureReader, SelfKnowledge
from azserve.surveying.survey import offline_facts
from azserve.threads import side_by_side
from azserve.verbs.ports import AzurePorts, Clock
from azserve.verbs.standing import standing

SHORT: Final = timedelta(minutes=10)
"""A token with less left may end in the middle of a deploy that cannot get another."""
SKEW_WARNS_S: Final = 60.0
SKEW_FAILS_S: Final = 300.0
"""Entra allows five minutes between clocks (documented 2025)."""
DATA_AUDIENCES: Final = {
    Hosting.FOUNDRY: "https://cognitiveservices.azure.com",
    Hosting.SERVERLESS: "https://ml.azure.com",
}


@dataclass(frozen=True, slots=True)
class DoctorRequest:
    """Whose surroundings to look at."""

    settings: Settings
    catalogue: Catalogue
    environ: Mapping[str, str]
    """The process's: a pipeline says in it what it is."""


def doctor(request: DoctorRequest, azure: AzurePorts, clock: Clock, progress: Progress = silent) -> DoctorResult:
    """Look at everything; what goes wrong on the way is a check that failed, not an error.

    Where nobody is signed in, what Azure would have to be asked for is left out.
    """
    look = _Look(request, azure, clock, progress)
    signed_in = tuple(look.sign_in())
    asked = () if DoctorResult(signed_in).failed() else (*look.subscription(), *look.rights(), *look.providers())
    return DoctorResult((*signed_in, *asked, *look.network(), *look.pipeline()))


class _Look:
    """One examination."""

    def __init__(self, request: DoctorRequest, azure: AzurePorts, clock: Clock, progress: Progress) -> None:
        self._request = request
        self._settings = request.settings
        self._azure = azure
        self._reader: AzureReader = azure.reader
        self._knowledge: SelfKnowledge = azure.knowledge
        self._clock = clock
        self._progress = progress
        self._artifacts = _rendered(request, clock)

    def sign_in(self) -> Iterator[DoctorCheck]:
        """Yield who azserve is to Azure, and for how long, at the manager and at the models."""
        manager = self._settings.cloud.audience
        yield from self._token(manager, "manager")
        for hosting, host in (
            (Hosting.SERVERLESS, self._settings.serverless),
            (Hosting.FOUNDRY, self._settings.foundry),
        ):
            used = any(one.hosting is hosting for one in self._settings.endpoints.values())
            if used and host.sign_in is not SignIn.KEY:
                yield from self._token(DATA_AUDIENCES[hosting], f"{hosting} models")

    def _token(self, audience: str, name: str) -> Iterator[DoctorCheck]:
        self._tell("sign-in", name)
        try:
            token = self._knowledge.token(audience)
        except AzserveError as error:
            yield _from_error("sign-in", f"token, {name}", error)
            return
        if name == "manager":
            yield DoctorCheck("sign-in", "identity", CheckState.OK, _who(token, self._knowledge.method))
            yield from self._tenant(token)
        left = token.expires_at - self._clock()
        state = CheckState.WARNING if left < SHORT else CheckState.OK
        hint = "sign in again before a long deploy" if left < SHORT else None
        audience = urlsplit(token.audience).hostname or token.audience
        yield DoctorCheck("sign-in", f"token, {name}", state, f"for {audience}, {_minutes(left)} left", hint)

    def _tenant(self, token: TokenFacts) -> Iterator[DoctorCheck]:
        expected = self._settings.tenant
        if not token.tenant:
            return
        if expected and expected.lower() != token.tenant.lower():
            hint = f"sign in to the tenant of the file: `az login --tenant {expected}`"
            found = f"{token.tenant}, and the file says {expected}"
            yield DoctorCheck("sign-in", "tenant", CheckState.FAILED, found, hint)
        else:
            yield DoctorCheck("sign-in", "tenant", CheckState.OK, token.tenant)

    def subscription(self) -> Iterator[DoctorCheck]:
        """Yield whether each subscription takes writes."""
        for one in self._subscriptions():
            self._tell("subscription", one)
            try:
                state = self._reader.subscription(one)
            except AzserveError as error:
                yield _from_error("subscription", "state", error)
                continue
            contract = f", {state.quota_id}" if state.quota_id else ""
            found = f"{state.name or 'it'} is {state.state}{contract}; {one}"
            if not state.takes_writes:
                hint = "have it enabled again in the portal, or use another"
                yield DoctorCheck("subscription", "state", CheckState.FAILED, found, hint)
            elif state.quota_id and "freetrial" in state.quota_id.lower():
                hint = "a free subscription has no quota for most models and buys no partner's offers"
                yield DoctorCheck("subscription", "state", CheckState.WARNING, found, hint)
            else:
                yield DoctorCheck("subscription", "state", CheckState.OK, found)

    def rights(self) -> Iterator[DoctorCheck]:
        """Yield the actions that are missing, exactly, at each scope that is written to."""
        needs = needed(self._settings, self._artifacts)
        for scope in self._scopes():
            self._tell("rights", str(scope))
            name = "the subscription" if isinstance(scope, str) else f"group {scope.name}"
            try:
                held = self._reader.permissions(scope)
            except AzserveError as error:
                yield _from_error("rights", name, error)
                continue
            yield from _missing(name, needs, held)

    def providers(self) -> Iterator[DoctorCheck]:
        """Yield whether each resource provider is registered."""
        pairs = [(one, namespace) for one in self._subscriptions() for namespace in namespaces(self._artifacts)]
        self._tell("providers", f"{len(pairs)} of them")

        def look(pair: tuple[str, str]) -> DoctorCheck | str:
            subscription, namespace = pair
            try:
                found = self._reader.provider(subscription, namespace)
            except AzserveError as error:
                return _from_error("providers", namespace, error)
            if found.registered:
                return namespace
            hint = f"register it once: `az provider register --namespace {namespace} --subscription {subscription}`"
            return DoctorCheck("providers", namespace, CheckState.FAILED, found.state, hint)

        looked = side_by_side(look, pairs)
        registered = dict.fromkeys(one for one in looked if isinstance(one, str))
        if registered:
            yield DoctorCheck("providers", "registered", CheckState.OK, ", ".join(registered))
        yield from (one for one in looked if not isinstance(one, str))

    def network(self) -> Iterator[DoctorCheck]:
        """Yield whether each host answers and how soon, and how far this machine's clock is off."""
        urls = self._hosts()
        self._tell("network", ", ".join(filter(None, (urlsplit(url).hostname for url in urls.values()))))
        rings = side_by_side(self._ring, list(urls.items()))
        yield from (check for check, _ in rings)
        if self._settings.cloud.cloud is not Cloud.LOCAL:  # which keeps a time of its own
            yield from _clock_check([ring for _, ring in rings if ring is not None])

    def pipeline(self) -> Iterator[DoctorCheck]:
        """Yield the subject that this pipeline presents, and the one that a federated credential has to have."""
        try:
            token = self._knowledge.pipeline()
        except AzserveError as error:
            yield _from_error("pipeline", "token", error)
            return
        if token is not None:
            yield _subject(token, self._request.environ, self._settings)

    def _hosts(self) -> dict[str, str]:
        """Return the hosts to knock at, by what they are."""
        cloud = self._settings.cloud
        hosts = {"Azure Resource Manager": cloud.manager}
        if cloud.authority:
            hosts["Entra"] = cloud.authority
        try:
            found = standing(self._settings, self._request.catalogue, self._azure, self._clock)
        except AzserveError:
            return hosts  # nothing is deployed, or nobody may look: then there is no model to knock at
        return {**hosts, **{f"{one.key} in {one.region}": one.uri for one in found if one.uri}}

    def _ring(self, host: tuple[str, str]) -> tuple[DoctorCheck, Ring | None]:
        name, url = host
        try:
            ring = self._knowledge.ring(url)
        except AzserveError as error:
            return _from_error("network", name, error), None
        found = f"{urlsplit(url).hostname} answers"
        return DoctorCheck("network", name, CheckState.OK, found, seconds=ring.seconds), ring

    def _subscriptions(self) -> tuple[str, ...]:
        every = (self._settings.subscription, *self._settings.subscriptions.values())
        return tuple(dict.fromkeys(one for one in every if one))

    def _scopes(self) -> tuple[str | ResourceId, ...]:
        """Return what is written to: a group that is there already, else its subscription by its id."""
        estates = [artifact.estate for artifact in self._artifacts]
        scopes = (
            ResourceId.of_group(one.subscription, one.group) if one.group_exists else one.subscription
            for one in estates
        )
        return tuple(dict.fromkeys(scopes)) or self._subscriptions()

    def _tell(self, area: str, what: str) -> None:
        self._progress(Event("doctor", area, Stage.GOING, what))


def _rendered(request: DoctorRequest, clock: Clock) -> tuple[RegionArtifact, ...]:
    """Return what a deploy would write by the published facts: what has to be allowed follows from it."""
    settings, now = request.settings, clock()
    facts = offline_facts(settings, request.catalogue, now)
    try:
        placement = place(settings, request.catalogue, facts, now.date(), on_unknown=OnUnknown.TRY)
    except Refused:
        return ()
    return render(placement, TemplateSet(settings.templates), formats=()).regions


def _missing(name: str, needs: Sequence[Need], held: Permissions) -> Iterator[DoctorCheck]:
    lacking = [one for one in needs if not (held.allows_data(one.action) if one.data else held.allows(one.action))]
    control = [one for one in lacking if not one.data]
    data = [one for one in lacking if one.data]
    asked = sum(1 for one in needs if not one.data)
    if not control:
        yield DoctorCheck("rights", name, CheckState.OK, f"all {asked} actions that the file needs are allowed")
    else:
        hint = "ask for Contributor there, or for a role that has exactly these actions"
        if any("roleAssignments/write" in one.action for one in control):
            hint = (
                "role assignments take Owner or Role Based Access Control Administrator; Contributor cannot make them"
            )
        found = f"{len(control)} of {asked} actions are missing"
        yield DoctorCheck("rights", name, CheckState.FAILED, found, hint, details=_listed(control))
    if data:
        hint = "Contributor has no data actions: add `access: [{self: true, role: call}]`, or ask for the role \
Cognitive Services User"
        found = f"{len(data)} data actions are missing"
        yield DoctorCheck("rights", f"{name}, data", CheckState.WARNING, found, hint, details=_listed(data))


def _listed(needs: Sequence[Need]) -> tuple[str, ...]:
    return tuple(f"{one.action}, to {one.why}" for one in needs)


def _clock_check(rings: Sequence[Ring]) -> Iterator[DoctorCheck]:
    """Compare clocks by the first host that tells the time; half the round trip and its whole second are its due."""
    ring = next((one for one in rings if one.date is not None), None)
    if ring is None or ring.date is None:
        return
    off = (ring.answered_at - ring.date).total_seconds()
    slack = ring.seconds + 1.0
    skew = 0.0 if abs(off) <= slack else off
    name = urlsplit(ring.url).hostname or ring.url
    if abs(skew) < SKEW_WARNS_S:
        yield DoctorCheck("clock", name, CheckState.OK, f"within {max(1.0, abs(skew)):.0f} s of this machine's")
        return
    state = CheckState.FAILED if abs(skew) >= SKEW_FAILS_S else CheckState.WARNING
    found = f"this machine's clock is {abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}"
    yield DoctorCheck("clock", name, state, found, "set the clock (NTP): tokens are refused beyond five minutes")


def _subject(token: PipelineToken, environ: Mapping[str, str], settings: Settings) -> DoctorCheck:
    expected = expected_subject(environ, settings.fleet_id.environment)
    found = f"presents {token.subject} of {token.issuer} for {token.audience}"
    if expected is None or token.subject == expected:
        app = environ.get("AZURE_CLIENT_ID", "the app it signs in as")
        hint = f"a federated credential of {app} has to have exactly this issuer, subject and audience"
        return DoctorCheck("pipeline", "subject", CheckState.OK, found, hint)
    environment = settings.fleet_id.environment
    change = "change the subject of the federated credential"
    hint = f"give the job `environment: {environment}`, or {change}" if environment else change
    return DoctorCheck("pipeline", "subject", CheckState.WARNING, f"{found}; expected {expected}", hint)


def expected_subject(environ: Mapping[str, str], environment: str | None) -> str | None:
    """Return the subject that GitHub gives a job of an environment (documented 2025); None where it cannot be told."""
    repository = environ.get("GITHUB_REPOSITORY")
    if not repository:
        return None
    if environment:
        return f"repo:{repository}:environment:{environment}"
    if environ.get("GITHUB_EVENT_NAME") == "pull_request":
        return f"repo:{repository}:pull_request"
    ref = environ.get("GITHUB_REF")
    return f"repo:{repository}:ref:{ref}" if ref else None


def _who(token: TokenFacts, method: str) -> str:
    name = token.name or token.object_id or token.application
    kind = f" ({token.kind})" if token.kind else ""
    return f"{name or 'somebody the token does not name'}{kind}, signed in by `{method}`"


def _minutes(left: timedelta) -> str:
    minutes = int(left.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"


def _from_error(area: str, name: str, error: AzserveError) -> DoctorCheck:
    return DoctorCheck(area, name, CheckState.FAILED, f"{error.code}: {error.message}", error.hint)
