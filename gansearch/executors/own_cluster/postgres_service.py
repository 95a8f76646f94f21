"""PostgreSQL from the system's packages: one server, a database for MLflow and one for the studies' decisions."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from signal import Signals

from gansearch.errors import ExecutorError
from gansearch.executors.own_cluster.layout import LOOPBACK, Layout
from gansearch.executors.own_cluster.private_files import ensure_secret, read_secret
from gansearch.executors.own_cluster.processes import Command, account_arguments
from gansearch.executors.own_cluster.state import State

NAME = "postgres"
USER = "gansearch"
MLFLOW_DATABASE, DECISIONS_DATABASE = "mlflow", "gansearch"
LIMIT_S = 60.0
GRACE_S = 30.0
_ACCOUNT = "postgres"
_PROGRAMS = ("initdb", "postgres", "pg_isready", "createdb")
_FOLDERS = Path("/usr/lib/postgresql")
_CONNECTIONS = 200


@dataclass(frozen=True)
class Postgres:
    """An installation that can be used here."""

    programs: Path
    """The folder of its programs."""
    version: str
    account: str | None
    """Under which the server runs, since it refuses to run as root; None for this process's own."""
    driver: str
    """The Python package that speaks to it, as in a database's URL."""


class UnusableError(Exception):
    """Why there is no PostgreSQL here, as a sentence fragment."""


def find_postgres(layout: Layout) -> Postgres:
    """The newest installation, or that of the data that are there.

    Raises:
        UnusableError: where there is none, or it cannot be used.
    """
    driver = next((name for name in ("psycopg", "psycopg2") if find_spec(name) is not None), None)
    programs = _installations()
    if not programs:
        raise UnusableError("PostgreSQL is not installed")
    if driver is None:
        raise UnusableError(
            "PostgreSQL is installed, but no Python package that speaks to it (pip install 'gansearch[postgresql]')"
        )
    version = _data_version(layout) or max(programs, key=_as_number)
    if version not in programs:
        raise UnusableError(
            f"the data in {layout.postgres} are PostgreSQL {version}'s, and {', '.join(programs)} is installed"
        )
    return Postgres(programs[version], version, _account(layout), driver)


def has_data(layout: Layout) -> bool:
    """Whether an earlier cluster of this home kept its data in PostgreSQL."""
    return (layout.postgres / "data" / "PG_VERSION").exists()


def database_url(layout: Layout, ports: Mapping[str, int], driver: str, name: str) -> str:
    """Of one of its databases; the password is read from its file by whoever connects."""
    return f"postgresql+{driver}://{USER}@{LOOPBACK}:{ports[NAME]}/{name}?passfile={layout.passfile}"


def make_data(layout: Layout, found: Postgres) -> None:
    """Make the server's folder, where there is none yet, with a password that is asked for from everyone.

    Raises:
        ExecutorError: where PostgreSQL's own program fails.
    """
    ensure_secret(layout.passfile, f"{LOOPBACK}:*:*:{USER}:{{}}\n")
    if has_data(layout):
        return
    shutil.rmtree(layout.postgres, ignore_errors=True)  # of a start that was interrupted here
    layout.postgres.mkdir(mode=0o700)
    password = layout.postgres / "password"
    handle = os.open(password, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(read_secret(layout.passfile).rpartition(":")[2])
    if found.account is not None:
        for path in (layout.postgres, password):
            shutil.chown(path, found.account, pwd.getpwnam(found.account).pw_gid)
    try:
        _make(layout, found, password)
    finally:
        password.unlink(missing_ok=True)


def postgres_command(layout: Layout, state: State, found: Postgres) -> Command:
    """What starts the server: on loopback alone, and with no socket in a folder that others share."""
    settings = {
        "listen_addresses": LOOPBACK,
        "port": state.ports[NAME],
        "unix_socket_directories": "",
        "max_connections": _CONNECTIONS,
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    arguments = [str(found.programs / "postgres"), "-D", str(layout.postgres / "data"), *options]
    port, log = state.ports[NAME], layout.log(NAME)
    # SIGINT closes connections and ends; SIGTERM would wait for all clients to leave.
    return Command(NAME, arguments, _environment(), layout.postgres, log, port, Signals.SIGINT, found.account)


def is_ready(state: State, found: Postgres) -> bool:
    """Whether the server takes connections."""
    ask = [str(found.programs / "pg_isready"), "-q", "-h", LOOPBACK, "-p", str(state.ports[NAME])]
    return subprocess.run(ask, env=_environment(), check=False).returncode == 0


def make_databases(layout: Layout, state: State, found: Postgres) -> None:
    """Make the two databases, where they are not there yet.

    Raises:
        ExecutorError: where PostgreSQL's own program fails.
    """
    where = ["-h", LOOPBACK, "-p", str(state.ports[NAME]), "-U", USER, "--no-password"]
    environment = {**_environment(), "PGPASSFILE": str(layout.passfile)}
    for name in (MLFLOW_DATABASE, DECISIONS_DATABASE):
        make = [str(found.programs / "createdb"), *where, name]
        done = subprocess.run(make, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0 and "already exists" not in done.stderr:
            raise ExecutorError(f"PostgreSQL does not make the database {name!r}: {done.stderr.strip()}")


def _make(layout: Layout, found: Postgres, password: Path) -> None:
    safe = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={password}", "--encoding=UTF8", "--no-locale"]
    make = [str(found.programs / "initdb"), "-D", str(layout.postgres / "data"), *safe]
    done = subprocess.run(
        make,
        env=_environment(),
        cwd=layout.postgres,
        capture_output=True,
        text=True,
        check=False,
        **account_arguments(found.account),
    )
    if done.returncode != 0:
        raise ExecutorError(f"PostgreSQL does not make its data in {layout.postgres}: {done.stderr.strip()}")


def _installations() -> dict[str, Path]:
    """Folders of programs by PostgreSQL's main version."""
    on_path = shutil.which("initdb")
    folders = [*_FOLDERS.glob("*/bin"), *([Path(on_path).resolve().parent] if on_path else [])]
    whole = [folder for folder in folders if all((folder / program).exists() for program in _PROGRAMS)]
    return {_version(folder): folder for folder in whole}


def _version(programs: Path) -> str:
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[2].split(".")[0]  # `postgres (PostgreSQL) 15.18 (Debian ...)`


def _as_number(version: str) -> int:
    return int("".join(sign for sign in version if sign.isdigit()) or 0)


def _data_version(layout: Layout) -> str | None:
    return (layout.postgres / "data" / "PG_VERSION").read_text(encoding="ascii").strip() if has_data(layout) else None


def _account(layout: Layout) -> str | None:
    """Under which account the server can run here.

    Raises:
        UnusableError: where this process is root's, and there is no other account, or it cannot come to the data.
    """
    if os.geteuid() != 0:
        return None
    try:
        arguments = account_arguments(_ACCOUNT)
    except KeyError:
        raise UnusableError(f"PostgreSQL does not run as root, and there is no account {_ACCOUNT!r}") from None
    layout.folder.chmod(0o711)  # others may pass through it, but not look
    look: Sequence[str] = ["test", "-x", str(layout.folder)]
    if subprocess.run(look, check=False, cwd="/", **arguments).returncode != 0:
        layout.folder.chmod(0o700)
        raise UnusableError(
            f"PostgreSQL does not run as root, and the account {_ACCOUNT!r} cannot enter {layout.folder}"
        )
    return _ACCOUNT


def _environment() -> dict[str, str]:
    """Messages in English, and nothing that says another server."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith("PG")}, "LC_ALL": "C"}
