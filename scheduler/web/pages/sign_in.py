"""Signing in as a coordinator: at Google or Microsoft, or by a link to a mailbox."""

from typing import Literal

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.responses import Response

from scheduler.app.access.signing_in import NAMES
from scheduler.core.address import MAILBOX
from scheduler.core.tongue import gettext as _
from scheduler.errors import InputError, RondoError, Unavailable
from scheduler.web.guards import Anybody
from scheduler.web.pages.coming_in import landing
from scheduler.web.visit import Visit

router = APIRouter(prefix="/sign-in")
Provider = Literal["google", "microsoft"]


@router.get("", name="sign-in")
def sign_in(visit: Anybody) -> Response:
    """The ways to sign in here; `next` says where that leads."""
    return _page(visit)


@router.post("/mail", name="sign-in-mail")
def mail(visit: Anybody) -> Response:
    """Send a link to a mailbox, if it is known. The answer is the same, and as soon, where it is not."""
    email = visit.said("email")
    if not MAILBOX.fullmatch(email) or not email.isprintable():
        return _page(
            visit, status=422, email=email, wrong=_("This is no mail address. Write it like name@example.org.")
        )
    visit.limits.mails.count(visit.client)
    visit.limits.mails_to.count(email.casefold())
    answer = visit.page("sign_in_mail.html", email=email)
    answer.background = BackgroundTask(visit.site.signing_in.mail_link_quietly, email)
    return answer


@router.post("/{provider}", name="sign-in-at")
def at(visit: Anybody, provider: Provider) -> Response:
    """Set out to a provider; an `invitation` is taken at the return."""
    visit.limits.trips.count(visit.client)
    try:
        url = visit.site.signing_in.set_out(
            provider, visit.cookie, following=visit.said("next"), invitation=visit.said("invitation")
        )
    except (InputError, Unavailable) as fault:
        return _page(visit, status=503 if isinstance(fault, Unavailable) else 422, fault=fault)
    return visit.page("onward.html", url=url, provider=NAMES[provider])


@router.get("/{provider}/back", name="signed-in-at")
def back(visit: Anybody, provider: Provider) -> Response:
    """Somebody comes back from a provider: only to the session that set out, and only once."""
    visit.limits.guesses.check(visit.client)
    try:
        cookie, following = visit.site.signing_in.come_back(provider, visit.cookie, visit.request.query_params)
    except RondoError as fault:
        visit.limits.guesses.count(visit.client)
        return _page(visit, status=503 if isinstance(fault, Unavailable) else 403, fault=fault)
    return visit.with_cookie(landing(visit, cookie, following), cookie)


def _page(
    visit: Visit, *, status: int = 200, email: str = "", wrong: str = "", fault: RondoError | None = None
) -> Response:
    hint = fault.hint if isinstance(fault, InputError) else ""
    told = fault.message if isinstance(fault, InputError) else str(fault or "")
    return visit.page(
        "sign_in.html",
        status=status,
        ways=visit.site.signing_in.ways,
        names=NAMES,
        following=visit.said("next"),
        email=email,
        wrong=wrong,
        fault=told[:1].upper() + told[1:],
        hint=hint,
    )
