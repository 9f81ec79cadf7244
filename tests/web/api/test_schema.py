"""The API does what its OpenAPI says, whatever it is asked: no 500, no answer that is not described, none of another
form. So many requests for each operation: a few, with --long many."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from scheduler.core.token import Scope
from scheduler.web.api import made
from tests.site import Stand
from tests.web.api.conftest import PROFILE, token

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]
SETTINGS = settings(
    settings.get_profile(PROFILE),
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def headers(stand: Stand) -> dict[str, str]:
    """Of somebody who may do everything."""
    return {"Authorization": f"Bearer {token(stand, tuple(Scope))}"}


def described() -> dict[str, Any]:
    """What the API says of itself, with the one programme that there is."""
    schema = made().openapi()
    for path in schema["paths"].values():
        for operation in path.values():
            for each in operation["parameters"]:
                if each["name"] == "programme":
                    each["schema"] = {"const": "spring"}
    return schema


# planning takes its time, and another test asks for it
api = schemathesis.openapi.from_dict(described()).exclude(path_regex="/plans$", method="POST")


@api.parametrize()
@SETTINGS
def test_whatever_is_asked_is_answered_as_described(case: Case[Any], stand: Stand, headers: dict[str, str]) -> None:
    """Each operation, with what fits and with what does not."""
    case.call_and_validate(base_url=f"{stand.address}/api", headers=headers, checks=CHECKS)


def test_it_is_openapi_3_1_and_tells_of_every_error() -> None:
    """Every operation names the problems of whoever shows no token, and the scope that it takes."""
    whole = described()
    assert whole["openapi"].startswith("3.1")
    for path in whole["paths"].values():
        for operation in path.values():
            assert {"400", "401", "403", "404", "422", "429", "503"} <= set(operation["responses"])
            assert operation["x-scope"] in set(Scope)
            assert operation["security"]
