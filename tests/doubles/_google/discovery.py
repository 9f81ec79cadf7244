"""Google's own description of its Calendar API, from inside the client library: every request is held to it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from werkzeug.datastructures import MultiDict

Json = dict[str, Any]
BASE = "/calendar/v3/"
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
TYPES = {"integer": r"-?\d+", "boolean": "true|false", "string": r"[\s\S]*", "number": r"-?\d+(\.\d+)?"}


@dataclass(frozen=True, slots=True)
class Method:
    """One method: its name (events.insert), its description, and the values in its path."""

    name: str
    said: Json
    path: Mapping[str, str]


@lru_cache(maxsize=1)
def document() -> Json:
    """The description."""
    text = files("googleapiclient").joinpath("discovery_cache/documents/calendar.v3.json").read_text()
    said: Json = json.loads(text)
    return said


def method_of(verb: str, path: str) -> Method | None:
    """The method of a request; None: there is none at Google."""
    for name, said, pattern in _methods():
        if verb == said["httpMethod"] and (found := pattern.fullmatch(path)):
            return Method(name, said, found.groupdict())
    return None


def broken(method: Method, query: "MultiDict[str, str]", body: Json | None) -> Iterator[str]:
    """What a request breaks of the description."""
    known = {**document()["parameters"], **method.said.get("parameters", {})}
    for name, values in query.lists():
        if name not in known or known[name].get("location") == "path":
            yield f"{method.name}: there is no parameter {name}"
            continue
        if len(values) > 1 and not known[name].get("repeated"):
            yield f"{method.name}: {name} is given twice"
        yield from (f"{method.name}: {fault}" for value in values for fault in _of_parameter(name, value, known[name]))
    needs = {name for name, said in known.items() if said.get("required") and said.get("location") == "query"}
    yield from (f"{method.name}: {name} is missing" for name in needs - set(query))
    if "fields" in query and "response" in method.said:
        yield from _unknown_fields(parse_fields(query["fields"]), method.said["response"], method.name)
    if "request" in method.said:
        yield from _of_body(method, body or {})
    elif body:
        yield f"{method.name}: it takes no body"


def scopes_of(method: Method) -> frozenset[str]:
    """The scopes of which one is needed."""
    return frozenset(method.said.get("scopes", ()))


def parse_fields(text: str) -> Json:
    """A partial response's mask (`items(id,a/b),next`) as nested names."""
    mask: Json = {}
    stack, here = [mask], mask
    for part in re.findall(r"[^,()/]+|[,()/]", text):
        if part == "(":
            stack.append(here)
        elif part == ")":
            here = stack.pop()
        elif part == ",":
            here = stack[-1]
        elif part != "/":
            here = here.setdefault(part, {})
    return mask


def masked(value: Any, mask: Json) -> Any:
    """What a mask lets through."""
    if not mask or "*" in mask:
        return value
    if isinstance(value, list):
        return [masked(each, mask) for each in value]
    return {name: masked(value[name], inner) for name, inner in mask.items() if name in value}


@lru_cache(maxsize=1)
def _methods() -> list[tuple[str, Json, re.Pattern[str]]]:
    found = []
    for resource, said in document()["resources"].items():
        for name, method in said["methods"].items():
            template = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(BASE + method["path"]))
            found.append((f"{resource}.{name}", method, re.compile(template)))
    # a fixed path goes before one with a placeholder in its place
    return sorted(found, key=lambda each: each[2].groups)


def _of_parameter(name: str, value: str, said: Json) -> Iterator[str]:
    if not re.fullmatch(TYPES[said.get("type", "string")], value):
        yield f"{name} is no {said['type']}"
    elif "enum" in said and value not in said["enum"]:
        yield f"{name} is none of its values"
    elif said.get("format") == "date-time" and not DATE_TIME.fullmatch(value):
        yield f"{name} is no RFC 3339 time with an offset"
    elif said.get("type") == "integer" and not (
        int(said.get("minimum", "-999999")) <= int(value) <= int(said.get("maximum", "999999"))
    ):
        yield f"{name} is out of its range"


def _of_body(method: Method, body: Json) -> Iterator[str]:
    patch = method.said["httpMethod"] == "PATCH"
    schema = {"$ref": f"#/$defs/{method.said['request']['$ref']}", "$defs": _schemas()}
    for error in Draft202012Validator(schema).iter_errors(_without_nulls(body) if patch else body):
        yield f"{method.name}: {'/'.join(map(str, error.absolute_path))} {error.message.split(chr(10))[0]}"


@lru_cache(maxsize=1)
def _schemas() -> Json:
    return {name: _strict(said) for name, said in document()["schemas"].items()}


def _strict(said: Any) -> Any:
    """A schema of Google's as JSON Schema, in which no property may be unknown."""
    if "$ref" in said:
        return {"$ref": f"#/$defs/{said['$ref']}"}
    if said.get("type") == "array":
        return {"type": "array", "items": _strict(said["items"])}
    if said.get("type") == "object":
        more = said.get("additionalProperties")
        return {
            "type": "object",
            "properties": {name: _strict(inner) for name, inner in said.get("properties", {}).items()},
            "additionalProperties": _strict(more) if more else False,
        }
    if said.get("type") == "any":
        return {}
    return {"type": said["type"], **({"enum": said["enum"]} if "enum" in said else {})}


def _unknown_fields(mask: Json, said: Json, where: str) -> Iterator[str]:
    said = document()["schemas"][said["$ref"]] if "$ref" in said else said
    if said.get("type") == "array":
        yield from _unknown_fields(mask, said["items"], where)
        return
    known, more = said.get("properties", {}), said.get("additionalProperties")
    for name, inner in mask.items():
        if name in known:
            yield from _unknown_fields(inner, known[name], f"{where}/{name}")
        elif not more:
            yield f"{where}: there is no field {name}"


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return value
