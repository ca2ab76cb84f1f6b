"""Every code block and print-out of the tutorials is covered by tests that exist.

The table names each block by its heading (with its occurrence), its number below it and a digest of its text, never
by the text, and the tests that cover it, in short: the part before the colon is a file and a test of it (`FILES`).
Two things that the tutorials show are covered by what is left of them: a picture shown in a notebook by reading what
kind of picture a file is, and the answer about a chart, which no model here has seen, by an answer about another
picture and by the refusal for a model that takes text only.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

import pytest
from tests.seed_document import REPOSITORY, Place, blocks_of, seed_blocks

from azserve.emulator.inference.script import seed

FILES = {
    "run": "tests/clients/test_snippets.py::test_a_program_prints_what_it_is_about[{}]",
    "curl": "tests/contract/test_snippets.py::test_every_shell_script_shows_what_it_is_about[{}]",
    "refused": "tests/contract/test_snippets.py::test_what_an_endpoint_cannot_do_is_refused_with_what_it_can[{}]",
    "needs": "tests/contract/test_snippets.py::"
    "test_a_program_says_what_it_needs_where_its_key_comes_from_and_how_to_run_it[{}]",
    "csharp": "tests/unit/rendering/test_csharp_snippets.py::test_a_program_parses_and_uses_only_what_is_declared[{}]",
    "fault": "tests/unit/rendering/test_seed_faults.py::test_the_program_has_the_corrected_form[{}]",
    "replay": "tests/unit/emulator_inference/test_seed_replay.py::{}",
    "streaming": "tests/unit/emulator_inference/test_streaming.py::{}",
    "images": "tests/unit/emulator_inference/test_images.py::{}",
    "sdk": "tests/contract/emulator_inference/test_azure_ai_inference.py::{}",
    "truth": "tests/architecture/test_embedded_truth.py::{}",
}


@dataclass(frozen=True)
class Row:
    """One block."""

    where: Place
    digest: str
    covered_by: tuple[str, ...]

    @property
    def tests(self) -> tuple[str, ...]:
        """The ids of the tests, as pytest has them."""
        return tuple(FILES[file].format(name) for file, _, name in (each.partition(":") for each in self.covered_by))


TABLE = (
    Row(("The inference package installed #1", 1), "e3f752dfd1a8", ("needs:python",)),
    Row(("Create a client to consume the model #1", 1), "ad92f8579455", ("run:python-chat-r1-azure-ai-inference",)),
    Row(("Get the model's capabilities #1", 1), "21e8286d4c50", ("run:python-info-r1-azure-ai-inference",)),
    Row(("Get the model's capabilities #1", 2), "841656b45c59", ("run:python-info-r1-azure-ai-inference",)),
    Row(
        ("Get the model's capabilities #1", 3),
        "28fe861f75bb",
        (
            "run:python-info-r1-azure-ai-inference",
            "truth:test_a_print_out_is_what_the_local_azure_answers",
        ),
    ),
    Row(("Create a chat completion request #1", 1), "f71f41f9f2bb", ("run:python-chat-r1-azure-ai-inference",)),
    Row(("Create a chat completion request #1", 2), "1f5d66cfae8f", ("run:python-chat-r1-azure-ai-inference",)),
    Row(
        ("Create a chat completion request #1", 3),
        "d12287a7cceb",
        (
            "truth:test_a_print_out_is_what_the_local_azure_answers",
            "run:python-chat-r1-azure-ai-inference",
            "replay:test_the_plain_answer_counts_19_and_72",
        ),
    ),
    Row(("Understanding reasoning #1", 1), "f7426a5dfab2", ("run:python-reasoning-r1-azure-ai-inference",)),
    Row(
        ("Understanding reasoning #1", 2),
        "4794e716bbdd",
        (
            "run:python-reasoning-r1-azure-ai-inference",
            "replay:test_the_tutorials_expression_finds_thinking_and_answer",
        ),
    ),
    Row(
        ("Understanding reasoning #1", 3),
        "cfa889433e81",
        (
            "truth:test_a_print_out_is_what_the_local_azure_answers",
            "run:python-reasoning-r1-azure-ai-inference",
            "replay:test_the_reasoned_answer_counts_11_and_886",
        ),
    ),
    Row(
        ("Stream content #1", 1),
        "d859c80726d5",
        (
            "run:python-stream-r1-azure-ai-inference",
            "sdk:test_a_stream_is_the_same_answer_with_usage_at_the_end",
            "fault:sampling-of-a-model-that-thinks",
        ),
    ),
    Row(
        ("Stream content #1", 2),
        "4dea43edb004",
        (
            "run:python-stream-r1-azure-ai-inference",
            "fault:a-None-is-printed",
        ),
    ),
    Row(("Stream content #1", 3), "cbe227c503df", ("run:python-stream-r1-azure-ai-inference",)),
    Row(
        ("Apply content safety #1", 1),
        "f22e83524835",
        (
            "run:python-content-filter-r1-azure-ai-inference",
            "fault:raised-again",
            "fault:error-never-imported",
        ),
    ),
    Row(("The inference package installed #2", 1), "804c7e52fc72", ("needs:javascript",)),
    Row(
        ("Create a client to consume the model #2", 1),
        "06d728621dee",
        (
            "run:javascript-chat-r1-azure-ai-inference",
            "fault:no-class-to-make",
        ),
    ),
    Row(("Get the model's capabilities #2", 1), "2affaa04f20c", ("run:javascript-info-r1-azure-ai-inference",)),
    Row(("Get the model's capabilities #2", 2), "723203b33af3", ("run:javascript-info-r1-azure-ai-inference",)),
    Row(
        ("Get the model's capabilities #2", 3),
        "28fe861f75bb",
        (
            "run:javascript-info-r1-azure-ai-inference",
            "truth:test_a_print_out_is_what_the_local_azure_answers",
        ),
    ),
    Row(("Create a chat completion request #2", 1), "8f0dc6c26566", ("run:javascript-chat-r1-azure-ai-inference",)),
    Row(
        ("Create a chat completion request #2", 2),
        "2633db759227",
        (
            "run:javascript-chat-r1-azure-ai-inference",
            "fault:an-object-is-thrown",
        ),
    ),
    Row(
        ("Create a chat completion request #2", 3),
        "d12287a7cceb",
        (
            "truth:test_a_print_out_is_what_the_local_azure_answers",
            "run:javascript-chat-r1-azure-ai-inference",
            "replay:test_the_plain_answer_counts_19_and_72",
        ),
    ),
    Row(("Understanding reasoning #2", 1), "8f0dc6c26566", ("run:javascript-reasoning-r1-azure-ai-inference",)),
    Row(
        ("Understanding reasoning #2", 2),
        "2666702f5fac",
        (
            "run:javascript-reasoning-r1-azure-ai-inference",
            "fault:a-tab-that-is-none",
        ),
    ),
    Row(
        ("Understanding reasoning #2", 3),
        "cfa889433e81",
        (
            "truth:test_a_print_out_is_what_the_local_azure_answers",
            "run:javascript-reasoning-r1-azure-ai-inference",
            "replay:test_the_reasoned_answer_counts_11_and_886",
        ),
    ),
    Row(
        ("Stream content #2", 1),
        "c490acc8516e",
        (
            "run:javascript-stream-r1-azure-ai-inference",
            "fault:an-unasked-stream",
        ),
    ),
    Row(
        ("Stream content #2", 2),
        "0cfeeed4d9da",
        (
            "run:javascript-stream-r1-azure-ai-inference",
            "fault:createSseStream-from-nowhere",
            "fault:nothing-is-destroyed",
            "fault:a-return-outside-of-a-function",
            "fault:the-error-of-a-stream",
            "fault:a-line-for-every-piece",
        ),
    ),
    Row(
        ("Apply content safety #2", 1),
        "31303abe92ad",
        (
            "run:javascript-content-filter-r1-azure-ai-inference",
            "fault:a-refusal-that-is-never-thrown",
            "fault:other-errors-are-swallowed",
        ),
    ),
    Row(("The inference package installed #3", 1), "d0abdb062272", ("needs:csharp",)),
    Row(("The inference package installed #3", 2), "a74040b4f042", ("needs:csharp",)),
    Row(
        ("The inference package installed #3", 3),
        "145357a04e0c",
        (
            "csharp:entra models False False",
            "needs:csharp",
        ),
    ),
    Row(
        ("The inference package installed #3", 4),
        "33b6e8d129c3",
        (
            "csharp:reasoning serverless False False",
            "csharp:tools serverless False False",
            "fault:a-namespace-that-is-missing",
        ),
    ),
    Row(
        ("Create a client to consume the model #3", 1),
        "0b625978f4ff",
        (
            "csharp:chat serverless False False",
            "fault:a-model-as-options",
            "fault:a-key-that-may-be-null",
        ),
    ),
    Row(("Get the model's capabilities #3", 1), "e91edc274f7f", ("csharp:info serverless False False",)),
    Row(("Get the model's capabilities #3", 2), "848079f6ad4c", ("csharp:info serverless False False",)),
    Row(
        ("Get the model's capabilities #3", 3),
        "28fe861f75bb",
        (
            "csharp:info serverless False False",
            "truth:test_a_print_out_is_what_the_local_azure_answers",
            "replay:test_info_names_model_type_and_provider",
        ),
    ),
    Row(("Create a chat completion request #3", 1), "9c96dcbac565", ("csharp:chat serverless False False",)),
    Row(("Create a chat completion request #3", 2), "0e05d7b137de", ("csharp:chat serverless False False",)),
    Row(
        ("Create a chat completion request #3", 3),
        "d12287a7cceb",
        (
            "truth:test_a_print_out_is_what_the_local_azure_answers",
            "replay:test_the_plain_answer_counts_19_and_72",
        ),
    ),
    Row(("Understanding reasoning #3", 1), "9c96dcbac565", ("csharp:reasoning serverless False False",)),
    Row(
        ("Understanding reasoning #3", 2),
        "4b8f7bb97255",
        (
            "csharp:reasoning serverless False False",
            "fault:a-pattern-from-nowhere",
            "fault:a-brace-that-is-missing",
        ),
    ),
    Row(
        ("Understanding reasoning #3", 3),
        "cfa889433e81",
        (
            "truth:test_a_print_out_is_what_the_local_azure_answers",
            "replay:test_the_reasoned_answer_counts_11_and_886",
        ),
    ),
    Row(("Stream content #3", 1), "94474fdceed8", ("csharp:stream serverless False False",)),
    Row(("Stream content #3", 2), "1616419f13ca", ("csharp:stream serverless False False",)),
    Row(("Stream content #3", 3), "e9d03a2363b4", ("csharp:stream serverless False False",)),
    Row(
        ("Apply content safety #3", 1),
        "ef95d74ca250",
        (
            "csharp:content-filter serverless False False",
            "fault:options-from-nowhere",
        ),
    ),
    Row(("Get the model's capabilities #4", 1), "d5d4e30e04ec", ("curl:info-r1-azure-ai-inference",)),
    Row(
        ("Get the model's capabilities #4", 2),
        "af8383a62275",
        (
            "curl:info-r1-azure-ai-inference",
            "truth:test_a_print_out_is_what_the_local_azure_answers",
            "replay:test_info_names_model_type_and_provider",
        ),
    ),
    Row(("Create a chat completion request #4", 1), "ae610e3cb76f", ("curl:chat-r1-azure-ai-inference",)),
    Row(
        ("Create a chat completion request #4", 2),
        "b5e98e16ac32",
        (
            "truth:test_a_print_out_is_what_the_local_azure_answers",
            "curl:chat-v32-azure-ai-inference",
            "replay:test_the_plain_answer_counts_19_and_72",
        ),
    ),
    Row(("Understanding reasoning #4", 1), "ae610e3cb76f", ("curl:reasoning-r1-azure-ai-inference",)),
    Row(
        ("Understanding reasoning #4", 2),
        "a06f3209f7ea",
        (
            "truth:test_a_print_out_is_what_the_local_azure_answers",
            "curl:reasoning-r1-azure-ai-inference",
            "replay:test_the_reasoned_answer_counts_11_and_886",
        ),
    ),
    Row(
        ("Stream content #4", 1),
        "eeb2231ab939",
        (
            "curl:stream-r1-azure-ai-inference",
            "replay:test_the_sampling_of_the_streaming_sample_is_accepted",
        ),
    ),
    Row(
        ("Stream content #4", 2),
        "ea3bc8384cf2",
        (
            "streaming:test_a_stream_begins_with_the_role_and_ends_with_done",
            "curl:stream-r1-azure-ai-inference",
        ),
    ),
    Row(
        ("Stream content #4", 3),
        "df4b8c4fdcfc",
        ("streaming:test_usage_is_on_the_last_chunk_outside_the_openai_routes",),
    ),
    Row(("Apply content safety #4", 1), "cfed37e9575b", ("curl:content-filter-r1-azure-ai-inference",)),
    Row(
        ("Apply content safety #4", 2),
        "81d12c8d1894",
        (
            "truth:test_a_print_out_is_what_the_local_azure_answers",
            "replay:test_the_content_safety_sample_is_filtered_as_shown",
        ),
    ),
    Row(
        ("Prerequisites - How to Use Chat Completions with Azure AI Model Inference API #1", 1),
        "86604cdf715f",
        ("needs:python",),
    ),
    Row(("Use chat completions #1", 1), "e6b85ec02244", ("run:python-chat-v32-azure-ai-inference",)),
    Row(
        ("Use chat completions #1", 2),
        "a010c92a4187",
        (
            "run:python-entra-v32-azure-ai-inference",
            "fault:a-token-for-somebody-else",
        ),
    ),
    Row(("Create a chat completion request #5", 1), "f71f41f9f2bb", ("run:python-chat-v32-azure-ai-inference",)),
    Row(("Create a chat completion request #5", 2), "1f5d66cfae8f", ("run:python-chat-v32-azure-ai-inference",)),
    Row(
        ("Create a chat completion request #5", 3),
        "8ce404c3b8a3",
        (
            "truth:test_a_print_out_is_what_the_local_azure_answers",
            "run:python-chat-v32-azure-ai-inference",
            "replay:test_the_plain_answer_counts_19_and_72",
        ),
    ),
    Row(
        ("Stream content #5", 1),
        "d859c80726d5",
        (
            "run:python-stream-v32-azure-ai-inference",
            "sdk:test_a_stream_is_the_same_answer_with_usage_at_the_end",
        ),
    ),
    Row(("Stream content #5", 2), "48c7c1f02647", ("run:python-stream-v32-azure-ai-inference",)),
    Row(("Stream content #5", 3), "cbe227c503df", ("run:python-stream-v32-azure-ai-inference",)),
    Row(
        ("Explore more parameters supported by the inference client #1", 1),
        "ae2b843fe6f8",
        ("sdk:test_a_plain_completion_with_all_parameters",),
    ),
    Row(
        ("Create JSON outputs #1", 1),
        "c6cdd557d8c4",
        (
            "run:python-json-v32-azure-ai-inference",
            "replay:test_the_json_sample_gets_its_member",
            "fault:a-class-as-the-type-of-a-format",
            "fault:quotes-that-vanish",
            "fault:cut-off-JSON",
        ),
    ),
    Row(
        ("Pass extra parameters to the model #1", 1),
        "2dd342809282",
        (
            "sdk:test_model_extras_are_passed_through",
            "replay:test_the_logprobs_sample_passes_its_extra_parameter",
        ),
    ),
    Row(
        ("Use tools #1", 1),
        "f3b4d1955cae",
        (
            "run:python-tools-gpt-azure-ai-inference",
            "fault:a-class-of-another-name",
        ),
    ),
    Row(
        ("Use tools #1", 2),
        "7bab3f4fe952",
        (
            "run:python-tools-gpt-azure-ai-inference",
            "fault:parameters-of-other-names",
        ),
    ),
    Row(
        ("Use tools #1", 3),
        "78a7dca0455a",
        (
            "run:python-tools-gpt-azure-ai-inference",
            "replay:test_the_flight_sample_goes_all_the_way_round",
        ),
    ),
    Row(("Use tools #1", 4), "bf8d558df55c", ("sdk:test_the_flight_example_goes_all_the_way_round",)),
    Row(
        ("Use tools #1", 5),
        "8ce99683e249",
        (
            "run:python-tools-gpt-azure-ai-inference",
            "sdk:test_the_flight_example_goes_all_the_way_round",
        ),
    ),
    Row(
        ("Use tools #1", 6),
        "d92e375ff6e3",
        (
            "run:python-tools-gpt-azure-ai-inference",
            "fault:apostrophes-become-quotes",
            "fault:any-name-is-called",
        ),
    ),
    Row(
        ("Use tools #1", 7),
        "f7280efc42b9",
        (
            "run:python-tools-gpt-azure-ai-inference",
            "fault:the-answer-is-not-shown",
        ),
    ),
    Row(
        ("Apply content safety #5", 1),
        "f22e83524835",
        (
            "run:python-content-filter-v32-azure-ai-inference",
            "fault:raised-again",
        ),
    ),
    Row(
        ("Use chat completions with images #1", 1),
        "eadb3882d28e",
        (
            "run:python-image-gpt-azure-ai-inference",
            "fault:any-address-is-an-image",
        ),
    ),
    Row(("Use chat completions with images #1", 2), "01db50ab9770", ("images:test_type_and_size_are_read",)),
    Row(
        ("Use chat completions with images #1", 3),
        "0b49aa29db4f",
        (
            "run:python-image-gpt-azure-ai-inference",
            "sdk:test_an_image_is_looked_at",
            "fault:an-image-for-a-model-that-sees-none",
        ),
    ),
    Row(("Use chat completions with images #1", 4), "9b34cdf718ab", ("run:python-image-gpt-azure-ai-inference",)),
    Row(
        ("Use chat completions with images #1", 5),
        "6ecfc538626f",
        (
            "sdk:test_an_image_is_looked_at",
            "refused:image-r1-`DeepSeek-R1` behind `r1` does not do `images`, as published",
        ),
    ),
    Row(("Use chat completions with images #1", 6), "86604cdf715f", ("needs:python",)),
    Row(("Use reasoning capabilities with chat #1", 1), "22e68f7854ed", ("run:python-chat-v32-azure-ai-inference",)),
    Row(("Use reasoning capabilities with chat #1", 2), "d7a65b052c56", ("run:python-entra-v32-azure-ai-inference",)),
    Row(
        ("Create a chat completion request #6", 1),
        "ed1658b25f1e",
        (
            "run:python-chat-r1-azure-ai-inference",
            "replay:test_the_reasoned_answer_counts_11_and_886",
        ),
    ),
    Row(("Create a chat completion request #6", 2), "1f5d66cfae8f", ("run:python-chat-r1-azure-ai-inference",)),
    Row(
        ("Create a chat completion request #6", 3),
        "a95339145788",
        (
            "truth:test_a_print_out_is_what_the_local_azure_answers",
            "replay:test_the_reasoned_answer_counts_11_and_886",
        ),
    ),
    Row(
        ("Reasoning content #1", 1),
        "4794e716bbdd",
        (
            "run:python-reasoning-r1-azure-ai-inference",
            "replay:test_the_tutorials_expression_finds_thinking_and_answer",
        ),
    ),
    Row(
        ("Reasoning content #1", 2),
        "cfa889433e81",
        (
            "truth:test_a_print_out_is_what_the_local_azure_answers",
            "replay:test_the_reasoned_answer_counts_11_and_886",
        ),
    ),
    Row(("Stream content #6", 1), "d2b642c79bf6", ("run:python-stream-v32-azure-ai-inference",)),
    Row(
        ("Stream content #6", 2),
        "2dbbef7ad324",
        (
            "run:python-stream-r1-azure-ai-inference",
            "fault:a-name-that-does-not-exist",
            "fault:a-tag-in-one-piece",
        ),
    ),
    Row(("Stream content #6", 3), "cbe227c503df", ("run:python-stream-r1-azure-ai-inference",)),
    Row(
        ("Apply content safety #6", 1),
        "c8223309758d",
        (
            "run:python-content-filter-v32-azure-ai-inference",
            "fault:raised-again",
        ),
    ),
)


def collected() -> set[str]:
    """Return the ids of all tests in the files that the table names, without running any."""
    files = sorted({test.partition("::")[0] for row in TABLE for test in row.tests})
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "PYTEST"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", "clients or not clients", "-p",
         "no:cacheprovider", *files], cwd=REPOSITORY, env=environ, capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    ids = {line for line in done.stdout.splitlines() if "::" in line}
    return ids | {each.partition("[")[0] for each in ids}


def test_every_test_that_the_table_names_is_collected() -> None:
    named = {test for row in TABLE for test in row.tests}

    assert named - collected() == set()


def test_every_block_of_the_table_is_covered_by_something_and_named_once() -> None:
    assert [row.where for row in TABLE if not row.covered_by] == []
    assert len({row.where for row in TABLE}) == len(TABLE)


@pytest.mark.reference
def test_the_table_has_every_block_of_the_tutorials_and_no_other() -> None:
    there = {place: block.digest for place, block in seed_blocks().items()}

    assert {row.where: row.digest for row in TABLE} == there


COUNTS = {"plain": (19, 91, 72), "reasoned": (11, 897, 886)}
"""Tokens of the prompt, in all, and of the answer, as the local Azure counts them (`test_seed_replay`)."""


@pytest.mark.reference
def test_a_print_out_is_what_the_local_azure_answers() -> None:
    """Answers, thinking, counts and model names; the one about a chart is another model's and stays apart."""
    shown = {row.where: seed_blocks()[row.where] for row in TABLE
             if any(each.startswith("truth:") for each in row.covered_by)}  # fmt: skip
    for place, block in shown.items():
        text = _plain(block.text)
        if "capabilities" in place[0]:
            assert all(word in text for word in ("DeepSeek-R1", "chat-completions", "DeepSeek")), place
        elif "safety" in place[0]:
            assert "content_filter" in text, place
        else:
            thought_aloud = "886" in text
            counts = COUNTS["reasoned" if thought_aloud else "plain"]
            assert all(str(count) in text for count in counts), place
            answers = (seed.REASONED, seed.PLAIN) if thought_aloud else (seed.PLAIN,)
            assert any(_plain(answer) in text for answer in answers), place
            assert _plain(seed.THINKING)[:100] in text or not thought_aloud, place
    assert len(shown) > 15


def _plain(text: str) -> str:
    return " ".join(text.replace("\\n", " ").split())


def test_blocks_are_told_by_heading_and_number() -> None:
    document = "# A\n```sh\nx\n```\n## B\n  ```\n  y\n  ```\n```\nz\n```\n# A\n```\n# no heading\n```\n"

    assert {place: block.text for place, block in blocks_of(document).items()} == {
        ("A #1", 1): "x",
        ("B #1", 1): "y",
        ("B #1", 2): "z",
        ("A #2", 1): "# no heading",
    }
