from __future__ import annotations

from gansearch.records import End
from gansearch.reporting import confirmation_sentences as sentences
from tests.reporting.conftest import MakeTrial
from tests.reporting.test_confirmed import BASELINE, BETTER, SAME, found


def test_the_outcome_names_every_configuration_by_its_verdict(make_trial: MakeTrial) -> None:
    assert sentences.outcome(found(make_trial, BASELINE, BETTER, SAME)) == (
        "On fresh seeds (`digits-confirmed`) `trial 3` is better than the defaults of the space; `trial 7` is "
        "equivalent to the defaults of the space."
    )
    assert sentences.outcome(found(make_trial, BASELINE, BETTER, BETTER[1:])) == (
        "On fresh seeds (`digits-confirmed`) `trial 3` is better than the defaults of the space; `trial 7` is neither "
        "shown to be better nor worse than the defaults of the space; 1 run of the plan missing, so that is "
        "preliminary."
    )


def test_numbers_change_the_words(make_trial: MakeTrial) -> None:
    said = found(make_trial, BASELINE, BETTER, [*SAME[:2], *[End.DIVERGED] * 6])
    better, stopped = said.configurations
    assert sentences.searched_text(better) == "20 (1 run)"
    assert sentences.shrinkage_text(said, better) == "+36 %"
    assert sentences.median_text(better.fresh).startswith("27.1 (95 % interval 26.")
    assert sentences.shrinkage_text(said, stopped) == "-"
    assert sentences.median_text(stopped.fresh) == "none: 6 of 8 diverged or stopped"
    assert "at least 10 %; p is corrected (Holm) over the 2 configurations confirmed" in sentences.basis(said)
    assert "the best of 40 completed trials of `digits`" in sentences.basis(said)


def test_arms_have_a_baseline_already() -> None:
    assert sentences.unconfirmed("digits", is_of_arms=False).endswith(
        "better than the defaults of the space is not known."
    )
    assert sentences.unconfirmed("digits", is_of_arms=True).endswith("so it will be worse again.")
