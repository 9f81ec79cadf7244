"""The PostgreSQL that tests run against."""

import psycopg

from tests.postgres import Postgres


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    """What a query answers."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


def test_a_database_begins_empty_and_outlives_a_restart(postgres_server: Postgres) -> None:
    """Made anew it is empty again; a crash of the server loses nothing that was committed before it went down."""
    url = postgres_server.database("rondo_probe")
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE probe AS SELECT 7 AS number")
    postgres_server.restart()
    assert rows(url, "SELECT number FROM probe") == [(7,)]
    postgres_server.database("rondo_probe")
    assert rows(url, "SELECT to_regclass('probe')") == [(None,)]
