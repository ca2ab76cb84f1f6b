"""Template sets: where they are, and how one is drawn so that nothing slips through raw.

Each language has its own bounded sandbox (`sandbox`) with its own filters, and a last gate: whatever a template prints
has to be `Rendered`, the return type of those filters. `{{ name }}` without one is an error with file and line. Macros
return plain text, so templates compose by `include`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from types import TracebackType
from typing import Any, Final, cast

from jinja2 import (
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    pass_context,
)
from jinja2.runtime import Context

import azserve
from azserve.errors import ConfigurationError
from azserve.model.json import JsonObject
from azserve.rendering.api_versions import API_VERSIONS
from azserve.rendering.azd import FleetView
from azserve.rendering.compiled import CompiledTemplates
from azserve.rendering.escaping import Rendered, Unrenderable, arm, bicep, comment, identifier
from azserve.rendering.pieces import CONTEXT_VERSION, Ref, RegionView
from azserve.rendering.sandbox import Sandbox, weight_of

CONTEXT_FILE: Final = "context.json"
"""In a set of the user's own: the version of the context that it was ejected for."""
_HOLE: Final = "-0.0e-0"
"""Where the nested template goes: a number that no filter writes, so no value can pass for it."""
_EJECT: Final = "compare with the packaged templates, or leave out `templates:` to use those"

_UNDRAWABLE: Final = (
    TemplateError, Unrenderable, TypeError, ValueError, LookupError, ArithmeticError, AttributeError, OSError,
    RecursionError, MemoryError,
)  # fmt: skip
"""What a template of the user's can end in; one that includes itself and one that asks for the moon, too."""


class TemplateFailed(ConfigurationError):
    """A template cannot be drawn; `where` is its file and line."""

    default_code = "template-failed"


def template_root() -> Path:
    """Return the folder of the packaged templates: inside a wheel, or beside `src` in an editable checkout."""
    package = Path(azserve.__file__).parent
    inside = package / "_templates"
    return inside if inside.is_dir() else package.parents[1] / "templates"


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A template that this room has drawn, told apart from values so that no value can pass for one."""

    template: JsonObject


def strict_environment(folders: tuple[Path, ...], filters: Mapping[str, Callable[..., Rendered]]) -> Sandbox:
    """Return the environment of a language: sandboxed, strict, and printing nothing that no filter has made safe."""
    environment = Sandbox(
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        autoescape=False,
        finalize=_filtered_only,
        bytecode_cache=CompiledTemplates(template_root()),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        newline_sequence="\n",
        auto_reload=False,
    )
    environment.filters |= {name: _strict(each) for name, each in filters.items()}
    return environment


class TemplateSet:
    """ARM and Bicep templates. A user's folder may hold only the files that it changes; the packaged ones fill in."""

    def __init__(self, folder: Path | None = None) -> None:
        if folder is not None and not folder.is_dir():
            raise TemplateFailed(
                f"the template folder `{folder}` does not exist",
                hint="make it with `azserve templates eject`, or leave out `templates:`",
            )
        if folder is not None:
            _fits(folder)
        self._folders = (*([folder] if folder else []), template_root())

    def arm(self, name: str, view: RegionView, *, region: JsonObject | None = None) -> dict[str, Any]:
        """Draw an ARM template and read it back, so that what is written is JSON whatever the template's layout.

        `region` is the drawn region template, for the wrapper that nests it. Raises TemplateFailed.
        """
        text = self._draw(self._arm, name, view, _Drawn(region) if region is not None else None)
        try:
            drawn = json.loads(text, object_pairs_hook=_unique, parse_float=lambda number: _number(number, region))
        except (ValueError, RecursionError) as error:
            raise TemplateFailed(f"`{name}` does not make JSON: {error}", where=name, hint=_EJECT) from error
        if not isinstance(drawn, dict):
            raise TemplateFailed(f"`{name}` does not make a JSON object", where=name, hint=_EJECT)
        return drawn

    def bicep(self, name: str, view: RegionView | FleetView) -> str:
        """Draw a Bicep file, blank lines tidied. Raises TemplateFailed."""
        lines = [line.rstrip() for line in self._draw(self._bicep, name, view, None).split("\n")]
        kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
        return "\n".join(kept).strip("\n") + "\n"

    def file(self, name: str) -> Path:
        """Return where a template is drawn from: the user's folder or the packaged one."""
        return next((folder / name for folder in self._folders if (folder / name).is_file()), Path(name))

    @cached_property
    def _arm(self) -> Sandbox:
        return strict_environment(self._folders, {**ARM_FILTERS, **SHARED_FILTERS})

    @cached_property
    def _bicep(self) -> Sandbox:
        return strict_environment(self._folders, {**BICEP_FILTERS, **SHARED_FILTERS})

    def _draw(self, environment: Sandbox, name: str, view: RegionView | FleetView, region: _Drawn | None) -> str:
        try:
            return environment.get_template(name).render(view=view, region=region)
        except TemplateNotFound as error:
            raise TemplateFailed(f"the template `{error.name}` does not exist", where=name, hint=_EJECT) from error
        except TemplateSyntaxError as error:
            where = f"{error.filename or error.name}:{error.lineno}"
            raise TemplateFailed(f"the template cannot be read: {error.message}", where=where, hint=_EJECT) from error
        except _UNDRAWABLE as error:
            where = self._place(error.__traceback__) or name
            hint = error.hint if isinstance(error, Unrenderable) else _EJECT
            what = str(error) or "it takes more memory than there is"
            raise TemplateFailed(f"the template cannot be drawn: {what}", where=where, hint=hint) from error

    def _place(self, traceback: TracebackType | None) -> str | None:
        """Return file and line of the innermost template in a traceback; Jinja maps its frames to the templates."""
        place = None
        while traceback is not None:
            file = traceback.tb_frame.f_code.co_filename
            if any(Path(file).is_relative_to(folder) for folder in self._folders):
                place = f"{file}:{traceback.tb_lineno}"
            traceback = traceback.tb_next
        return place


def _strict(filter_: Callable[..., Rendered]) -> Callable[..., Rendered]:
    """Return the filter, made to fail on a missing value under the value's name.

    It asks for the context so that nothing it returns is compiled into a template: a constant that
    goes through `api_version` has to follow the table.
    """

    @pass_context
    @wraps(filter_)
    def checked(context: Context, value: object, *arguments: object) -> Rendered:
        if type(value) is not str:  # nearly every value is
            _admitted(value, context)
        return filter_(value, *arguments)

    return checked


def _admitted(value: object, context: Context) -> None:
    """Refuse what is missing, under its own name, and what is too large."""
    if isinstance(value, StrictUndefined):
        str(value)
    if isinstance(value, list | tuple | dict):
        cast(Sandbox, context.environment).admit("what is printed", weight_of(value))


def _filtered_only(value: object) -> Rendered:
    """Refuse what no filter has made safe. Undefined names fail here, too, under their own name."""
    if type(value) is Rendered:
        return value
    if isinstance(value, StrictUndefined):
        str(value)
    raise Unrenderable(
        f"{value!r} is printed without a filter", hint="print values as `{{ value | arm }}` or `{{ value | bicep }}`"
    )


def _number(text: str, region: JsonObject | None) -> object:
    return region if text == _HOLE else float(text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        twice = next(name for at, (name, _) in enumerate(pairs) if name in {earlier for earlier, _ in pairs[:at]})
        raise ValueError(f"`{twice}` is there twice")
    return members


def _fits(folder: Path) -> None:
    """Raise TemplateFailed where a set says that it was written for another context."""
    stamp = folder / CONTEXT_FILE
    try:
        written_for = json.loads(stamp.read_bytes())["context"]
    except FileNotFoundError:
        return
    except (ValueError, LookupError, TypeError, RecursionError, OSError) as error:
        hint = f"""write `{{"context": {CONTEXT_VERSION}}}` into it, or remove it"""
        raise TemplateFailed(f"`{stamp}` does not say which context it is for", where=str(stamp), hint=hint) from error
    if written_for != CONTEXT_VERSION:
        raise TemplateFailed(
            f"the templates in `{folder}` are for context {written_for}, and azserve now gives {CONTEXT_VERSION}",
            code="template-context",
            where=str(stamp),
            hint="eject the set anew beside it with `azserve templates eject`, and carry your changes over",
        )


def _api_version(kind: str) -> Rendered:
    """Write the api-version that azserve pins for a resource type."""
    row = API_VERSIONS.get(kind)
    if row is None:
        raise Unrenderable(f"no api-version is known for `{kind}`", hint="write the version into the template")
    return Rendered(row.version)


def _resource_type(kind: str) -> Rendered:
    """Write a resource type of azserve's table."""
    _api_version(kind)  # a type from the table is spelled by azserve
    return Rendered(kind)


def _module_file(name: str) -> Rendered:
    """Write the name of a Bicep file beside this one."""
    if not all(character.isalnum() or character == "-" for character in name):
        raise Unrenderable(f"`{name}` is no name of a module", hint="modules are named by letters, digits and hyphens")
    return Rendered(f"{name}.bicep")


def _role_id(text: str) -> Rendered:
    """Write the GUID of a role."""
    if not all(character in "0123456789abcdef-" for character in text):
        raise Unrenderable(f"`{text}` is no id of a role", hint="role ids are GUIDs in lower case")
    return Rendered(text)


def _resource_id(ref: Ref) -> Rendered:
    """Write the call that gives a resource's id, to stand inside an ARM expression."""
    group = "".join(f"variables('{identifier(name)}'), " for name in ref.group)
    return Rendered(f"resourceId({group}'{_resource_type(ref.type)}', {_variables(ref)})")


def _resource_name(ref: Ref) -> Rendered:
    """Write the call that gives a nested resource's name, all segments of it."""
    holes = "/".join(f"{{{number}}}" for number in range(len(ref.names)))
    return Rendered(f"format('{holes}', {_variables(ref)})")


def _variables(ref: Ref) -> str:
    return ", ".join(f"variables('{identifier(name)}')" for name in ref.names)


def _template(drawn: _Drawn) -> Rendered:
    """Leave a hole for an ARM template that was drawn before; `TemplateSet.arm` fills it as it reads the JSON."""
    if not isinstance(drawn, _Drawn):
        raise Unrenderable("only `region` can be embedded as a template", hint="print values as `{{ value | arm }}`")
    return Rendered(_HOLE)


ARM_FILTERS: Final[Mapping[str, Callable[..., Rendered]]] = {
    "arm": arm,
    "resource_id": _resource_id,
    "resource_name": _resource_name,
    "template": _template,
}
BICEP_FILTERS: Final[Mapping[str, Callable[..., Rendered]]] = {
    "bicep": bicep,
    "comment": comment,
    "module_file": _module_file,
    "resource_type": _resource_type,
}
SHARED_FILTERS: Final[Mapping[str, Callable[..., Rendered]]] = {
    "api_version": _api_version,
    "identifier": identifier,
    "role_id": _role_id,
}
"""In both languages."""
