"""Every exception that gansearch raises on purpose, drawn as a tree.

GansearchError                     something that a user can mend; shown without a traceback, exit status 1
├── SpaceError                     a search space that cannot be used; carries every problem of the file
├── SpecError                      a list of configurations that the runner cannot use
├── DataError                      a data set that is missing, damaged or unsuitable
├── PluginError                    an unknown or unusable trick, detector, metric, network, loss, optimizer, data set
├── StorageError                   a file that cannot be read or written as promised
│   ├── CorruptFileError           content that does not match its checksum
│   └── FencedError                a writer that has been replaced by a newer attempt
├── StudyError                     a study that cannot be opened or driven
│   ├── StudyExistsError           a launch under a name that is taken
│   ├── StudyNotFoundError         a name that no study has
│   └── StudyLockedError           another driver holds the study's lease
├── TrainingError                  a configuration that cannot be trained
├── ScriptError                    a training loop of the user's own that says what cannot be used
├── TrackingError                  a tracking store that cannot be reached or written
├── ExecutorError                  resources that cannot be had, an executor that cannot start
└── ReportError                    a report that cannot be made from what a study holds

TrialEnded                         no error: unwinds a user's own training loop whose trial has ended

Every message says what is wrong, the rule, the value got, and where.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class GansearchError(Exception):
    """Something that the user can mend."""


@dataclass(frozen=True)
class SpaceProblem:
    """One thing wrong with a search space: where it is, the rule that it breaks, and the value got."""

    file: str
    line: int
    """Line in the file, counted from 1; 0 where there is no file (the command line)."""
    key: str
    """Dotted path of the key, as ``optimizer.generator.lr``."""
    rule: str
    """What must hold, as a sentence fragment: ``must be above 0``."""
    value: str
    """The value got, as the file has it."""
    suggestion: str | None = None
    """What was probably meant, or None."""

    def __str__(self) -> str:
        hint = f" (did you mean {self.suggestion!r}?)" if self.suggestion else ""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.key}: {self.rule}; got {self.value}{hint}"


class SpaceError(GansearchError):
    """A search space that cannot be used; ``problems`` holds every one of them, in the order of the file."""

    def __init__(self, problems: Sequence[SpaceProblem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SpecError(GansearchError):
    """A list of configurations that the runner cannot use, or that does not fit the folder given."""


class DataError(GansearchError):
    """A data set that is missing, damaged or unsuitable."""


class PluginError(GansearchError):
    """An unknown or unusable trick, detector, metric, network, loss, optimizer or data set."""


class StorageError(GansearchError):
    """A file that cannot be read or written as promised."""


class CorruptFileError(StorageError):
    """Content that does not match its checksum or format."""


class FencedError(StorageError):
    """A writer that has been replaced by a newer attempt at the same trial, and must write nothing more."""


class StudyError(GansearchError):
    """A study that cannot be opened or driven."""


class StudyExistsError(StudyError):
    """A launch under a name that is taken."""


class StudyNotFoundError(StudyError):
    """A name that no study has."""


class StudyLockedError(StudyError):
    """Another driver holds the study's lease."""


class TrainingError(GansearchError):
    """A configuration that cannot be trained."""


class ScriptError(GansearchError):
    """A training loop of the user's own that says what cannot be used."""


class TrackingError(GansearchError):
    """A tracking store that cannot be reached or written."""


class ExecutorError(GansearchError):
    """Resources that cannot be had, or an executor that cannot start."""


class ReportError(GansearchError):
    """A report that cannot be made from what a study holds."""


class TrialEnded(BaseException):
    """The study has ended the trial, or it rests: raised by ``gansearch.report`` to leave the user's training loop.

    No child of ``Exception``, so that a loop's own error handling does not keep it from ending.
    """
