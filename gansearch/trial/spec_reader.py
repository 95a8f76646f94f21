"""Reads a list of configurations from JSON, with the standard library alone; the first thing that does not fit is told.

Nothing is made up: whatever decides what is trained must be given, and an unknown key is an error.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, cast, get_args

from gansearch.errors import SpecError
from gansearch.records import Assignment, TrialIdentity
from gansearch.space.plan import Combine, DetectorSettings, Mode
from gansearch.storage.home import STUDY_NAME
from gansearch.trial.json_node import JsonNode, json_node
from gansearch.trial.spec import FORMAT, HOW, VERSION, Spec

DEVICE = re.compile(r"cpu|cuda(:\d+)?")
PLUGIN_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\.py")
MOST = 2**63 - 1
REQUIRED = ("format", "version", "study", "seed", "detectors", "assignments")
OPTIONAL = ("space", "use_average", "final_evaluation", "also", "plugins", *HOW)


def read_spec(path: Path) -> Spec:
    """The list in the file ``path``.

    Raises:
        SpecError: where it cannot be read, or something in it does not fit; with file, place, rule and value.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{path}: must be a readable file in UTF-8; got {type(error).__name__}: {error}") from error
    return parse_spec(text, str(path))


def parse_spec(text: str, origin: str) -> Spec:
    """The list that ``text`` describes; ``origin`` names it in messages.

    Raises:
        SpecError: where something in it does not fit.
    """
    root = json_node(text, origin)
    _check_version(root)
    fields = root.fields(REQUIRED, OPTIONAL)
    study = fields["study"].text(
        STUDY_NAME, "must be a name of at most 100 letters, digits, dots, dashes and underscores"
    )
    space, stop = fields.get("space"), fields.get("stop_after_s")
    data_dir, weights = fields.get("data_dir"), fields.get("inception_weights")
    return Spec(
        study=study,
        seed=fields["seed"].whole(0, MOST),
        space=None if space is None or space.is_null else space.text(),
        detectors=_detectors(fields["detectors"]),
        assignments=_assignments(fields["assignments"], study),
        use_average=fields["use_average"].flag() if "use_average" in fields else True,
        final_evaluation=fields["final_evaluation"].flag() if "final_evaluation" in fields else False,
        also=tuple(each.text() for each in fields["also"].items()) if "also" in fields else (),
        plugins=_plugins(fields["plugins"]) if "plugins" in fields else {},
        threads=fields["threads"].whole(1, 4096) if "threads" in fields else 1,
        device=fields["device"].text(DEVICE, "must be cpu, cuda or cuda:N") if "device" in fields else "cpu",
        lanes=_lanes(fields["lanes"]) if "lanes" in fields else "auto",
        data_dir=None if data_dir is None or data_dir.is_null else data_dir.text(),
        stop_after_s=None if stop is None or stop.is_null else stop.number(0.0),
        inception_weights=None if weights is None or weights.is_null else weights.text(),
    )


def _check_version(root: JsonNode) -> None:
    """First of all: a document of another kind or version would only be misunderstood."""
    entries = root.entries()
    for key, wanted in (("format", FORMAT), ("version", VERSION)):
        if key not in entries:
            root.refuse(f"must have the key {key!r}")
        if entries[key].value != wanted:
            entries[key].refuse(f"must be {wanted!r}")


def _detectors(node: JsonNode) -> DetectorSettings:
    fields = node.fields(("mode",), ("grace_epochs", "patience", "detectors", "combine", "kinds", "audit"))
    default = DetectorSettings()
    named = fields["detectors"].entries() if "detectors" in fields else {}
    return DetectorSettings(
        mode=_mode(fields["mode"]),
        grace_epochs=fields["grace_epochs"].number(0.0) if "grace_epochs" in fields else default.grace_epochs,
        patience=fields["patience"].whole(1, MOST) if "patience" in fields else default.patience,
        detectors={
            name: {key: value.setting() for key, value in settings.entries().items()}
            for name, settings in named.items()
        },
        combine=_combine(fields["combine"]) if "combine" in fields else default.combine,
        kinds={kind: _mode(mode) for kind, mode in fields["kinds"].entries().items()} if "kinds" in fields else {},
        audit=fields["audit"].number(0.0) if "audit" in fields else default.audit,
    )


def _mode(node: JsonNode) -> Mode:
    modes = get_args(Mode)
    if node.value not in modes:
        node.refuse(f"must be one of {', '.join(modes)}")
    return cast(Mode, node.value)


def _combine(node: JsonNode) -> Combine:
    if node.value in ("any", "all"):
        return cast(Combine, node.value)
    return node.whole(1, MOST)


def _plugins(node: JsonNode) -> dict[str, str]:
    found = node.entries()
    for name, source in found.items():
        if not PLUGIN_FILE.fullmatch(name):
            source.refuse("must stand under the name of a Python file, without a folder")
    return {name: source.text() for name, source in found.items()}


def _lanes(node: JsonNode) -> int | Literal["auto"]:
    if node.value == "auto":
        return "auto"
    if not isinstance(node.value, int):
        node.refuse("must be 'auto' or a whole number of at least 1")
    return node.whole(1, 65536)


def _assignments(node: JsonNode, study: str) -> tuple[Assignment, ...]:
    found: dict[TrialIdentity, Assignment] = {}
    for item in node.items():
        assignment = _assignment(item, study)
        if assignment.identity in found:
            item.refuse("must have another number or replicate than those before it")
        found[assignment.identity] = assignment
    if not found:
        node.refuse("must hold at least one configuration")
    return tuple(found.values())


def _assignment(node: JsonNode, study: str) -> Assignment:
    fields = node.fields(("number", "seed", "settings"), ("replicate", "parameters"))
    replicate = fields.get("replicate")
    identity = TrialIdentity(
        study,
        fields["number"].whole(0, MOST),
        None if replicate is None or replicate.is_null else replicate.whole(0, MOST),
    )
    parameters = fields["parameters"].entries() if "parameters" in fields else {}
    return Assignment(
        identity=identity,
        seed=fields["seed"].whole(0, MOST),
        attempt=0,
        settings={key: value.setting() for key, value in fields["settings"].entries().items()},
        parameters={key: value.setting() for key, value in parameters.items()},
    )
