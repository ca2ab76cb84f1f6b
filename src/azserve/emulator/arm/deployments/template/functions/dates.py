"""Functions on dates, and the one on chance. Formats are the .NET ones that templates use."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from azserve.emulator.arm.deployments.template.evaluate import Frame, Function, unable
from azserve.emulator.arm.deployments.template.functions.text import wanted_int, wanted_text
from azserve.emulator.arm.deployments.template.values import TemplateError
from azserve.emulator.kernel.wire import Json

DURATION = re.compile(
    r"(?P<sign>-?)P(?=.)(?:(?P<years>\d{1,6})Y)?(?:(?P<months>\d{1,6})M)?(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,6})S)?)?"
)
STANDARD = {
    "d": "MM/dd/yyyy",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffZ",
    "O": "yyyy-MM-ddTHH:mm:ss.fffffffZ",
    "u": "yyyy-MM-dd HH:mm:ssZ",
    "R": "ddd, dd MMM yyyy HH:mm:ss GMT",
    "r": "ddd, dd MMM yyyy HH:mm:ss GMT",
}
USUAL = "yyyyMMddTHHmmssZ"
"""What `utcNow()` gives without a format."""
PARTS = re.compile(
    r"'(?P<quoted>[^']*)'|yyyy|yy|MMMM|MMM|MM|M(?![a-z])|dddd|ddd|dd|d(?![a-z])|HH|hh|mm|ss|f{1,7}|tt|GMT|[A-Za-z]|.",
    re.DOTALL,
)
KEPT = frozenset({"T", "Z", "GMT"})
STRFTIME = {"MMMM": "%B", "MMM": "%b", "dddd": "%A", "ddd": "%a", "tt": "%p"}


def shown(moment: datetime, shape: str) -> str:
    """Return a moment in a .NET format."""
    return "".join(part_of(moment, found) for found in PARTS.finditer(STANDARD.get(shape, shape)))


def part_of(moment: datetime, found: re.Match[str]) -> str:
    """Return one part of a format, filled in."""
    part = found.group(0)
    if found["quoted"] is not None:
        return found["quoted"]
    if part in STRFTIME:
        return moment.strftime(STRFTIME[part])
    numbers = {
        "yyyy": f"{moment.year:04}",
        "yy": f"{moment.year % 100:02}",
        "MM": f"{moment.month:02}",
        "M": f"{moment.month}",
        "dd": f"{moment.day:02}",
        "d": f"{moment.day}",
        "HH": f"{moment.hour:02}",
        "hh": f"{moment.hour % 12 or 12:02}",
        "mm": f"{moment.minute:02}",
        "ss": f"{moment.second:02}",
    }
    if part in numbers:
        return numbers[part]
    if set(part) == {"f"}:
        return f"{moment.microsecond:06}0"[: len(part)]
    if part.isalpha() and part not in KEPT:
        raise TemplateError(f"The date format specifier '{part}' is not modelled by the azserve emulator.")
    return part


def parsed(name: str, source: str) -> datetime:
    """Return the moment that a text in ISO 8601, or `utcNow()`'s own form, says."""
    text = re.sub(r"(\.\d{6})\d+", r"\1", source.strip())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise unable(name, f"the value '{source[:80]}' is not a valid date") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def added(moment: datetime, found: re.Match[str]) -> datetime:
    """Return a moment moved by a duration; a month is 30 days and a year 365, as ISO durations are in .NET."""
    parts = {name: int(value or 0) for name, value in found.groupdict().items() if name != "sign"}
    days = parts["years"] * 365 + parts["months"] * 30 + parts["weeks"] * 7 + parts["days"]
    span = timedelta(days=days, hours=parts["hours"], minutes=parts["minutes"], seconds=parts["seconds"])
    return moment - span if found["sign"] else moment + span


def date_time_add(_: Frame, values: list[Json]) -> Json:
    """A date moved by a duration."""
    moment = parsed("dateTimeAdd", wanted_text("dateTimeAdd", values[0]))
    found = DURATION.fullmatch(wanted_text("dateTimeAdd", values[1]))
    if found is None:
        raise unable("dateTimeAdd", f"the value '{values[1][:80]}' is not a valid ISO 8601 duration")
    shape = wanted_text("dateTimeAdd", values[2]) if len(values) > 2 else "yyyy-MM-ddTHH:mm:ssZ"
    try:
        return shown(added(moment, found).astimezone(UTC), shape)
    except OverflowError as error:
        raise unable("dateTimeAdd", "the result is not a valid date") from error


def check_allowed(name: str, frame: Frame) -> None:
    """Raise TemplateError unless the expression is a default value, where what differs each time is allowed."""
    if not frame.now_allowed:
        raise TemplateError(
            f"The template function '{name}' is not expected at this location. "
            "Please see https://aka.ms/arm-functions for usage details."
        )


def new_guid(frame: Frame, values: list[Json]) -> Json:
    """A GUID that no other call gives; only in default values of parameters."""
    check_allowed("newGuid", frame)
    return frame.outside.new_guid()


def utc_now(frame: Frame, values: list[Json]) -> Json:
    """When the deployment was asked for; only in default values of parameters."""
    check_allowed("utcNow", frame)
    return shown(frame.outside.utc_now(), wanted_text("utcNow", values[0]) if values else USUAL)


def from_epoch(_: Frame, values: list[Json]) -> Json:
    """Seconds since 1970 to a date."""
    try:
        return shown(datetime.fromtimestamp(wanted_int("dateTimeFromEpoch", values[0]), UTC), "yyyy-MM-ddTHH:mm:ssZ")
    except (OverflowError, OSError, ValueError) as error:
        raise unable("dateTimeFromEpoch", "the result is not a valid date") from error


def to_epoch(_: Frame, values: list[Json]) -> Json:
    """A date to seconds since 1970."""
    try:
        return int(parsed("dateTimeToEpoch", wanted_text("dateTimeToEpoch", values[0])).timestamp())
    except OverflowError as error:
        raise unable("dateTimeToEpoch", "the result is not a valid number") from error


FUNCTIONS = (
    Function("dateTimeAdd", date_time_add, 2, 3),
    Function("dateTimeFromEpoch", from_epoch, 1, 1),
    Function("dateTimeToEpoch", to_epoch, 1, 1),
    Function("newGuid", new_guid, 0, 0),
    Function("utcNow", utc_now, 0, 1),
)
