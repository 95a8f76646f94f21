"""Confirms what a search chose: its best configurations against its defaults, on seeds that it has not seen.

The best of many runs is better than it will be again. A confirmation is a study of its own, of a few arms with equal
seeds, each trained to its full budget, whose seeds had no part in the choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from gansearch.errors import StudyError, StudyExistsError
from gansearch.executors.confirming_space import ConfirmingPlan, confirming_space
from gansearch.executors.launch import launch
from gansearch.executors.launch_run import LaunchOptions, LaunchResult, Say, Watch
from gansearch.records import Setting
from gansearch.reporting import write_report
from gansearch.space import SearchSpace
from gansearch.space.arms import ARM
from gansearch.storage import Storage
from gansearch.storage.home import check_study_name
from gansearch.storage.place import study_storage
from gansearch.study import Study, StudyReader, open_readonly, plugin_files
from gansearch.study.confirms import ConfirmedArm, Confirms, announce, confirmations, read_confirms, to_bytes
from gansearch.study.contenders import Contender, configuration_of, contenders
from gansearch.study.fresh_seeds import check_fresh, fresh_seed
from gansearch.study.origin import CONFIRMS
from gansearch.tracking import default_uri


@dataclass(frozen=True)
class Wanted:
    """What to confirm, and how."""

    study: str
    top: int = 3
    """Configurations, the best by the first objective."""
    replicates: int = 8
    """Seeds of each."""
    baseline_replicates: int = 20
    """Seeds of the baseline, which every arm is compared with; at least as many as ``replicates``."""
    baseline: int | None = None
    """Number of the trial that is the baseline; None for the defaults of the search's space."""


@dataclass(frozen=True, eq=False)
class Confirmation:
    """A confirmation before it is launched."""

    space: SearchSpace
    confirms: Confirms

    @property
    def sentence(self) -> str:
        """What is about to be run."""
        link = self.confirms
        runs = [self.space.replicates({ARM: arm.name}) for arm in self.space.arms]
        numbers = ", ".join(str(arm.number) for arm in link.arms)
        against = "its defaults" if link.baseline is None else f"its trial {link.baseline}"
        return (
            f"confirming {'trials' if len(link.arms) > 1 else 'trial'} {numbers} of {link.study} against {against} on "
            f"fresh seeds: {sum(runs)} runs, {runs[-1]} of each and {runs[0]} of the baseline"
        )


def confirm(
    wanted: Wanted, options: LaunchOptions, *, watch: Watch | None = None, say: Say | None = None
) -> LaunchResult:
    """Launch a study that confirms the best configurations of another.

    Args:
        wanted: what to confirm.
        options: how to run; ``name`` is of the new study, ``seed`` the one from which its seeds follow, which must
            lead to none of the search's; None for one that does not. Plug-ins are those of the search.
        watch: as for ``launch``.
        say: as for ``launch``.

    Raises:
        StudyNotFoundError: where there is no study to confirm.
        StudyExistsError: where it is confirmed already, or the name is taken.
        StudyError: where nothing can be confirmed.
        GansearchError: as ``launch``.
    """
    search, name = study_storage(wanted.study), confirmation_name(wanted.study, options.name)
    with open_readonly(wanted.study, search) as study:
        _check_new(study, name, is_named=options.name is not None)
        planned = confirmation_of(study, wanted, name, options.seed)
    if say is not None:
        say(planned.sentence)
    announce(search, name)
    with TemporaryDirectory(prefix="gansearch-plugins-") as folder:
        options = replace(options, name=name, seed=None, plugins=_plugins(search, Path(folder)))
        result = launch(planned.space, options, origin={CONFIRMS: to_bytes(planned.confirms)}, watch=watch, say=say)
    if result.report is not None:
        write_report(wanted.study, search, tracking_uri=options.tracking_uri or default_uri())  # it now says so too
    return result


def confirmation_name(study: str, given: str | None) -> str:
    """What the new study is called: as given, or after the search."""
    return given if given is not None else f"{study}-confirmed"


def confirmation_of(study: StudyReader, wanted: Wanted, name: str, seed: int | None = None) -> Confirmation:
    """What would be launched.

    Args:
        study: the search.
        wanted: what to confirm.
        name: of the new study.
        seed: of the new study; None for a fresh one.

    Raises:
        StudyError: where no trial has completed, every completed one is the baseline itself, or the seed is not fresh.
        SpaceError: where configurations have different data sets.
    """
    if read_confirms(study.storage) is not None:
        raise StudyError(f"a search must be confirmed, and not a confirmation; {study.name!r} is one")
    most = max(wanted.baseline_replicates, wanted.replicates)
    if seed is None:
        seed = fresh_seed(study, name, most)
    check_fresh(study, seed, most)
    baseline = _baseline(study, wanted)
    found = contenders(study, wanted.top, without=[baseline])
    if not found:
        raise StudyError(
            f"a confirmation needs a configuration beside its baseline; every trial of {study.name!r} that has "
            "completed is the baseline itself: name another with --baseline NUMBER"
        )
    arms = {f"trial-{each.number}": each.settings for each in found}
    plan = ConfirmingPlan(
        name, study.name, wanted.replicates, most, seed, f"Confirms the best of {study.name} on fresh seeds."
    )
    return Confirmation(confirming_space(study.space, plan, baseline, arms), _link(study, wanted, found))


def _baseline(study: StudyReader, wanted: Wanted) -> Mapping[str, Setting]:
    if wanted.baseline is not None:
        return configuration_of(study, wanted.baseline)
    return study.space.settings(study.space.default_parameters())


def _link(study: StudyReader, wanted: Wanted, found: tuple[Contender, ...]) -> Confirms:
    completed = len({row.number for row in study.trials() if row.trial_values is not None})
    arms = tuple(
        ConfirmedArm(f"{study.name}/trial-{each.number}", each.number, each.value, each.runs) for each in found
    )
    return Confirms(study.name, study.metadata.id, completed, wanted.baseline, arms)


def _check_new(study: StudyReader, name: str, *, is_named: bool) -> None:
    """Whether a confirmation may be made under this name.

    Raises:
        StudyExistsError: where there is one already: it goes on with ``resume``.
    """
    check_study_name(name)
    there = confirmations(study.storage, study.metadata.id)
    if there and (name in there or not is_named):
        again = name if name in there else there[0]
        raise StudyExistsError(
            f"the study {study.name!r} is confirmed by {again!r} already; go on with that: gansearch resume {again}, "
            "or confirm what has become best since under another name with --name"
        )
    Study.check_free(name, study_storage(name))


def _plugins(search: Storage, folder: Path) -> tuple[Path, ...]:
    """The plug-in files that the search keeps, in a folder of this machine."""
    paths = [folder / address.rpartition("/")[2] for address in plugin_files.kept(search)]
    for path in paths:
        path.write_bytes(search.read(f"{plugin_files.FOLDER}/{path.name}"))
    return tuple(paths)
