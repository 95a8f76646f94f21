"""What docs/security.md promises of the whole package; promises about one module are tested beside it."""

from __future__ import annotations

import ast
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from optuna.storages.journal._base import BaseJournalSnapshot

import gansearch
from gansearch.data._celeba_pictures import _unpack
from gansearch.data._cifar_archive import FOLDER, TRAINING, read_archive
from gansearch.errors import CorruptFileError, DataError, SpaceError, StorageError, StudyError
from gansearch.space import parse_space
from gansearch.storage import Storage
from gansearch.storage.place import study_storage
from gansearch.study import plugin_files
from gansearch.study.journal import Journal

PACKAGE = Path(gansearch.__file__).parent
ROOT = PACKAGE.parent

PICKLES = ("pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "jsonpickle", "marshal", "shelve")
"""Modules that run what they read."""
HARMLESS = ("pickle.UnpicklingError", "pickle.PicklingError")
CALLS = (
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "subprocess.getoutput", "tempfile.mktemp"),
    *("yaml.unsafe_load", "yaml.full_load", "pandas.read_pickle", "numpy.fromregex", "shutil.unpack_archive"),
    *("torch.jit.load", "torch.hub.load", "torch.hub.load_state_dict_from_url", "torch.package.PackageImporter"),
    "ssl._create_unverified_context",
)
METHODS = ("extractall", "read_pickle", "to_pickle")
WANTED = {"torch.load": ("weights_only", True), "numpy.load": ("allow_pickle", False)}
UNWANTED = {"shell": True, "allow_pickle": True, "weights_only": False, "verify": False}
READS_YAML = ("yaml.load", "yaml.load_all", "yaml.compose", "yaml.compose_all", "yaml.parse")
EVERYWHERE = ("0.0.0.0", "::", "*:*")
"""Addresses of every interface of a machine."""

KNOWN = {
    ("training/compilation.py", "exec"): "runs text that it has made itself, of names and numbers",
    ("trial/shared_bench.py", "pickle"): "from the driver to its own workers, in Ray's object store; never in a file",
    ("trial/shared_bench.py", "pickle.Pickler"): "as above",
    ("trial/shared_bench.py", "pickle.Unpickler"): "as above",
    ("data/_arrays.py", "pickle"): "for the name of an error",
    ("metrics/inception.py", "pickle"): "for the name of an error",
}
"""Offences that are none, and why."""


def offences(tree: ast.Module) -> Iterator[str]:
    """What a module does that could run what somebody else has written, or listen to anybody."""
    names = imported(tree)
    safe = {each.name for each in ast.walk(tree) if isinstance(each, ast.ClassDef) and _is_safe_loader(each, names)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (name.partition(".")[0] for name in _modules(node) if name.partition(".")[0] in PICKLES)
        elif isinstance(node, ast.Attribute | ast.Name):
            said = dotted(node, names)
            if said.partition(".")[0] in PICKLES and "." in said and said not in HARMLESS:
                yield said
        elif isinstance(node, ast.Call):
            yield from _of_call(node, dotted(node.func, names), safe)
        elif isinstance(node, ast.Constant) and node.value in EVERYWHERE:
            yield str(node.value)


def imported(tree: ast.Module) -> dict[str, str]:
    """What local names stand for."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {each.asname: each.name for each in node.names if each.asname}
        elif isinstance(node, ast.ImportFrom):
            found |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return found


def dotted(node: ast.expr, names: dict[str, str]) -> str:
    """``np.load`` as ``numpy.load``; empty for anything but names with dots between."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        before = dotted(node.value, names)
        return f"{before}.{node.attr}" if before else ""
    return ""


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [each.name for each in node.names] if isinstance(node, ast.Import) else [node.module or ""]


def _of_call(node: ast.Call, said: str, safe: set[str]) -> Iterator[str]:
    given = {each.arg: each.value for each in node.keywords if each.arg}
    values = {name: value.value for name, value in given.items() if isinstance(value, ast.Constant)}
    if said in CALLS or (isinstance(node.func, ast.Attribute) and node.func.attr in METHODS):
        yield said or ast.unparse(node.func)
    if said in WANTED and values.get(WANTED[said][0]) is not WANTED[said][1]:
        yield said
    if said in READS_YAML and dotted(given.get("Loader", ast.Name("")), {}) not in safe:
        yield said
    yield from (f"{name}={bad}" for name, bad in UNWANTED.items() if values.get(name) is bad)


def _is_safe_loader(node: ast.ClassDef, names: dict[str, str]) -> bool:
    return [dotted(base, names) for base in node.bases] == ["yaml.SafeLoader"]


def test_nothing_in_the_package_runs_what_it_reads_or_listens_to_everybody() -> None:
    found = {
        (path.relative_to(PACKAGE).as_posix(), said)
        for path in PACKAGE.rglob("*.py")
        for said in offences(ast.parse(path.read_text(encoding="utf-8")))
    }

    assert found - KNOWN.keys() == set()
    assert KNOWN.keys() - found == set()


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from pickle import loads as l\nl(b'')",
        "import cloudpickle",
        "import torch\ntorch.load('x')",
        "from torch import load as read\nread('x', weights_only=False)",
        "import torch as t\nt.load('x', weights_only=w)",
        "import numpy as np\nnp.load('x')",
        "import numpy\nnumpy.load('x', allow_pickle=True)",
        "import yaml\nyaml.load(t, Loader=yaml.Loader)",
        "import yaml\nyaml.compose(t)",
        "import yaml\nclass L(yaml.FullLoader): pass\nyaml.load(t, Loader=L)",
        "import tarfile\nwith tarfile.open(p) as archive: archive.extractall(q)",
        "import subprocess\nsubprocess.run(c, shell=True)",
        "import pandas as pd\npd.read_pickle('x')",
        "import joblib",
        "eval(x)",
        "server.bind(('0.0.0.0', 80))",
        "requests.post(u, verify=False)",
    ],
)
def test_every_offence_is_seen(text: str) -> None:
    assert list(offences(ast.parse(text)))


@pytest.mark.parametrize(
    "text",
    [
        "import torch\ntorch.load('x', weights_only=True)",
        "import numpy as np\nnp.load('x', allow_pickle=False)",
        "import yaml\nclass L(yaml.SafeLoader): pass\nyaml.compose(t, Loader=L)",
        "module.eval()\nloader.exec_module(m)\nre.compile(x)",
        "server.bind(('127.0.0.1', 0))",
    ],
)
def test_what_is_no_offence_passes(text: str) -> None:
    assert list(offences(ast.parse(text))) == []


def test_the_journal_is_read_without_a_snapshot() -> None:
    assert not issubclass(Journal, BaseJournalSnapshot)  # Optuna unpickles those


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.mkdir", "!!python/object/new:os.mkdir", "!!python/name:os"])
def test_yaml_makes_no_objects(tag: str, tmp_path: Path) -> None:
    with pytest.raises(SpaceError, match="name"):
        parse_space(f"name: {tag} ['{tmp_path / 'made'}']\ndataset: {{name: ring}}\n", "x.yaml")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("name", ["..", "../x", "/etc", "a/b", "a\\b", "~", "", ".hidden", "a\n", "a" * 101, "x\0"])
def test_a_study_has_the_name_of_a_file(name: str) -> None:
    with pytest.raises(StudyError, match="a study's name must have at most 100 letters"):
        study_storage(name)


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/passwd", "..", ""])
@pytest.mark.parametrize("act", [Storage.read, Storage.delete, Storage.exists, Storage.folder, Storage.size])
def test_no_path_leaves_a_storage(act: Callable[[Storage, str], object], path: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="a path must be relative and stay within its storage"):
        act(Storage(tmp_path / "storage"), path)


@pytest.mark.parametrize("name", ["../evil.py", "/tmp/evil.py"])
def test_the_list_of_plug_ins_leads_nowhere_else(name: str, tmp_path: Path) -> None:
    (tmp_path / "evil.py").write_text("raise SystemExit('it was run')", encoding="utf-8")
    storage = Storage(tmp_path / "study")
    storage.write(plugin_files.INDEX, f'{{"files": [{{"name": "{name}", "sha256": "0"}}]}}'.encode())
    with pytest.raises((StorageError, CorruptFileError)):
        plugin_files.load(storage)


@pytest.mark.parametrize("member", ["../../1.jpg", "/1.jpg", "a/../../1.jpg", "..\\1.jpg"])
def test_no_member_of_an_archive_is_written_elsewhere(member: str, tmp_path: Path) -> None:
    archive, inside = tmp_path / "pictures.zip", tmp_path / "cache" / "pictures"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(member, b"picture")
    inside.parent.mkdir()
    _unpack(archive, ["1.jpg"], inside, "")

    assert {path for path in tmp_path.rglob("*") if path.is_file()} <= {archive, inside / "1.jpg"}


def test_a_link_in_an_archive_is_not_followed_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\0" * 3073)
    with tarfile.open(tmp_path / "x.tar.gz", "w:gz") as archive:
        link = tarfile.TarInfo(f"{FOLDER}/{TRAINING[0]}")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path / "secret")
        archive.addfile(link, BytesIO())
    with pytest.raises(DataError, match="must hold every batch"):
        read_archive(tmp_path / "x.tar.gz", "")


def test_every_promise_names_a_test_that_exists() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)

    assert len(named) > 15
    for file, test in named:
        path = ROOT / file
        assert path.is_file(), file
        assert not test or f"def {test}(" in path.read_text(encoding="utf-8"), f"{file}::{test}"
