"""A new programme: an empty one by its dates, or the sample, planned and published to files."""

import json
from datetime import date

from scheduler.app.programmes.editing import new_programme
from scheduler.app.service.service import Service
from scheduler.programme.sample import sample_files
from scheduler.programme.sheets import slug
from scheduler.solve import Params
from scheduler.store import SqlProgrammes

FILES = ("people.csv", "groups.csv", "programme.toml")
SAMPLE = "sample"
PEOPLE_HEADER = "id,name,email,timezone,hours,country,calendar\n"
GROUPS_HEADER = "group,person,role\n"


def create(service: Service, *, name: str, first: date, until: date, every: str, minutes: int, zone: str) -> str:
    """A programme without people; its id, made of its name.

    `every`: `week`, `2 weeks`, `month`. `zone`: on whose clock its times stay, "" for that of most people of a group.
    Raises InputError, Unavailable.
    """
    lines = [f"name = {json.dumps(name, ensure_ascii=False)}", f"from = {first}", f"until = {until}"]
    lines += [f"every = {json.dumps(every)}", f"minutes = {minutes}"]
    lines += [f"anchor = {json.dumps(zone)}"] if zone else []
    toml = "[programme]\n" + "\n".join(lines) + "\n"
    files = {"people.csv": PEOPLE_HEADER, "groups.csv": GROUPS_HEADER, "programme.toml": toml}
    id_ = free_id(service, name)
    new_programme(service, id_, {file: text.encode() for file, text in files.items()})
    return id_


def sample(service: Service) -> str:
    """The sample as a programme of its own, planned and published to files beside the database; its id.

    Raises Unavailable.
    """
    made = sample_files()
    files = {name: made[name].encode() for name in FILES}
    calendars = {name: text.encode() for name, text in made.items() if name not in FILES}
    id_ = free_id(service, SAMPLE)
    new_programme(service, id_, files, calendars=calendars)
    app = service.app(id_)
    app.refresh()
    planned = app.plan(app.pose(), params=Params(seed=app.settings.planning.seed))
    app.apply(planned, app.changes(planned))
    return id_


def free_id(service: Service, name: str) -> str:
    """An id made of a name, that no programme has."""
    return slug(name, {held.id for held in SqlProgrammes(service.database).all()})


def is_sample(programme: str) -> bool:
    """Whether a programme is one of ours to try things out: nothing of it leaves this machine."""
    return programme == SAMPLE or programme.startswith(f"{SAMPLE}-")
