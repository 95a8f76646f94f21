"""Runs a script in a thread of this process, and leaves the process as it was."""

from __future__ import annotations

import gc
import importlib.util
import inspect
import os
import runpy
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import torch

from gansearch.errors import GansearchError, ScriptError, TrialEnded
from gansearch.records import End
from gansearch.trial.failure import end_of, reason_of
from gansearch.trial.own_loop import calls
from gansearch.trial.own_loop.exchange import Exchange, Returned
from gansearch.trial.own_loop.random_states import RandomStates, seed_all
from gansearch.trial.own_loop.script_log import ScriptLog, logged
from gansearch.trial.own_loop.session import Session

occupied = threading.Lock()
"""Held while a script runs: random states, the working directory and ``sys.argv`` belong to the process."""


class ScriptThread(threading.Thread):
    """Runs one script; its last message is ``Returned``. ``occupied`` must be held, and is released at the end.

    Args:
        path: of the script.
        function: of it that is called; None to run it as a program.
        seed: of every random state.
        threads: CPU threads.
        session: what its calls speak to.
        exchange: where the last message goes.
        log: takes what it prints.
    """

    def __init__(
        self,
        path: Path,
        function: str | None,
        *,
        seed: int,
        threads: int,
        session: Session,
        exchange: Exchange,
        log: ScriptLog,
    ) -> None:
        super().__init__(name=f"script {path.name}", daemon=True)
        self._path = path
        self._function = function
        self._seed = seed
        self._threads = threads
        self._session = session
        self._exchange = exchange
        self._log = log

    def run(self) -> None:
        """Run it."""
        said = Returned(None, End.FAILED, "its thread could not be run")
        try:
            with ExitStack() as stack:
                stack.enter_context(logged(self._log))
                stack.enter_context(_process_as_before(self._path))
                stack.enter_context(calls.within(self._session))
                end, reason = self._played()
                said = Returned(self._session.rest(), end, reason)
            gc.collect()
            if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
                torch.cuda.empty_cache()
        except Exception as error:  # noqa: BLE001 - a GPU that fails for good does so again wherever it is used
            said = Returned(None, end_of(error), reason_of(error))
        finally:
            occupied.release()
            self._exchange.tell(said)

    def _played(self) -> tuple[End | None, str]:
        """How it failed, if so, and why."""
        torch.set_num_threads(self._threads)  # OpenMP counts for each thread of the process
        seed_all(self._seed)
        try:
            self._play()
        except TrialEnded:
            return None, ""
        except SystemExit as error:
            return (None, "") if error.code in (None, 0) else (End.FAILED, f"it ended with exit status {error.code}")
        except BaseException as error:  # noqa: BLE001 - whatever a script raises is the end of its trial
            self._log.write("".join(traceback.format_exception(error)))
            return (end_of(error) if isinstance(error, Exception) else End.FAILED), self._reason(error)
        return None, ""

    def _play(self) -> None:
        if self._function is None:
            runpy.run_path(str(self._path), run_name="__main__")
            return
        function = getattr(_imported(self._path), self._function)
        said = inspect.signature(function).parameters
        if not said:
            function()
            return
        takes_any = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in said.values())
        function(**self._session.take_arguments(None if takes_any else frozenset(said)))

    def _reason(self, error: BaseException) -> str:
        """What was raised, and the last line of the user's own that it came through."""
        own = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if Path(frame.filename).parent == self._path.parent
        ]
        place = f" ({Path(own[-1].filename).name}:{own[-1].lineno}, in {own[-1].name})" if own else ""
        kind = "" if isinstance(error, GansearchError) else f"{type(error).__name__}: "
        return f"{kind}{error}{place}"


def _imported(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ScriptError(f"a script must be a Python file; got {path.name}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def _process_as_before(script: Path) -> Iterator[None]:
    """Give a script its arguments and modules; take back what it changes of the process."""
    random, argv, path, here = RandomStates.now(), sys.argv, list(sys.path), Path.cwd()
    modules, bytecode, dtype = set(sys.modules), sys.dont_write_bytecode, torch.get_default_dtype()
    cudnn, is_exact = torch.backends.cudnn, torch.are_deterministic_algorithms_enabled()
    flags = cudnn.benchmark, cudnn.deterministic
    sys.argv, sys.dont_write_bytecode = [str(script)], True
    sys.path.insert(0, str(script.parent))
    try:
        yield
    finally:
        sys.argv, sys.path[:], sys.dont_write_bytecode = argv, path, bytecode
        os.chdir(here)
        for name in set(sys.modules) - modules:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(f"{script.parent}{os.sep}"):
                del sys.modules[name]
        random.set()
        torch.set_default_dtype(dtype)
        torch.use_deterministic_algorithms(is_exact)
        cudnn.benchmark, cudnn.deterministic = flags
