"""What every table of an owner's files keeps to, whichever file it stands in, and how its faults are told."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError


class Table(BaseModel):
    """Refuses unknown keys, NaN and infinity, booleans for a setting that is none, and a NUL in a text."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _booleans_are_no_numbers(cls, value: Any, info: ValidationInfo) -> Any:
        """Python takes `false` for 0, which is no bound for most of what is counted."""
        if isinstance(value, bool) and info.field_name and cls.model_fields[info.field_name].annotation is not bool:
            raise PydanticCustomError("boolean", "Input should be neither true nor false")
        return value

    @field_validator("*", mode="before")
    @classmethod
    def _texts_have_no_nul(cls, value: Any) -> Any:
        """Most are names of files, and no system takes one with it."""
        if isinstance(value, str) and "\0" in value:
            raise PydanticCustomError("nul", "Input should have no NUL character")
        return value


def fault(error: ValidationError, schema: Mapping[str, Any], names: str = "") -> str:
    """The first thing that is wrong in a file of tables, as a sentence: which key, its value, what is allowed.

    Args:
        error: what was found.
        schema: the JSON schema of the whole file.
        names: what names may be, where the schema does not say it.
    """
    first = error.errors(include_url=False)[0]
    place = [part for part in first["loc"] if part != "[key]"]
    *parents, about = _way(schema, place)
    said = ".".join(map(str, place))
    match first["type"]:
        case "missing":
            return f"{said} is missing."
        case "extra_forbidden":
            given, known = str(place[-1]), parents[-1]["properties"]
            longer = [key for key in known if key.startswith(given)]
            nearest = longer or difflib.get_close_matches(given, known, n=1, cutoff=0)
            return f"{said} is not a setting: did you mean {nearest[0]}?"
    if first["loc"][-1] == "[key]":
        of_names = _resolved(parents[-1].get("propertyNames", {"description": names}), schema)
        return f"{said} cannot be a name; it must be {allowed(of_names)}."
    return f"{said} is {shown(first['input'])}; it must be {allowed(about)}."


def _way(schema: Mapping[str, Any], place: Iterable[int | str]) -> Iterator[Mapping[str, Any]]:
    """What the file may hold, and each thing on the way to a place in it."""
    yield (here := schema)
    for part in place:
        by_name = (here.get("additionalProperties"), *here.get("patternProperties", {}).values())
        here = _resolved(
            here.get("properties", {}).get(part) or next((found for found in by_name if found), {}), schema
        )
        yield here


def _resolved(schema: Mapping[str, Any], file: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = file["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found


def shown(value: object) -> str:
    """A value as a sentence has room for it, nearly as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    written = str(value) if isinstance(value, date | time) else repr(value)
    return written if len(written) <= 100 else f"{written[:100]}…"


def allowed(schema: Mapping[str, Any]) -> str:
    """What a key may hold, in words: "a whole number from 1 to 100000"."""
    if "enum" in schema:
        return "one of " + ", ".join(f'"{word}"' for word in schema["enum"])
    if "description" in schema:
        return str(schema["description"])
    if "anyOf" in schema:
        return allowed(schema["anyOf"][0])  # the other one is nothing
    kind = schema.get("type", "string")
    if kind not in {"integer", "number"}:
        length = (
            f" of {schema.get('minLength', 0)} to {schema['maxLength']} characters" if "maxLength" in schema else ""
        )
        other = {"boolean": "true or false", "object": "a table: its name in brackets, its keys below"}
        return other.get(kind, f"a text{length}")
    number = "a whole number" if kind == "integer" else "a number"
    open_end = schema.get("exclusiveMinimum")
    low = f"from {_plain(schema['minimum'])}" if open_end is None else f"above {_plain(open_end)}"
    return f"{number} {low} to {_plain(schema['maximum'])}"


def _plain(number: float) -> float:
    """30.0 as 30."""
    return number if number % 1 else int(number)
