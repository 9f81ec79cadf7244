"""What an answer of Google that is no success means, in our own words: theirs may be hostile, and are never shown.

https://developers.google.com/workspace/calendar/api/guides/errors
"""

import json
from collections.abc import Mapping

from connectors._http.retry import Later
from scheduler.errors import CredentialsRejected, InputError, Unavailable

AGAIN = "Sign in again: rondo connect google DIR --person ID"
USAGE = {
    "rateLimitExceeded",
    "userRateLimitExceeded",
    "quotaExceeded",
    "dailyLimitExceeded",
    "calendarUsageLimitsExceeded",
}
SCOPES = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
DOORS = "push.webhookUrl"  # how reasons begin that tell what is wrong with the address of a channel
NAMED = {  # reasons that may stand in a message: all others could be anybody's text
    *("timeRangeEmpty", "timeRangeTooLong", "badRequest", "invalid", "required", "parseError", "duplicate"),
    *("forbidden", "requiredAccessLevel", "notFound", "deleted", "conditionNotMet", "fullSyncRequired"),
    *("channelIdNotUnique", "pushNotSupportedForRequestedResource"),
}


class Unsure(Later):
    """A call that was not answered, or by an error of the server: it may have taken effect all the same."""


class Refused(Unavailable):
    """An answer of 400, 403, 404, 409, 410 or 412, which some callers expect; others pass it on as Unavailable."""

    def __init__(self, status: int, reason: str) -> None:
        self.status, self.reason = status, reason if reason in NAMED else ""
        said = f" ({self.reason})" if self.reason else ""
        super().__init__(f"Google Calendar refused a request: {status}{said}.")


def fault(status: int, headers: Mapping[str, str], body: bytes) -> Exception:
    """What is to be raised for an answer of 300 or more."""
    reasons, retry_after = _reasons(body), headers.get("retry-after")
    if status == 429 or (status == 403 and reasons & USAGE):
        return Later("Google Calendar asks for fewer requests.", retry_after)
    if status >= 500 or status == 408:
        return Unsure(f"Google Calendar has trouble of its own ({status}).", retry_after)
    if any(each.startswith(DOORS) for each in reasons):  # some with 401, though it is not the token's fault
        return InputError(
            "Google tells nothing to the address of this service.",
            hint="It has to be https, with a certificate that everybody trusts: see service.public_url.",
        )
    if status == 401:
        return CredentialsRejected(f"Google no longer accepts this account's token. {AGAIN}")
    if reasons & SCOPES:
        return CredentialsRejected(f"This Google account has not allowed that. {AGAIN}, with what is to be allowed.")
    if "forbiddenForServiceAccounts" in reasons:
        return InputError(
            "Google lets no service account invite people by itself.",
            hint="Give it domain-wide delegation in the admin console, or connect the organiser's own account.",
        )
    return Refused(status, next(iter(sorted(reasons)), ""))


def _reasons(body: bytes) -> set[str]:
    """The reason codes of an error in Google's form; none where it has another."""
    try:
        error = json.loads(body)["error"]
        listed = [*error.get("errors", ()), *error.get("details", ())]
        return {str(each["reason"]) for each in listed if "reason" in each}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return set()
