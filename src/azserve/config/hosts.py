"""What a host's keys mean together, and with the endpoints that it is for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from azserve.config.complaints import Complaints
from azserve.config.hosting import hosting_of
from azserve.config.shape import FleetShape, FoundryShape, ServerlessShape
from azserve.config.vocabulary import FILTERS
from azserve.model.catalogue import Catalogue, Hosting


@dataclass(frozen=True, slots=True)
class HostCheck:
    """Both hosts of a file, and where to complain."""

    shape: FleetShape
    catalogue: Catalogue
    complaints: Complaints

    def run(self) -> None:
        """Complain about what does not fit together."""
        for name, host in (("serverless", self.shape.serverless), ("foundry", self.shape.foundry)):
            self._keys(name, host)
            self._untouched(name, host)
            self._found(name, host)
            self._closed(name, host)
        self._connections()
        self._encryption()
        self._filters()

    def _keys(self, name: str, host: ServerlessShape | FoundryShape) -> None:
        """Refuse what needs a key where none works."""
        if host.sign_in != "entra":
            return
        needing = ["export_keys"] if host.export_keys else []
        if isinstance(host, ServerlessShape) and host.connections:
            needing.append("connections")
        for key in needing:
            self.complaints.about_key(
                (name, key),
                "keys-off",
                f"`{name}.{key}` needs a key, and `{name}.sign_in` is `entra`",
                hint=f"remove `{key}`, or sign in with `both`",
            )

    def _found(self, name: str, host: ServerlessShape | FoundryShape) -> None:
        """Refuse hosts that are there already where it is not said in what."""
        kinds = ("hub", "project") if isinstance(host, ServerlessShape) else ("account",)
        grouped = self.shape.serverless.existing.group or self.shape.foundry.existing.group
        for kind in kinds:
            if getattr(host.existing, kind) is not None and not grouped:
                self.complaints.about_key(
                    (name, "existing", kind),
                    "existing-group-missing",
                    f"`{name}.existing.{kind}` does not say in which group it is",
                    hint=f"add `group: NAME` to `{name}.existing`",
                )
        if isinstance(host, FoundryShape) and host.existing.project is not None and host.existing.account is None:
            self.complaints.about_key(
                (name, "existing", "project"),
                "existing-account-missing",
                "`foundry.existing.project` is in an account, which is not named",
                hint="add `account: NAME` to `foundry.existing`, or remove `project` to have one made",
            )

    def _closed(self, name: str, host: ServerlessShape | FoundryShape) -> None:
        """Refuse a private endpoint to a host that is somebody else's: its owner would have to let it in."""
        kinds = ("project", "hub") if isinstance(host, ServerlessShape) else ("account",)
        owned = next((kind for kind in kinds if getattr(host.existing, kind) is not None), None)
        if owned is None or host.network.private is None:
            return
        closed = "; `network: {public: false}` closes the project that azserve makes" if owned == "hub" else ""
        self.complaints.about_key(
            (name, "network"),
            "existing-unchanged",
            f"`{name}.network` would give a private endpoint to the {owned} under `{name}.existing`",
            hint=f"remove `private`: that is for whoever owns the {owned}{closed}",
        )

    def _untouched(self, name: str, host: ServerlessShape | FoundryShape) -> None:
        """Refuse what would change a host that is somebody else's."""
        what = "project" if isinstance(host, ServerlessShape) else "account"
        if getattr(host.existing, what) is None:
            return
        for key in self._of_the_host(host):
            self.complaints.about_key(
                (name, key),
                "existing-unchanged",
                f"`{name}.{key}` would change the {what} under `{name}.existing`",
                hint=f"remove it: azserve uses what is there as it is, and whoever owns the {what} decides this",
            )

    def _of_the_host(self, host: ServerlessShape | FoundryShape) -> Iterator[str]:
        if host.diagnostics is not None:
            yield "diagnostics"
        if host.lock:
            yield "lock"
        if host.identity != "system":
            yield "identity"
        if isinstance(host, FoundryShape) and host.encryption_key is not None:
            yield "encryption_key"

    def _connections(self) -> None:
        if self.complaints.incomplete(("serverless", "connections")):
            return
        offered = [
            key
            for key, endpoint in self.shape.endpoints.items()
            if hosting_of(endpoint, self.catalogue) is Hosting.SERVERLESS
        ]
        seen: set[tuple[str, str]] = set()
        for index, connection in enumerate(self.shape.serverless.connections):
            path = ("serverless", "connections", index)
            for at, key in enumerate(connection.endpoints):
                if key not in offered and offered:
                    self.complaints.about(
                        (*path, "endpoints", at),
                        "unknown-endpoint",
                        f"`{key}` is no serverless endpoint of this file",
                        choices=offered,
                    )
            wanted = {(connection.project.lower(), key) for key in connection.endpoints or offered}
            if wanted & seen:
                self.complaints.about(
                    (*path, "project"),
                    "connection-repeated",
                    f"`serverless.connections[{index}]` connects a project to an endpoint for the second time",
                    hint="remove one of the two",
                )
            seen |= wanted

    def _encryption(self) -> None:
        host = self.shape.foundry
        if host.encryption_key is not None and host.identity == "system":
            self.complaints.about_key(
                ("foundry", "encryption_key"),
                "identity-required",
                "`foundry.encryption_key` needs an identity that may use the key before the account is there",
                hint="add `identity: /subscriptions/…/userAssignedIdentities/NAME` to `foundry`",
            )

    def _filters(self) -> None:
        host = self.shape.foundry
        for name, policy in host.filters.items():
            if self.complaints.incomplete(("foundry", "blocklists")):
                break
            for at, blocklist in enumerate(policy.blocklists):
                if blocklist not in host.blocklists:
                    self.complaints.about(
                        ("foundry", "filters", name, "blocklists", at),
                        "unknown-blocklist",
                        f"`{blocklist}` is none of `foundry.blocklists`",
                        choices=tuple(host.blocklists),
                    )
        for key, endpoint in self.shape.endpoints.items():
            match hosting_of(endpoint, self.catalogue):
                case Hosting.FOUNDRY:
                    self._filter_is_known(key, endpoint.content_filter)
                case Hosting.SERVERLESS:
                    self._filter_is_a_switch(key, endpoint.content_filter)
                case None:
                    pass

    def _filter_is_known(self, key: str, name: str) -> None:
        known = (*FILTERS, *self.shape.foundry.filters)
        if name not in known and not self.complaints.incomplete(("foundry", "filters")):
            self.complaints.about(
                ("endpoints", key, "content_filter"),
                "unknown-filter",
                f"`endpoints.{key}.content_filter` must be a strictness or one of `foundry.filters`, not `{name}`",
                choices=known,
            )

    def _filter_is_a_switch(self, key: str, name: str) -> None:
        if name not in {"default", "off"}:
            self.complaints.about(
                ("endpoints", key, "content_filter"),
                "filter-on-serverless",
                f"`endpoints.{key}.content_filter` cannot be `{name}`: a serverless endpoint's filter is on or off",
                hint="use `default` or `off`, or `hosting: foundry` for filters of your own",
            )
