"""Functions on arrays, and those that take arrays, objects and texts alike."""

from __future__ import annotations

from collections.abc import Callable

from azserve.emulator.arm.deployments.template.evaluate import Frame, Function, unable
from azserve.emulator.arm.deployments.template.values import is_int, kind_of, member, same, text_of
from azserve.emulator.kernel.wire import Json

LONGEST_RANGE = 10_000


def wanted_list(name: str, value: Json) -> list[Json]:
    """Return the value if it is an array, else raise TemplateError."""
    if not isinstance(value, list):
        raise unable(name, f"the argument must be of type 'Array', the provided value is of type '{kind_of(value)}'")
    return value


def length(_: Frame, values: list[Json]) -> Json:
    """Elements, characters or properties."""
    if not isinstance(values[0], list | str | dict):
        raise unable("length", f"the provided value is of type '{kind_of(values[0])}'")
    return len(values[0])


def empty(_: Frame, values: list[Json]) -> Json:
    """Return whether there is nothing in it; null is nothing."""
    if values[0] is not None and not isinstance(values[0], list | str | dict):
        raise unable("empty", f"the provided value is of type '{kind_of(values[0])}'")
    return not values[0]


def contains(_: Frame, values: list[Json]) -> Json:
    """Return whether an array holds a value, an object a property, a text a text."""
    whole, part = values
    if isinstance(whole, list):
        return any(same(one, part) for one in whole)
    if isinstance(whole, dict):
        return member(whole, text_of(part)) is not None
    if isinstance(whole, str):
        return text_of(part) in whole
    raise unable("contains", f"the provided value is of type '{kind_of(whole)}'")


def cut(name: str, do: Callable[[Json, int], Json]) -> Function:
    """`take` and `skip`."""

    def call(_: Frame, values: list[Json]) -> Json:
        if not isinstance(values[0], list | str) or not is_int(values[1]):
            raise unable(name, "the arguments must be an array or string, and an integer")
        return do(values[0], max(0, values[1]))

    return Function(name, call, 2, 2)


def end_of(name: str, at: int) -> Function:
    """`first` and `last`: null for an empty array, nothing for an empty text."""

    def call(_: Frame, values: list[Json]) -> Json:
        whole = values[0]
        if not isinstance(whole, list | str):
            raise unable(name, f"the provided value is of type '{kind_of(whole)}'")
        if not whole:
            return "" if isinstance(whole, str) else None
        return whole[at]

    return Function(name, call, 1, 1)


def compared(frame: Frame, these: int, with_those: int) -> None:
    """Count what is compared, each with each; TemplateError where it is too much."""
    frame.budget.spend(these * with_those // 16)


def distinct(values: list[Json]) -> list[Json]:
    """Each value once, in order."""
    made: list[Json] = []
    for value in values:
        if not any(same(value, one) for one in made):
            made.append(value)
    return made


def merged(one: Json, other: Json) -> Json:
    """Two objects, deeply; the second wins, and arrays are replaced."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return other
    made = dict(one)
    for key, value in other.items():
        found = member(made, key)
        made[found[0] if found else key] = merged(found[1], value) if found else value
    return made


def union(frame: Frame, values: list[Json]) -> Json:
    """All elements once, or all properties merged."""
    if all(isinstance(value, list) for value in values):
        whole = [one for value in values for one in value]
        if len(whole) > LONGEST_RANGE:
            raise unable("union", "the arrays are too long")
        compared(frame, len(whole), len(whole))
        return distinct(whole)
    if all(isinstance(value, dict) for value in values):
        made: Json = {}
        for value in values:
            compared(frame, len(made), len(value))
            made = merged(made, value)
        return made
    raise unable("union", "all arguments must be arrays, or all must be objects")


def intersection(frame: Frame, values: list[Json]) -> Json:
    """The elements, or properties, that all have."""
    first, *others = values
    if all(isinstance(value, list | dict) for value in values):
        compared(frame, len(first), sum(map(len, values)))
    if all(isinstance(value, list) for value in values):
        return distinct([one for one in first if all(any(same(one, two) for two in other) for other in others)])
    if all(isinstance(value, dict) for value in values):
        return {
            key: value
            for key, value in first.items()
            if all((found := member(other, key)) is not None and same(found[1], value) for other in others)
        }
    raise unable("intersection", "all arguments must be arrays, or all must be objects")


def counted(_: Frame, values: list[Json]) -> Json:
    """`range`: integers from a start."""
    start, count = values
    if not is_int(start) or not is_int(count):
        raise unable("range", "the arguments must be of type 'Integer'")
    if not 0 <= count <= LONGEST_RANGE:
        raise unable("range", f"the count must be between 0 and {LONGEST_RANGE}")
    return list(range(start, start + count))


def extreme(name: str, pick: Callable[[list[int]], int]) -> Function:
    """`min` and `max`, of arguments or of one array."""

    def call(_: Frame, values: list[Json]) -> Json:
        numbers = values[0] if isinstance(values[0], list) else values
        if not numbers or not all(is_int(one) for one in numbers):
            raise unable(name, "the arguments must be of type 'Integer'")
        return pick(numbers)

    return Function(name, call, 1, None)


def from_end(name: str, *, strict: bool) -> Function:
    """`indexFromEnd` and `tryIndexFromEnd`: the last element is 1; beyond the first is an error, or null."""

    def call(_: Frame, values: list[Json]) -> Json:
        whole, at = wanted_list(name, values[0]), values[1]
        if is_int(at) and 1 <= at <= len(whole):
            return whole[-at]
        if strict or not is_int(at):
            raise unable(name, f"the index '{text_of(at)[:40]}' is not between 1 and {len(whole)}")
        return None

    return Function(name, call, 2, 2)


def flatten(_: Frame, values: list[Json]) -> Json:
    """An array of arrays, one level flatter."""
    whole = wanted_list("flatten", values[0])
    return [one for inner in whole for one in wanted_list("flatten", inner)]


def array(_: Frame, values: list[Json]) -> Json:
    """The value, in an array unless it is one."""
    return values[0] if isinstance(values[0], list) else [values[0]]


FUNCTIONS = (
    Function("length", length, 1, 1),
    Function("empty", empty, 1, 1),
    Function("contains", contains, 2, 2),
    cut("take", lambda whole, count: whole[:count]),
    cut("skip", lambda whole, count: whole[count:]),
    end_of("first", 0),
    end_of("last", -1),
    Function("union", union, 1, None),
    Function("intersection", intersection, 1, None),
    Function("range", counted, 2, 2),
    extreme("min", min),
    extreme("max", max),
    from_end("indexFromEnd", strict=True),
    from_end("tryIndexFromEnd", strict=False),
    Function("flatten", flatten, 1, 1),
    Function("array", array, 1, 1),
    Function("createArray", lambda _, values: values, 0, None),
)
