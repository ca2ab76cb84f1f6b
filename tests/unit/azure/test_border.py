"""No exception of the SDKs gets past the border untranslated."""

from __future__ import annotations

from collections.abc import Iterator

import azure.core.exceptions as core
import azure.identity
import pytest
import requests
import urllib3

from azserve.azure.border import OUR_BUGS, TRANSLATIONS, translated
from azserve.errors import AzserveError, AzureFailed, Bug, ExitCode, FleetBusy, PermissionDenied, Refused, SignInError


def family(error: type[BaseException]) -> Iterator[type[BaseException]]:
    yield error
    for heir in error.__subclasses__():
        yield from family(heir)


SDK_ERRORS = sorted(
    {heir for root in (core.AzureError, requests.RequestException) for heir in family(root)}
    | {core.SerializationError, core.DeserializationError},
    key=lambda error: f"{error.__module__}.{error.__name__}",
)


class Response:
    """As much of an answer as an exception looks at."""

    def __init__(self, status: int, text: str) -> None:
        self._status, self._text = status, text

    @property
    def status_code(self) -> int | None:
        return self._status

    @property
    def reason(self) -> str | None:
        return "Reason"

    @property
    def request(self) -> object:
        return "GET x"

    def text(self, encoding: str | None = None) -> str:
        return self._text


def raised(error: BaseException) -> AzserveError:
    with pytest.raises(AzserveError) as caught, translated("do it", where="eastus2"):
        raise error
    return caught.value


def answered(status: int, text: str = "") -> AzserveError:
    return raised(core.HttpResponseError(response=Response(status, text)))


@pytest.mark.parametrize("error", SDK_ERRORS, ids=lambda error: f"{error.__module__}.{error.__name__}")
def test_every_sdk_error_is_translated_or_our_bug(error: type[Exception]) -> None:
    assert error in OUR_BUGS or any(base in TRANSLATIONS for base in error.__mro__)


def test_misuse_of_a_response_is_seen_as_the_bug_it_is() -> None:
    with pytest.raises(core.ResponseNotReadError), translated("do it"):
        raise core.ResponseNotReadError(Response(200, ""))


def test_our_own_errors_pass_untouched() -> None:
    ours = Bug("x")
    assert raised(ours) is ours


def test_other_exceptions_pass_untouched() -> None:
    with pytest.raises(ZeroDivisionError), translated("do it"):
        raise ZeroDivisionError


def test_the_original_is_kept_as_the_cause() -> None:
    original = core.ServiceRequestError("down")
    assert raised(original).__cause__ is original


def test_the_message_says_what_could_not_be_done() -> None:
    assert answered(400, '{"error": {"code": "X", "message": "Because."}}').message == "could not do it: Because"


def test_where_and_raw_body_are_kept() -> None:
    error = answered(400, '{"error": {"code": "X", "message": "m"}}')
    assert (error.where, error.raw) == ("eastus2", '{"error": {"code": "X", "message": "m"}}')


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "InsufficientQuota", AzureFailed),
        (401, "InvalidAuthenticationToken", SignInError),
        (403, "AuthorizationFailed", PermissionDenied),
        (403, "SomethingElse", PermissionDenied),
        (403, "RequestDisallowedByPolicy", Refused),
        (400, "LinkedAuthorizationFailed", PermissionDenied),
        (409, "DeploymentActive", FleetBusy),
        (409, "Conflict", AzureFailed),
        (500, "InternalServerError", AzureFailed),
    ],
)
def test_an_answer_becomes_the_error_its_code_calls_for(status: int, code: str, kind: type[AzserveError]) -> None:
    error = answered(status, f'{{"error": {{"code": "{code}", "message": "m"}}}}')
    assert type(error) is kind
    assert error.code == code


def test_a_rejected_token_says_how_to_sign_in() -> None:
    assert "az login" in (answered(401, '{"error": {"code": "X", "message": "m"}}').hint or "")


def test_a_page_of_a_proxy_is_named_by_its_status() -> None:
    error = answered(502, "<html><body>bad gateway</body></html>")
    assert error.code == "Http502"


def test_an_answer_without_a_body_is_unreadable() -> None:
    assert answered(500).code == "unreadable-answer"


def test_an_answer_that_was_never_read_is_unreadable() -> None:
    class Unread(Response):
        def text(self, encoding: str | None = None) -> str:
            raise core.ResponseNotReadError(self)

    error = raised(core.HttpResponseError(response=Unread(500, "")))
    assert error.code == "unreadable-answer"


def test_nobody_signed_in_is_exit_code_4() -> None:
    error = raised(azure.identity.CredentialUnavailableError(message="tried everything\nand more"))
    assert (error.code, error.exit_code) == ("not-signed-in", ExitCode.SIGN_IN)


def test_a_failed_sign_in_tells_its_first_line() -> None:
    error = raised(core.ClientAuthenticationError(message="AADSTS700016: no such application.\nTrace ID: 1"))
    assert error.message == "could not do it: AADSTS700016: no such application"


def test_an_answer_401_is_told_by_its_body() -> None:
    body = '{"error": {"code": "ExpiredAuthenticationToken", "message": "old"}}'
    assert raised(core.ClientAuthenticationError(response=Response(401, body))).code == "ExpiredAuthenticationToken"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (core.ServiceRequestError("<urllib3.Connection object at 0x7f>: Failed to resolve 'x'"), "unreachable"),
        (core.ServiceResponseError("cut"), "no-answer"),
        (core.DecodeError("bad"), "unreadable-answer"),
        (core.DeserializationError("bad"), "unreadable-answer"),
        (requests.exceptions.InvalidURL("no"), "unreachable"),
        (urllib3.exceptions.LocationParseError("no"), "unreachable"),
        (core.AzureError("something"), "azure-failed"),
    ],
)
def test_what_goes_wrong_on_the_way_has_a_code(error: Exception, code: str) -> None:
    assert raised(error).code == code


@pytest.mark.parametrize(
    "before",
    ["<urllib3.Connection object at 0x7f>: ", "HTTPSConnection(host='x', port=1): ", "HTTPConnectionPool(host='x'): "],
)
def test_the_objects_a_library_talked_over_are_not_shown(before: str) -> None:
    error = raised(core.ServiceRequestError(f"{before}Failed to resolve 'x'"))
    assert error.message == "could not do it: Failed to resolve 'x'"


def test_an_error_that_says_nothing_is_told_by_its_name() -> None:
    assert raised(requests.exceptions.Timeout()).message
