"""The reference of the API, made from what the API says of itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.web.api import made
from scheduler.web.guards import Anybody

router = APIRouter()
METHODS = ("get", "post", "patch", "put", "delete")
PROBLEMS = {
    400: "The request can't be read: no JSON, or a header that is none.",
    401: "No token, or one that is wrong, expired or revoked.",
    403: "The token lacks a scope; WWW-Authenticate names it.",
    404: "There is nothing here, or not for this token.",
    409: "Something else was decided meanwhile; of a plan the answer has the changes of now as diff.",
    412: "What you saw was changed since: get it again.",
    413: "More than 1 MB.",
    422: "It can be read and can't be: errors names each parameter or place in the body.",
    428: "Send the ETag that you saw as If-Match.",
    429: "Too often; Retry-After says for how many seconds.",
    503: "Not at the moment: try again after Retry-After seconds.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A parameter, or a field of a body."""

    name: str
    where: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Something that a program can do."""

    id: str
    tag: str
    method: str
    path: str
    scope: str
    description: str
    fields: tuple[Field, ...]
    answers: tuple[str, ...]


@router.get("/api", name="api")
def api(visit: Anybody) -> Response:
    """Everything that programs can do."""
    tags: dict[str, list[Operation]] = {}
    for operation in operations():
        tags.setdefault(operation.tag, []).append(operation)
    return visit.page("api.html", tags=tags, problems=PROBLEMS)


@lru_cache(maxsize=1)
def operations() -> tuple[Operation, ...]:
    """All of them, in the order of the description."""
    schema = made().openapi()
    base = schema["servers"][0]["url"]
    return tuple(
        _operation(base + path, method, each, schema)
        for path, methods in schema["paths"].items()
        for method, each in methods.items()
        if method in METHODS
    )


def _operation(path: str, method: str, each: Mapping[str, Any], schema: Mapping[str, Any]) -> Operation:
    answers = [
        f"{status}: {_type(_content(answer), schema)}".removesuffix(": ")
        for status, answer in each["responses"].items()
        if status.startswith("2")
    ]
    return Operation(
        id=each["operationId"],
        tag=each["tags"][-1],
        method=method.upper(),
        path=path,
        scope=each.get("x-scope", ""),
        description=each.get("description", ""),
        fields=(*_parameters(each, schema), *_body(each, schema)),
        answers=tuple(answers),
    )


def _parameters(each: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Field]:
    for one in each.get("parameters", ()):
        if one["name"] != "programme":
            yield Field(
                name=one["name"],
                where=one["in"],
                type=_type(one["schema"], schema),
                required=one.get("required", False),
                description=one.get("description", ""),
            )


def _body(each: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Field]:
    body = _resolved(_content(each.get("requestBody", {})), schema)
    for name, one in body.get("properties", {}).items():
        yield Field(
            name=name,
            where="body",
            type=_type(one, schema),
            required=name in body.get("required", ()),
            description=one.get("description", ""),
        )


def _content(holder: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((each.get("schema", {}) for each in holder.get("content", {}).values()), {})


def _resolved(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = part.get("$ref", "").rpartition("/")[2]
    found: Mapping[str, Any] = schema["components"]["schemas"][name] if name else part
    return found


def _type(part: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """In a few words: `string`, `integer`, `list of Person`."""
    if "$ref" in part:
        return str(_resolved(part, schema).get("title", ""))
    if "anyOf" in part:
        return " or ".join(_type(each, schema) for each in part["anyOf"])
    if part.get("type") == "array":
        return f"list of {_type(part.get('items', {}), schema)}"
    return str(part.get("title", part.get("type", "")) if "properties" in part else part.get("type", ""))
