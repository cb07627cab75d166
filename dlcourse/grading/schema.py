"""The table of what was graded, which lies in nbgrader's database, and how older ones become it.

The database says in which version it is. A change of `RESULTS` is one more migration at the end.
"""

import sqlalchemy as sa

METADATA = sa.MetaData()
RESULTS = sa.Table(
    "dlcourse_result",
    METADATA,
    sa.Column("assignment", sa.String(128), primary_key=True),
    sa.Column("student", sa.String(128), primary_key=True),
    sa.Column("notebook", sa.String(128), primary_key=True),
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("sandbox", sa.String(64), nullable=False),
    sa.Column("scores", sa.Text, nullable=False),
    sa.Column("maximum", sa.Text, nullable=False),
    sa.Column("outcomes", sa.Text, nullable=False),
    sa.Column("graded_at", sa.DateTime, nullable=False),
)
SCHEMA = sa.Table("dlcourse_schema", METADATA, sa.Column("version", sa.Integer, nullable=False))

# Each leads from the version of its place to the next one.
MIGRATIONS = (
    # 0 had no table of the version; its keys knew neither limits nor the sandbox.
    "UPDATE dlcourse_result SET key = ''",
)
VERSION = len(MIGRATIONS)


class SchemaError(ValueError):
    """The gradebook was written by a newer dlcourse."""


def prepare(engine: sa.Engine) -> None:
    """Make the tables where there are none, and bring older ones up to date.

    Raises
    ------
    SchemaError
        If they are newer than this program; nothing is changed then.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":  # Python begins no transaction to make a table
            connection.exec_driver_sql("BEGIN")
        found = version_of(connection)
        if found > VERSION:
            raise SchemaError(
                f"the gradebook's results are of version {found}, and this dlcourse knows them up "
                f"to version {VERSION}. Update dlcourse."
            )
        if found < VERSION:
            older = sa.inspect(connection).has_table(RESULTS.name)
            METADATA.create_all(connection)
            for migration in MIGRATIONS[found:] if older else ():
                connection.execute(sa.text(migration))
            connection.execute(SCHEMA.delete())
            connection.execute(SCHEMA.insert().values(version=VERSION))


def version_of(connection: sa.Connection) -> int:
    """Read the version of the tables; 0 where it is not written down, or there are none."""
    if not sa.inspect(connection).has_table(SCHEMA.name):
        return 0
    return int(connection.scalars(sa.select(SCHEMA.c.version)).one())
