"""What has been started, as one JSON file: enough to find it again, and to end exactly it."""

from __future__ import annotations

import json
import secrets
import tempfile
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from signal import Signals
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gansearch.errors import ExecutorError
from gansearch.executors.own_cluster.identity import Identity, boot, is_alive
from gansearch.executors.own_cluster.ports import listens
from gansearch.storage.shared_files import whole_file

FORMAT = 1
RAY_FOLDER_PREFIX = "gansearch-ray-"


@dataclass(frozen=True)
class Part:
    """One process that was started, with what it started in turn."""

    name: str
    process: Identity
    """Leads a session of its own."""
    port: int
    """Where it answers."""
    log: str
    end_signal: int = Signals.SIGTERM
    """Asks it to end in order."""
    members: tuple[Identity, ...] = ()
    """Processes of its session once it answered: they are ended where it has died itself."""

    @property
    def identities(self) -> tuple[Identity, ...]:
        """All that is known of it."""
        return (self.process, *self.members)

    def answers(self) -> bool:
        """Whether its process runs and accepts connections."""
        return is_alive(self.process) and listens(self.port)


@dataclass(frozen=True)
class State:
    """A cluster that is up, or was begun."""

    database: str
    """``postgresql`` or ``sqlite``."""
    database_reason: str
    """Why that one, as a sentence fragment."""
    mlflow_database: str
    """URL of the database that MLflow's server writes; no password is in it."""
    decisions_database: str
    """URL of the database that studies keep their decisions in; no password is in it."""
    workers: int
    """Nodes that are wanted beside the head."""
    num_cpus: int
    """Logical CPUs of each worker node."""
    num_gpus: int
    """Logical GPUs of each worker node."""
    ray_folder: str
    """Ray's own files; short, since the path of a socket has at most 107 characters."""
    ports: dict[str, int]
    versions: dict[str, str]
    parts: tuple[Part, ...] = ()
    boot: str = field(default_factory=boot)
    format: int = FORMAT

    def part(self, name: str) -> Part | None:
        """The one called ``name``, or None where it was never started."""
        return next((part for part in self.parts if part.name == name), None)

    def having(self, part: Part) -> State:
        """With ``part`` in place of the one of its name, else after the others."""
        if self.part(part.name) is None:
            return replace(self, parts=(*self.parts, part))
        return replace(self, parts=tuple(part if each.name == part.name else each for each in self.parts))

    def without(self, name: str) -> State:
        """Without the part called ``name``."""
        return replace(self, parts=tuple(each for each in self.parts if each.name != name))


def write_state(path: Path, state: State) -> None:
    """Keep ``state``, whole or not at all."""
    with whole_file(path) as file:
        file.write(json.dumps(asdict(state), indent=2).encode())


def read_state(path: Path) -> State | None:
    """What was kept; None where nothing is up. Of an earlier boot of the machine no process is left.

    Raises:
        ExecutorError: where the file is damaged, or of another version.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        state = TypeAdapter(State).validate_json(content, strict=True)
    except ValidationError as error:
        raise _refused(path, f"at {_first(error)}") from None
    if state.format != FORMAT:
        raise _refused(path, f"its format must be {FORMAT}; got {state.format}")
    if not is_ray_folder(Path(state.ray_folder)):
        raise _refused(path, f"ray_folder must be {RAY_FOLDER_PREFIX}* in {tempfile.gettempdir()}")
    return state if state.boot == boot() else replace(state, parts=(), boot=boot())


def new_ray_folder() -> str:
    """A folder for Ray's own files, which is not made yet."""
    return str(Path(tempfile.gettempdir()) / f"{RAY_FOLDER_PREFIX}{secrets.token_hex(4)}")


def is_ray_folder(folder: Path) -> bool:
    """Whether ``folder`` can be one that was made for Ray's files, and so may be removed."""
    return folder.name.startswith(RAY_FOLDER_PREFIX) and folder.parent == Path(tempfile.gettempdir())


def _refused(path: Path, why: str) -> ExecutorError:
    return ExecutorError(
        f"{path} does not say what was started, {why}; nothing was done. See with `ps` which processes of the cluster "
        "run, end them, and remove the file"
    )


def _first(error: ValidationError) -> str:
    found: Any = error.errors()[0]
    where = ".".join(str(key) for key in found["loc"]) or "its beginning"
    return f"{where}: {found['msg']}"
