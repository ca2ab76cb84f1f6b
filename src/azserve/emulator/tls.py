"""https for the local Azure: a certificate authority of this run, and the files that clients want to read.

The authority's key stays in memory and dies with the run, so what trusts it trusts nothing afterwards. Elliptic curve
keys: an RSA pair takes longer to make than everything else at the start.

Rejected: one kept authority for all runs, which somebody would install in a system store.
"""

from __future__ import annotations

import shutil
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

import trustme

NAMES = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Certificates:
    """What a server needs to speak TLS, and what its clients need to believe it."""

    folder: Path
    """Only its owner may look inside; holds no private key."""
    authority: Path
    """The certificate authority alone, for settings that add to the machine's own (`NODE_EXTRA_CA_CERTS`)."""
    bundle: Path
    """The authority and the machine's own, for settings that replace them (`REQUESTS_CA_BUNDLE`)."""
    server: ssl.SSLContext

    def remove(self) -> None:
        """Remove the folder and all that clients have put there."""
        shutil.rmtree(self.folder, ignore_errors=True)


def make_certificates(host: str, *, roots: Path | None = None) -> Certificates:
    """Return fresh certificates for the loopback names and `host`.

    `roots` is the bundle that the machine's programs trust already; without one, OpenSSL's. OSError where the folder
    cannot be written.
    """
    authority = trustme.CA(organization_name="azserve emulator", key_type=trustme.KeyType.ECDSA)
    names = dict.fromkeys((*NAMES, host))
    leaf = authority.issue_cert(*(name for name in names if name not in {"0.0.0.0", "::"}))  # noqa: S104 - not bound
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    folder = Path(tempfile.mkdtemp(prefix="azserve-emulator-"))
    own = authority.cert_pem.bytes()
    (folder / "ca.pem").write_bytes(own)
    (folder / "bundle.pem").write_bytes(own + _trusted(roots))
    return Certificates(folder, folder / "ca.pem", folder / "bundle.pem", context)


def _trusted(roots: Path | None) -> bytes:
    """Return what is trusted anyway, so that a client that reaches the local Azure can still reach the rest."""
    found = roots or _openssl_roots()
    return b"\n" + found.read_bytes() if found is not None and found.is_file() else b""


def _openssl_roots() -> Path | None:
    name: str | None = ssl.get_default_verify_paths().cafile  # None where there is none, whatever its type says
    return Path(name) if name is not None else None
