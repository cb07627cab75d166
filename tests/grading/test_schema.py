"""The table of results through the versions: old ones are kept, newer ones are refused."""

import sqlite3

import pytest
import sqlalchemy as sa

pytest.importorskip("nbgrader")

from dlcourse.grading import schema as module
from dlcourse.grading.schema import METADATA, RESULTS, VERSION, SchemaError, prepare

# As the first release made it, without a version.
VERSION_0 = """
CREATE TABLE dlcourse_result (
    assignment VARCHAR(128) NOT NULL,
    student VARCHAR(128) NOT NULL,
    notebook VARCHAR(128) NOT NULL,
    "key" VARCHAR(64) NOT NULL,
    status VARCHAR(16) NOT NULL,
    reason TEXT NOT NULL,
    seed BIGINT NOT NULL,
    seconds FLOAT NOT NULL,
    sandbox VARCHAR(64) NOT NULL,
    scores TEXT NOT NULL,
    maximum TEXT NOT NULL,
    outcomes TEXT NOT NULL,
    graded_at DATETIME NOT NULL,
    PRIMARY KEY (assignment, student, notebook)
);
INSERT INTO dlcourse_result VALUES (
    'week', 'ada', 'week', 'abc', 'graded', '', 7, 0.25, 'bubblewrap, seccomp',
    '{"test": 1.5}', '{"test": 2.0}', '[]', '2026-01-02 03:04:05.000006'
);
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "gradebook.db"


@pytest.fixture
def engine(path):
    engine = sa.create_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def old(path):
    with sqlite3.connect(path) as database:
        database.executescript(VERSION_0)
    database.close()


def dump(path):
    with sqlite3.connect(path) as database:
        lines = list(database.iterdump())
    database.close()
    return lines


def test_an_old_result_is_kept_and_graded_again(old, engine):
    prepare(engine)
    with engine.connect() as connection:
        assert module.version_of(connection) == VERSION
        (row,) = connection.execute(sa.select(RESULTS)).mappings()
    assert (row["student"], row["scores"], row["seed"]) == ("ada", '{"test": 1.5}', 7)
    assert row["key"] == ""


def test_what_is_up_to_date_stays_as_it_is(engine, path):
    prepare(engine)
    before = dump(path)
    prepare(engine)
    assert dump(path) == before


def test_old_tables_become_what_new_ones_are(old, engine, tmp_path):
    prepare(engine)
    fresh = sa.create_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
    prepare(fresh)

    def columns(engine):
        found = sa.inspect(engine)
        described = {name: found.get_columns(name) for name in METADATA.tables}
        return {name: [(c["name"], str(c["type"])) for c in cs] for name, cs in described.items()}

    assert columns(engine) == columns(fresh)
    fresh.dispose()


def test_new_tables_need_no_migration(engine, monkeypatch):
    monkeypatch.setattr(module, "MIGRATIONS", ("UPDATE nowhere SET x = 1",))
    prepare(engine)


def test_a_newer_version_is_refused_and_left_alone(engine, path):
    prepare(engine)
    with engine.begin() as connection:
        connection.execute(module.SCHEMA.update().values(version=VERSION + 1))
    before = dump(path)
    with pytest.raises(SchemaError, match=f"version {VERSION + 1}, .* to version {VERSION}. Up"):
        prepare(engine)
    assert dump(path) == before


def test_a_migration_that_fails_leaves_all_as_it_was(old, engine, path, monkeypatch):
    monkeypatch.setattr(module, "MIGRATIONS", (*module.MIGRATIONS, "UPDATE nowhere SET x = 1"))
    monkeypatch.setattr(module, "VERSION", VERSION + 1)
    before = dump(path)
    with pytest.raises(sa.exc.OperationalError, match="nowhere"):
        prepare(engine)
    assert dump(path) == before
