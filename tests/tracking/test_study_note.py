"""What the note on an experiment's page says, for searches and for arms."""

from __future__ import annotations

from gansearch.tracking.source import StudyAbout
from gansearch.tracking.study_note import LONGEST, study_note

SEARCH = StudyAbout("digits", "search", ["frechet_distance"], {"generator.layers": "2 to 5", "generator.init": "a, b"})
ARMS = {"baseline": "nothing", "E1/elu": "`generator.activation` elu"}
GRID = StudyAbout("seed", "grid", ["frechet_distance"], {"generator.activation": ""}, ARMS, ["E1"], 8)


def test_a_search_says_columns_states_and_what_varies() -> None:
    note = study_note(SEARCH)
    for said in (
        "Study `digits`",
        "`best_frechet_distance`",
        "`final_frechet_distance`",
        "tags.`gansearch.kind` = 'trial'",
        "| killed | `pruned` |",
        "| `generator.layers` | 2 to 5 |",
    ):
        assert said in note, said
    assert "Group by" not in note


def test_a_plan_of_arms_says_how_to_group_and_what_each_arm_changes() -> None:
    note = study_note(GRID)
    assert "2 arms, compared with the first, `baseline`" in note
    assert "*Group by* the parameter `arm`" in note
    assert "`gansearch.experiment.E1`" in note
    assert "| `E1/elu` | `generator.activation` elu |" in note


def test_a_long_list_is_cut_and_says_so() -> None:
    many = {f"E1/arm-{number}": "`generator.activation` elu; `generator.init` he" for number in range(500)}
    note = study_note(StudyAbout("seed", "grid", ["frechet_distance"], {}, {"baseline": "nothing", **many}, ["E1"], 8))
    assert LONGEST - 200 < len(note) <= LONGEST
    shown = note.count("`generator.init` he")
    assert note.endswith(f"{500 - shown} more; `gansearch spaces show` has all of them.\n")
