"""Files that are no fleet, and YAML that is out to hurt."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from azserve.catalogue import load_catalogue
from azserve.config import ConfigRequest, load
from azserve.config.files import MAX_BYTES
from azserve.config.reading import read_tree
from azserve.config.tree import plain
from azserve.errors import ConfigurationError


def refusal(path: Path) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        load(ConfigRequest(load_catalogue(), path))
    return caught.value


def refused(raw: bytes) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        read_tree(raw, "f.yaml")
    return caught.value


def test_no_file_says_how_to_begin(tmp_path: Path) -> None:
    error = refusal(tmp_path / "azserve.yaml")
    assert error.code == "file-missing"
    assert "azserve init" in str(error.hint)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path).code == "file-is-folder"


def test_a_file_in_a_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    assert refusal(tmp_path / "x" / "y").code == "file-unreadable"


def test_a_path_that_cannot_be_is_refused() -> None:
    assert refusal(Path("a\0b")).code == "file-unreadable"


def test_a_file_that_is_far_too_large_is_not_read_whole(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        os.truncate(file.fileno(), MAX_BYTES + 1)
    assert refusal(large).code == "file-too-large"


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"# only a comment\n", b"---\n", b"~", b"\xef\xbb\xbf"])
def test_an_empty_file_is_told_as_one(raw: bytes) -> None:
    error = refused(raw)
    assert error.code == "file-empty"
    assert "azserve init" in str(error.hint)


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert plain(read_tree(b"\xef\xbb\xbffleet: a", "f").document) == {"fleet": "a"}


@pytest.mark.parametrize(
    ("raw", "code", "where"),
    [
        (b"a: [}", "not-yaml", "f.yaml:1:5"),
        (b"a: b: c", "not-yaml", "f.yaml:1:5"),
        (b"a: 1\n b: 2", "not-yaml", "f.yaml:2:3"),
        (b"a: \xff", "not-utf8", "f.yaml:1:4"),
        (b"x: 1\ny: \x80", "not-utf8", "f.yaml:2:4"),
        ("fleet: a".encode("utf-16"), "not-utf8", "f.yaml:1:1"),
        (b"\x7fELF\x02\x01\x00\x00", "not-yaml", "f.yaml"),
        (b"- a\n- b", "wrong-type", "f.yaml:1:1"),
        (b"just words", "wrong-type", "f.yaml:1:1"),
        (b"a: 1\n---\nb: 2", "not-yaml", "f.yaml:2:1"),
        (b"a: *nowhere", "not-yaml", "f.yaml:1:4"),
        (b"a: &x [*x]", "yaml-cycle", "f.yaml:1:8"),
        (b"[" * 100_000, "yaml-too-deep", "f.yaml:1:41"),
        (b"a: " + b"{a: " * 50, "yaml-too-deep", "f.yaml:1:160"),
    ],
)
def test_what_is_no_document_is_refused_with_its_place(raw: bytes, code: str, where: str) -> None:
    error = refused(raw)
    assert (error.code, error.where) == (code, where)
    assert error.hint


def test_aliases_that_multiply_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert refused("\n".join(lines).encode()).code == "yaml-bomb"


def test_aliases_that_deepen_are_refused() -> None:
    lines = ["a0: &a0 [[[[x]]]]", *(f"a{n}: &a{n} [[[[*a{n - 1}]]]]" for n in range(1, 12))]
    assert refused("\n".join(lines).encode()).code == "yaml-too-deep"


def test_an_alias_is_written_out() -> None:
    assert plain(read_tree(b"a: &x [1, {b: c}]\nd: *x", "f").document) == {"a": [1, {"b": "c"}], "d": [1, {"b": "c"}]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("on", "on"), ("1:30", "1:30"), ("012", "012"), ("0x10", "0x10"), ("1e5", "1e5"),
        ("2025-08-07", "2025-08-07"), ("1.10", "1.10"), ("1_000", "1_000"), (".5", ".5"), ("'5'", "5"),
        ('"true"', "true"), ("!!str 5", "5"), ("99999999999999999999", "99999999999999999999"),
        ("true", True), ("False", False), ("5", 5), ("-5", -5), ("1.5", 1.5), ("[null]", [None]),
    ],
)  # fmt: skip
def test_only_what_survives_a_round_trip_is_anything_but_text(text: str, value: object) -> None:
    assert plain(read_tree(f"a: {text}".encode(), "f").document) == {"a": value}


def test_a_value_of_nothing_is_as_if_it_were_not_there() -> None:
    assert plain(read_tree(b"a: 1\nb:\nc: {d: ~}", "f").document) == {"a": 1, "c": {}}


ANY_TEXT = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text(alphabet="[]{}:,-&*!|>'\"#%@` \n\tab1~?.$", max_size=120).map(str.encode),
)


@given(ANY_TEXT)
@example(b"? ")
@example(b"%YAML 9.9\n---\na: b")
@example(b"a: !!binary x")
@example(b"&a : *a")
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused_as_configuration(raw: bytes) -> None:
    with contextlib.suppress(ConfigurationError):
        read_tree(raw, "f")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 50) | st.text(max_size=6)
    | st.sampled_from(["eastus2", "all", "${X}", "local", "DeepSeek-R1", "serverless", "chat", "1", "{region}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
KEYS = st.sampled_from(
    ["fleet", "regions", "endpoints", "environments", "serverless", "foundry", "smoke", "rollout", "tags", "ttl",
     "cloud", "subscription", "subscriptions", "tenant", "group", "templates", "credential", "x"]
)  # fmt: skip
INSIDE = st.sampled_from(
    ["model", "hosting", "version", "sku", "capacity", "regions", "need", "of", "within", "avoid", "network", "private",
     "access", "existing", "required", "endpoints", "budget", "canary", "gate", "tags", "a", "dev"]
)  # fmt: skip
DOCUMENTS = st.dictionaries(
    KEYS,
    VALUES | st.dictionaries(INSIDE, VALUES | st.dictionaries(INSIDE, VALUES, max_size=4), max_size=4),
    max_size=8,
)


@given(DOCUMENTS, st.sampled_from([None, "dev"]))
@example({"fleet": {}, "endpoints": False, "smoke": {"endpoints": {"a": {}}}}, None)
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_document_is_loaded_or_refused_as_configuration(
    tmp_path: Path, document: dict[str, object], environment: str | None
) -> None:
    file = tmp_path / "f.yaml"
    file.write_text(json.dumps(document))
    with contextlib.suppress(ConfigurationError):
        load(ConfigRequest(load_catalogue(), file, environment, environ={"Y": "z"}))
