"""Who coordinates a programme: invite others, and take it back."""

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from scheduler.app.access.signing_in import Invited
from scheduler.core.tongue import gettext as _
from scheduler.errors import InputError
from scheduler.web.guards import Coordinator
from scheduler.web.visit import Desk

router = APIRouter(prefix="/p/{programme}/coordinators")


@router.get("", name="coordinators")
def coordinators(desk: Coordinator) -> Response:
    """Who is one, and who is invited."""
    return _page(desk)


@router.post("", name="invite-coordinator")
def invite(desk: Coordinator) -> Response:
    """Invite somebody by mail; where that can't be sent, the link is shown, once."""
    email, by = desk.said("email"), desk.visitor.identity
    desk.limits.mails.count(desk.client)
    try:
        done = desk.site.signing_in.invite(
            desk.programme,
            email,
            owner=desk.visitor.owner and desk.said("owner") == "yes",
            by=(by.name or by.email) if by else "",
        )
    except InputError as fault:
        return _page(desk, status=422, email=email, wrong=f"{fault.message} {fault.hint}".strip().capitalize())
    return _page(desk, invited=done)


@router.post("/{identity}/remove", name="remove-coordinator")
def remove(desk: Coordinator, identity: str) -> Response:
    """End somebody's role, and sign them out; the last one stays."""
    store = desk.site.access.store
    if identity not in {each.id for each in store.coordinators(desk.programme)}:
        raise HTTPException(404)
    if not store.remove_coordinator(desk.programme, identity):
        return _page(desk, status=422, fault=_("The last coordinator can't be removed: invite another one first."))
    mine = desk.visitor.identity
    return desk.go("front") if mine and mine.id == identity else desk.go("coordinators", programme=desk.programme)


@router.post("/invitations/{hash_}/withdraw", name="withdraw-invitation")
def withdraw(desk: Coordinator, hash_: str) -> Response:
    """Let an invitation end."""
    now = desk.site.service.clock.now()
    if hash_ not in {each.hash for each in desk.site.access.store.invitations(desk.programme, now)}:
        raise HTTPException(404)
    desk.site.access.store.revoke_link(desk.programme, hash_, now)
    return desk.go("coordinators", programme=desk.programme)


def _page(
    desk: Desk, *, status: int = 200, email: str = "", wrong: str = "", fault: str = "", invited: Invited | None = None
) -> Response:
    store, now = desk.site.access.store, desk.site.service.clock.now()
    return desk.page(
        "coordinators.html",
        status=status,
        coordinators=store.coordinators(desk.programme),
        invitations=store.invitations(desk.programme, now),
        email=email,
        wrong=wrong,
        fault=fault,
        invited=invited,
    )
