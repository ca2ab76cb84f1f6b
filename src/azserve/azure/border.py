"""The border: nothing of the SDKs gets past it, neither a value nor an exception."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from json import JSONDecodeError
from typing import Final

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    DeserializationError,
    HttpResponseError,
    ResponseNotReadError,
    SerializationError,
    ServiceRequestError,
    ServiceResponseError,
    StreamClosedError,
    StreamConsumedError,
)
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

from azserve.azure.failure import failure_of
from azserve.errors import AzserveError, AzureFailed, FleetBusy, PermissionDenied, Refused, SignInError
from azserve.model.receipt import Failure

OUR_BUGS: Final = frozenset({StreamConsumedError, StreamClosedError, ResponseNotReadError})
"""Misuse of a response by us: it passes through, to be seen as the bug it is."""

PERMISSION: Final = frozenset(
    {"authorizationfailed", "linkedauthorizationfailed", "forbidden", "authorizationpermissionmismatch"}
)
POLICY: Final = frozenset({"requestdisallowedbypolicy", "requestdisallowedbyazure"})
BUSY: Final = frozenset({"deploymentactive"})

CONNECTION: Final = re.compile(r"^HTTPS?Connection(Pool)?\([^)]*\): ")
"""How urllib3 names what it was talking over."""
SIGN_IN_HINT: Final = "sign in with `az login`, or set the variables of the sign-in you use"
NETWORK_HINT: Final = "check the network, the proxy and the cloud's address, then run the command again"


@contextmanager
def translated(doing: str, *, where: str | None = None) -> Iterator[None]:
    """Re-raise the SDKs' errors as ours, with the original kept as `__cause__`.

    `doing` completes "could not …": pass "read the models of `eastus2`", not "error". `where` is the region or
    resource. What is not in `TRANSLATIONS` is our bug and passes through untouched, and so do our own errors.
    """
    try:
        yield
    except tuple(TRANSLATIONS) as error:
        if type(error) in OUR_BUGS:
            raise
        base = next(base for base in type(error).__mro__ if base in TRANSLATIONS)
        raise TRANSLATIONS[base](error, doing, where) from error


def failure_in(error: HttpResponseError) -> Failure:
    """Return the innermost error of an HTTP answer, or of the last poll of an operation that failed (status 200)."""
    body = _text_of(error)
    status = error.status_code
    code = f"Http{status}" if status else "azure-failed"
    return failure_of(body, code=code, message=_first_line(error.reason) or f"HTTP status {status}")


def _refused_by_azure(error: Exception, doing: str, where: str | None) -> AzserveError:
    """An answer that is an error: which of ours it is depends on the code, then on the status."""
    assert isinstance(error, HttpResponseError)
    failure, status = failure_in(error), error.status_code
    kind: type[AzserveError] = AzureFailed
    match failure.code.lower():
        case code if code in POLICY:
            kind = Refused
        case code if code in BUSY:
            kind = FleetBusy
        case code if code in PERMISSION or status == 403:
            kind = PermissionDenied
        case _ if status == 401:
            kind = SignInError
    hint = failure.hint or (SIGN_IN_HINT if status == 401 else None)
    return kind(f"could not {doing}: {failure.message}", code=failure.code, hint=hint, where=where, raw=failure.raw)


def _not_signed_in(error: Exception, doing: str, where: str | None) -> AzserveError:
    """No answer of Azure: the sign-in itself failed. An answer with status 401 is Azure's, and has a body."""
    # Here and not above: azure-identity takes longer to import than everything else in this room together.
    from azure.identity import CredentialUnavailableError

    if isinstance(error, CredentialUnavailableError):
        return _no_credential(error, doing, where)
    if isinstance(error, HttpResponseError) and error.status_code is not None and _text_of(error):
        return _refused_by_azure(error, doing, where)
    return SignInError(f"could not {doing}: {_first_line(error)}", hint=SIGN_IN_HINT, where=where)


def _no_credential(error: Exception, doing: str, where: str | None) -> AzserveError:
    message = f"could not {doing}: nobody is signed in"
    return SignInError(message, code="not-signed-in", hint=SIGN_IN_HINT, where=where, raw=str(error))


def _unreachable(error: Exception, doing: str, where: str | None) -> AzserveError:
    return AzureFailed(f"could not {doing}: {_first_line(error)}", code="unreachable", hint=NETWORK_HINT, where=where)


def _cut_off(error: Exception, doing: str, where: str | None) -> AzserveError:
    message = f"could not {doing}: the answer did not arrive ({_first_line(error)})"
    return AzureFailed(message, code="no-answer", hint=NETWORK_HINT, where=where)


def _unreadable(error: Exception, doing: str, where: str | None) -> AzserveError:
    message = f"could not {doing}: the answer is not what Azure sends"
    hint = "something between here and Azure may have changed it, a proxy's sign-in page for one"
    return AzureFailed(message, code="unreadable-answer", hint=hint, where=where, raw=str(error))


def _other(error: Exception, doing: str, where: str | None) -> AzserveError:
    return AzureFailed(f"could not {doing}: {_first_line(error)}", where=where)


def _broken_http(error: Exception, doing: str, where: str | None) -> AzserveError:
    """An HTTP error that may be a body that could not be decoded: then there is an answer, but no sense in it."""
    return _refused_by_azure(error, doing, where) if _text_of(error) else _unreadable(error, doing, where)


TRANSLATIONS: Final[Mapping[type[Exception], Callable[[Exception, str, str | None], AzserveError]]] = {
    ClientAuthenticationError: _not_signed_in,
    HttpResponseError: _broken_http,
    ServiceRequestError: _unreachable,
    ServiceResponseError: _cut_off,
    SerializationError: _unreadable,
    DeserializationError: _unreadable,
    JSONDecodeError: _unreadable,
    RequestException: _unreachable,
    HTTPError: _unreachable,
    AzureError: _other,
}
"""Looked up along the error's own classes, nearest first."""


def _text_of(error: Exception) -> str:
    """Return the body of the answer an error came with, empty where there is none that can be read."""
    response = getattr(error, "response", None)
    if response is None:
        return ""
    try:
        return str(response.text())
    except (ResponseNotReadError, StreamConsumedError, StreamClosedError, AttributeError, LookupError):
        return ""


def _first_line(error: object) -> str:
    """Return one clause of what an exception says, without the objects that urllib3 puts in front."""
    lines = str(error or "").strip().splitlines()
    text = lines[0] if lines else type(error).__name__ if error else ""
    return CONNECTION.sub("", text.rpartition(">: ")[2] if ">: " in text else text).rstrip(". ")
