"""Which Azure: names and addresses to where ARM answers and tokens come from."""

from __future__ import annotations

from urllib.parse import urlsplit

from azserve.config.request import ConfigRequest
from azserve.config.vocabulary import CLOUDS, suggestion
from azserve.errors import ConfigurationError
from azserve.model.settings import Cloud, CloudSettings

LOCAL_MANAGER = "http://127.0.0.1:4190"
_AUDIENCE = "https://management.azure.com"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_PUBLISHED = {
    "public": CloudSettings(
        Cloud.PUBLIC, "https://management.azure.com", _AUDIENCE, "https://login.microsoftonline.com"
    ),
    "usgov": CloudSettings(
        Cloud.USGOV,
        "https://management.usgovcloudapi.net",
        "https://management.usgovcloudapi.net",
        "https://login.microsoftonline.us",
    ),
    "china": CloudSettings(
        Cloud.CHINA,
        "https://management.chinacloudapi.cn",
        "https://management.chinacloudapi.cn",
        "https://login.chinacloudapi.cn",
    ),
}


def cloud_settings(text: str, request: ConfigRequest, where: str) -> CloudSettings:
    """Return the cloud that a word or an address means; raises ConfigurationError `unknown-cloud`.

    `AZSERVE_EMULATOR` says where the local cloud is, but never that it is to be used.
    """
    if text in _PUBLISHED:
        return _PUBLISHED[text]
    if text == "local":
        manager = request.variable("AZSERVE_EMULATOR") or LOCAL_MANAGER
        _refuse_address(manager, "AZSERVE_EMULATOR" if request.variable("AZSERVE_EMULATOR") else where)
        return CloudSettings(Cloud.LOCAL, manager.rstrip("/"), _AUDIENCE)
    if "://" not in text:
        raise ConfigurationError(
            f"`cloud` must be a known cloud or an address, not `{text}`",
            code="unknown-cloud",
            hint=f"{suggestion(text, CLOUDS)}, or an address such as `https://management.example.org`",
            where=where,
        )
    host = _refuse_address(text, where)
    if host in _LOOPBACK:
        return CloudSettings(Cloud.URL, text.rstrip("/"), _AUDIENCE)
    authority = request.variable("AZURE_AUTHORITY_HOST") or "https://login.microsoftonline.com"
    authority = authority if "://" in authority else f"https://{authority}"
    return CloudSettings(Cloud.URL, text.rstrip("/"), text.rstrip("/"), authority.rstrip("/"))


def _refuse_address(text: str, where: str) -> str:
    """Return the host of a usable base address: https, or anything on this machine."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    sound = host and port != 0 and not (parts.query or parts.fragment or parts.username or parts.password)
    if not sound or parts.scheme not in {"http", "https"}:
        raise ConfigurationError(
            "the cloud's address is not one azserve can use",
            code="unknown-cloud",
            hint="give scheme, host and port alone, such as `https://management.example.org`",
            where=where,
        )
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise ConfigurationError(
            "the cloud's address is not encrypted",
            code="cloud-insecure",
            hint="use https; plain http is for this machine's own addresses",
            where=where,
        )
    return host
