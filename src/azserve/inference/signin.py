"""What a request signs in with."""

from __future__ import annotations

from dataclasses import dataclass

from azserve.errors import SignInError
from azserve.model.catalogue import Route
from azserve.model.secret import MASK, Secret


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request signs in with: printable ASCII without spaces, or SignInError.

    Anything else could not be sent, and the client's complaint about it would show it.
    """

    secret: Secret | None
    """None signs nothing in."""
    is_token: bool = False

    def __post_init__(self) -> None:
        if self.secret is None:
            return
        value = self.secret.reveal()
        if not value or not all("!" <= character <= "~" for character in value):
            raise SignInError(
                f"the {'token' if self.is_token else 'key'} is empty or holds what no header may",
                code="secret-unusable",
                hint="see whether `azserve keys list` shows a key, or sign in anew",
            )

    def headers(self, route: Route) -> dict[str, str]:
        """Return the header that the route takes; a serverless endpoint refuses `api-key`."""
        if self.secret is None:
            return {}
        if self.is_token or route is Route.SERVERLESS:
            return {"authorization": f"Bearer {self.secret.reveal()}"}
        return {"api-key": self.secret.reveal()}

    def veiled(self, text: str) -> str:
        """Return a text with the secret masked: servers and proxies have been seen to repeat what they were sent."""
        return text if self.secret is None else text.replace(self.secret.reveal(), MASK)
