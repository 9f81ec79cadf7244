"""Inviting people of a programme: a link of their own, handed over or mailed, and the end of it.

The link is the key to somebody's limits, meetings and calendars, so it is told once and kept nowhere: a mail with one
goes straight to the mail server, and never lies in wait with the notices.
"""

import secrets
from datetime import timedelta

from scheduler.app.access.sessions import LASTS
from scheduler.app.people import feeds
from scheduler.app.site import Site
from scheduler.core.notice import Notice
from scheduler.core.notice_words import Words
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import speaking
from scheduler.core.tongues import tongue_of
from scheduler.core.visitor import LinkKind
from scheduler.core.words import one_line
from scheduler.errors import InputError
from scheduler.programme import Person

MOST_A_DAY = 5
DAY = timedelta(days=1)


def invite(site: Site, programme: str, person: str) -> str:
    """A link of somebody's own, to be shown or mailed. Raises InputError where they had so many today already."""
    app, now = site.app(programme), site.service.clock.now()
    who = app.person(person)
    since = now - DAY + LASTS[LinkKind.PERSON]
    today = [each for each in site.access.store.links_of(programme, who.id, now) if each.expires_at > since]
    if len(today) >= MOST_A_DAY:
        told = {"name": one_line(who.name) or who.id}
        raise InputError(
            _("%(name)s was given many links today.") % told, hint=_("Each of them still opens their pages.")
        )
    return f"{site.public_url}/in/{site.access.hand_out(LinkKind.PERSON, programme, who.id)}"


def without_link(site: Site, programme: str) -> list[Person]:
    """The people of a programme who have no link that opens anything."""
    linked = site.access.store.linked(programme, site.service.clock.now())
    return [each for each in site.app(programme).programme.people if each.id not in linked]


def invite_all(site: Site, programme: str, most: int) -> list[tuple[Person, str]]:
    """A link each for those who have none, so many at once, to be handed over by whoever asks."""
    access = site.access
    return [
        (who, f"{site.public_url}/in/{access.hand_out(LinkKind.PERSON, programme, who.id)}")
        for who in without_link(site, programme)[:most]
    ]


def mail(site: Site, programme: str, person: str) -> None:
    """Mail somebody a link of their own. Raises InputError where they have no address or nobody sends mail, and what
    a notifier raises."""
    app = site.app(programme)
    who, by_mail = app.person(person), app.notifiers.mail
    if not who.email or by_mail is None:
        why = _("there is no mail server") if who.email else _("%(name)s has no mail address") % {"name": who.name}
        raise InputError(why, hint=_("Hand the link over in another way."))
    told = words(who, app.programme.name, invite(site, programme, person))
    notice = Notice(
        key=secrets.token_hex(16),
        decision="",
        person=who.id,
        address=who.email,
        subject=told.subject,
        text=told.text,
    )
    by_mail.send(notice)


def words(who: Person, programme: str, link: str) -> Words:
    """What the mail says, in the language of whoever reads it."""
    with speaking(tongue_of(who.locale)):
        told = {"name": one_line(who.name) or who.id, "programme": one_line(programme), "link": link}
        subject = _("Your meetings in %(programme)s") % told
        text = _(
            "Hello %(name)s,\n\n"
            "%(programme)s plans its regular meetings with Rondo. This link is yours: by it you say when you can meet, "
            "connect a calendar if you like, and see your meetings.\n\n%(link)s\n\n"
            "It asks for no password. Whoever has it can act as you, so please don't pass it on.\n"
            "Nothing happens before you press a button there."
        )
        return Words(subject, f"{text % told}\n")


def revoke(site: Site, programme: str, person: str) -> int:
    """End all links of somebody, whatever was opened by them, and their feed; how many links there were."""
    feeds.renew(site.app(programme), feeds.Whose.PERSON, person)
    return site.access.store.revoke_links(programme, person, site.service.clock.now())
