"""Errors of the API, each as RFC 9457 has it (application/problem+json)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from scheduler.errors import ChangedElsewhere, CredentialsRejected, InputError, RondoError, StalePlan

MEDIA_TYPE = "application/problem+json"
KIND = "/api#problem-"
"""What `type` begins with: the place on the reference page that tells of it."""
BROKEN = {"Connection": "close"}
"""The server closes a connection after a mistake of ours, and whoever would ask again on it has to know."""


class Flaw(BaseModel):
    """One thing that is wrong with a request."""

    model_config = ConfigDict(extra="forbid")

    detail: str
    pointer: Annotated[str, Field(description="Where in the body: a JSON Pointer (RFC 6901) as a URI fragment.")] = ""
    parameter: Annotated[str, Field(description="Or which parameter of the path, the query or the headers.")] = ""


class Problem(BaseModel):
    """What went wrong, for programs and for people (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: Annotated[str, Field(description="An address that tells of this kind of problem.")]
    title: str
    status: int
    detail: str
    hint: Annotated[str, Field(description="What to do, where that is known.")] = ""
    errors: list[Flaw] = []


class Refused(HTTPException):
    """A request that is refused: with its flaws, or whatever else may help."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.more = more


def flaw(detail: str, *, parameter: str = "", pointer: str = "") -> Refused:
    """A request (422) with one thing wrong in it."""
    return Refused(422, detail, errors=[_flaw(detail, parameter=parameter, pointer=pointer)])


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How a route may answer beside what it is there for, for its `responses`."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def add_problems(api: FastAPI) -> None:
    """Have everything that goes wrong in an application answered as a problem."""
    api.add_exception_handler(HTTPException, _refused)
    api.add_exception_handler(RequestValidationError, _unreadable)
    api.add_exception_handler(RondoError, _failed)
    api.add_exception_handler(Exception, _broken)


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """An answer that says what went wrong."""
    title = HTTPStatus(status).phrase
    said = {"type": f"{KIND}{status}", "title": title, "status": status, "detail": detail or title}
    return JSONResponse(said | {name: each for name, each in more.items() if each}, status, headers, MEDIA_TYPE)


def _refused(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    more = fault.more if isinstance(fault, Refused) else {}
    return problem(fault.status_code, str(fault.detail), fault.headers, **more)


def _unreadable(_request: Request, fault: Exception) -> Response:
    """What does not fit the schema; what was sent is not told back."""
    assert isinstance(fault, RequestValidationError)
    flaws = [_at(each["loc"], str(each["msg"])) for each in fault.errors()]
    bad = any(each["type"] == "json_invalid" for each in fault.errors())
    return problem(400 if bad else 422, "The request is not what this address takes.", errors=flaws)


def _failed(_request: Request, fault: Exception) -> Response:
    """An error of ours that says what, where, and what to do."""
    if isinstance(fault, InputError):
        return problem(422, fault.message, hint=fault.hint, errors=[{"detail": fault.message}])
    if isinstance(fault, ChangedElsewhere | StalePlan):
        return problem(409, str(fault))
    status = 502 if isinstance(fault, CredentialsRejected) else 503
    return problem(status, str(fault), {"Retry-After": "30"} if status == 503 else None)


def _broken(_request: Request, _fault: Exception) -> Response:
    """A mistake of ours, whose story is in the log alone."""
    return problem(500, "Something is broken here. It is not your fault, and it was noted.", BROKEN)


def _at(place: Sequence[int | str], detail: str) -> dict[str, str]:
    where, *path = place
    if where != "body":
        return _flaw(detail, parameter=".".join(map(str, path)))
    return _flaw(detail, pointer="#" + "".join(f"/{_escaped(str(part))}" for part in path))


def _flaw(detail: str, *, parameter: str = "", pointer: str = "") -> dict[str, str]:
    said = {"detail": detail, "parameter": parameter, "pointer": pointer}
    return {name: each for name, each in said.items() if each}


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")[:100]
