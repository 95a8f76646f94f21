"""What can be sampled can be trained: conflicts derived from facts."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from gansearch.dimensions import Choice, Dimension, Float, Int
from gansearch.errors import SpaceError
from gansearch.records import Setting
from gansearch.space import Condition, SearchSpace, parse_space, resolve

pytestmark = pytest.mark.usefixtures("conflicting")

SWITCH = "{enabled: {choice: [true, false]}}"
COUPLED, PER_SAMPLE = "tricks.coupled.enabled", "tricks.per_sample.enabled"


def read(body: str, data: str = "ring") -> SearchSpace:
    return parse_space(f"name: small\ndataset: {data}\nplan: {{trials: 5}}\n{body}", "small.yaml")


def chooser(seed: int) -> Callable[[str, Dimension], Setting]:
    source = random.Random(seed)

    def choose(_: str, dimension: Dimension) -> Setting:
        if isinstance(dimension, Choice):
            return source.choice(dimension.choices)
        if isinstance(dimension, Int):
            return source.randint(dimension.low, dimension.high)
        assert isinstance(dimension, Float)
        return source.uniform(dimension.low, dimension.high)

    return choose


def samples(space: SearchSpace, count: int = 60) -> list[dict[str, Setting]]:
    return [space.settings(space.suggest(chooser(seed))) for seed in range(count)]


def conditions(space: SearchSpace, path: str) -> tuple[Condition, ...]:
    return next(each.conditions for each in space.parameters if each.path == path)


@pytest.mark.parametrize(
    ("body", "data", "line", "rule"),
    [
        (
            "tricks:\n  coupled: {}\n  per_sample: {}\n",
            "ring",
            6,
            "must not meet: trick per_sample takes gradients per sample, which trick coupled couples",
        ),
        (
            "discriminator: coupled_net\ntricks: {per_sample: true}\n",
            "ring",
            5,
            "must not meet: trick per_sample takes gradients per sample, which discriminator coupled_net couples",
        ),
        (
            "loss: scores\ntricks: {label_flips: true}\n",
            "ring",
            5,
            "must not meet: trick label_flips acts on the targets of a loss, which loss scores does not have",
        ),
        (
            "tricks: {labelled: true}\n",
            "unlabelled",
            4,
            "must not meet: trick labelled needs classes, which data set unlabelled does not have "
            "(training.labels: kmeans makes some)",
        ),
        (
            "loss: squares\ntricks: {logit_reader: true}\n",
            "ring",
            5,
            "must not meet: trick logit_reader reads scores as the logits of a probability, "
            "which loss squares does not make of them",
        ),
        (
            "loss: energies\n",
            "ring",
            4,
            "must not meet: loss energies takes reconstruction errors, which discriminator mlp does not give",
        ),
        (
            "discriminator: rebuilding\nloss: minimax\n",
            "ring",
            5,
            "must not meet: discriminator rebuilding scores by reconstruction errors, "
            "which mean nothing to loss minimax",
        ),
        (
            "discriminator: rebuilding\nloss: energies\ntricks: {feature_reader: true}\n",
            "ring",
            6,
            "must not meet: trick feature_reader acts on features, which discriminator rebuilding does not give",
        ),
        (
            "tricks:\n  packing: true\n  single: true\n",
            "ring",
            6,
            "must not meet: trick single needs every sample by itself, and trick packing packs several together",
        ),
        (
            "tricks:\n  replacing: true\n  latent_reader: true\n",
            "ring",
            6,
            "must not meet: trick latent_reader needs the latents of the fakes, "
            "and trick replacing puts other fakes in their place",
        ),
        (
            "tricks:\n  shaping: true\n  shaping_too: true\n",
            "ring",
            6,
            "must not meet: trick shaping_too decides the distribution of the latents, as does trick shaping",
        ),
        (
            "tricks:\n  scoring: true\n  scoring_too: true\n",
            "ring",
            6,
            "must not meet: trick scoring_too decides what a score is, as does trick scoring",
        ),
        (
            "tricks: {picturing: true}\n",
            "ring",
            4,
            "must not meet: trick picturing needs images, which data set ring does not have",
        ),
    ],
)
def test_two_fixed_sides_are_refused(body: str, data: str, line: int, rule: str) -> None:
    with pytest.raises(SpaceError, match="must not meet") as caught:
        read(body, data)
    (problem,) = caught.value.problems
    assert (problem.line, problem.rule) == (line, rule)


def test_two_searched_tricks_are_never_on_together() -> None:
    space = read(f"tricks:\n  coupled: {SWITCH}\n  per_sample: {SWITCH}\n")
    assert conditions(space, COUPLED) == ()
    assert conditions(space, PER_SAMPLE) == (Condition(COUPLED, (False,), or_absent=True),)
    seen = {(each[COUPLED], each[PER_SAMPLE]) for each in samples(space)}
    assert seen == {(False, False), (True, False), (False, True)}


def test_a_searched_trick_that_meets_a_fixed_one_is_taken_out_with_a_note() -> None:
    space = read(f"tricks:\n  coupled: {SWITCH}\n  per_sample: {{weight: 0.5}}\n")
    assert space.fixed[COUPLED] is False
    assert space.fixed[PER_SAMPLE] is True
    assert space.notes == (
        "tricks.coupled.enabled: trick coupled is never on: must not meet: "
        "trick per_sample takes gradients per sample, which trick coupled couples",
    )


def test_one_choice_of_a_slot_is_taken_out() -> None:
    space = read("tricks:\n  coupled: {}\n  test_slot: {choice: [off, slotted_per_sample, slotted_plain]}\n")
    assert next(each.dimension for each in space.parameters) == Choice(("off", "slotted_plain"))


def test_a_searched_switch_waits_for_the_slot() -> None:
    space = read(f"tricks:\n  coupled: {SWITCH}\n  test_slot: {{choice: [slotted_per_sample, slotted_plain]}}\n")
    assert conditions(space, COUPLED) == (Condition("tricks.test_slot", ("slotted_plain",), or_absent=True),)
    seen = {(each["tricks.test_slot"], each[COUPLED]) for each in samples(space)}
    assert seen == {("slotted_per_sample", False), ("slotted_plain", False), ("slotted_plain", True)}


def test_a_fixed_trick_is_off_where_the_searched_network_conflicts() -> None:
    space = read(
        "discriminator: {architecture: {choice: [mlp, coupled_net]}, layers: {int: [2, 4]}}\n"
        "tricks: {per_sample: {weight: {float: [0, 1]}}}\n"
    )
    free = Condition("discriminator.architecture", ("mlp",), or_absent=True)
    assert conditions(space, "tricks.per_sample.weight") == (free,)
    for each in samples(space):
        assert each[PER_SAMPLE] is (each["discriminator.architecture"] == "mlp")
        assert ("tricks.per_sample.weight" in each) is each[PER_SAMPLE]


def test_a_label_trick_is_only_asked_for_with_a_cross_entropy() -> None:
    space = read(
        "loss: {name: {choice: [scores, minimax]}, margin: {float: [0.5, 1]}}\n"
        f"tricks: {{label_flips: {SWITCH}}}\n"
    )
    for each in samples(space):
        assert ("loss.margin" in each) is (each["loss.name"] == "scores")
        assert not (each["loss.name"] == "scores" and each["tricks.label_flips.enabled"])


def test_a_coupled_generator_harms_no_gradient_of_the_scores() -> None:
    space = read("generator: coupled_maker\ntricks: {per_sample: true}\n")
    assert space.fixed[PER_SAMPLE] is True


def test_three_sides_and_a_condition() -> None:
    space = read(
        "discriminator: {architecture: {choice: [mlp, coupled_net]}, groups: {int: [1, 4]}, layers: {int: [1, 8]}}\n"
        f"tricks:\n  coupled: {{enabled: {{choice: [true, false]}}, when: {{discriminator.layers: {{min: 3}}}}}}\n"
        f"  per_sample: {SWITCH}\n  test_slot: {{choice: [off, slotted_per_sample, slotted_plain]}}\n"
    )
    kinds = set()
    for each in samples(space, 200):
        couples = each[COUPLED] or each["discriminator.architecture"] == "coupled_net"
        alone = each[PER_SAMPLE] or each["tricks.test_slot"] == "slotted_per_sample"
        assert not (couples and alone)
        kinds.add((couples, alone))
    assert kinds == {(False, False), (True, False), (False, True)}


def test_alternatives_with_different_defaults() -> None:
    space = read("discriminator: {architecture: {choice: [mlp, coupled_net]}}\n")
    assert {(each["discriminator.architecture"], each["discriminator.layers"]) for each in samples(space)} == {
        ("mlp", 2),
        ("coupled_net", 4),
    }


def test_two_conditional_tricks_that_may_meet_are_refused() -> None:
    when = "{when: {generator.layers: {min: 3}}}"
    with pytest.raises(SpaceError, match="must not meet: trick per_sample"):
        read(f"generator: {{layers: {{int: [2, 7]}}}}\ntricks:\n  coupled: {when}\n  per_sample: {when}\n")


@pytest.mark.parametrize(
    ("one", "other"),
    [("packing", "single"), ("replacing", "latent_reader"), ("shaping", "shaping_too"), ("scoring", "scoring_too")],
)
def test_of_two_searched_tricks_at_most_one_is_on(one: str, other: str) -> None:
    space = read(f"tricks:\n  {one}: {SWITCH}\n  {other}: {SWITCH}\n")
    seen = {(each[f"tricks.{one}.enabled"], each[f"tricks.{other}.enabled"]) for each in samples(space)}
    assert seen == {(False, False), (True, False), (False, True)}


def test_what_suits_a_fixed_choice_is_allowed() -> None:
    space = read("loss: squares\ntricks: {label_flips: true}\n")
    assert space.fixed["tricks.label_flips.enabled"] is True
    assert read("discriminator: rebuilding\nloss: energies\n").fixed["loss.name"] == "energies"
    assert read("tricks: {picturing: true}\n", "mnist5k").notes == ()


LABELLED = "tricks.labelled.enabled"


def test_made_labels_are_classes_too() -> None:
    fixed = read("training: {labels: kmeans}\ntricks: {labelled: true}\n", "unlabelled")
    assert (fixed.fixed[LABELLED], fixed.notes) == (True, ())
    searched = read(f"training: {{labels: {{choice: [own, kmeans]}}}}\ntricks: {{labelled: {SWITCH}}}\n", "unlabelled")
    seen = {(each["training.labels"], each[LABELLED]) for each in samples(searched)}
    assert seen == {("own", False), ("kmeans", False), ("kmeans", True)}
    classed = read(f"training: {{labels: {{choice: [own, kmeans]}}}}\ntricks: {{labelled: {SWITCH}}}\n")
    assert conditions(classed, LABELLED) == ()


# --- plug-ins that every trial has ----------------------------------------------------------------------------------

LOSS, ARCHITECTURE = "loss.name", "discriminator.architecture"


def energies_meet(settings: dict[str, Setting]) -> bool:
    """Whether loss and discriminator agree on what a score is; every field belongs to what is chosen."""
    takes, gives = settings[LOSS] in ("energies", "balanced"), str(settings[ARCHITECTURE]).startswith("rebuilding")
    assert ("loss.margin" in settings) == (settings[LOSS] in ("energies", "scores"))
    assert ("discriminator.code" in settings) == (settings[ARCHITECTURE] == "rebuilding")
    resolve(settings)
    return takes == gives


@pytest.mark.parametrize(
    ("losses", "networks", "pairs"),
    [
        (
            "non_saturating, energies",
            "featureless, rebuilding",
            {("non_saturating", "featureless"), ("energies", "rebuilding")},
        ),
        (
            "minimax, non_saturating, energies, balanced",
            "featureless, featured, rebuilding",
            {
                *((loss, network) for loss in ("minimax", "non_saturating") for network in ("featureless", "featured")),
                ("energies", "rebuilding"),
                ("balanced", "rebuilding"),
            },
        ),
        (
            "minimax, non_saturating, energies",
            "featureless, rebuilding, rebuilding_too",
            {
                ("minimax", "featureless"),
                ("non_saturating", "featureless"),
                ("energies", "rebuilding"),
                ("energies", "rebuilding_too"),
            },
        ),
    ],
)
def test_a_loss_and_a_discriminator_that_suit_are_chosen(
    losses: str, networks: str, pairs: set[tuple[Setting, Setting]]
) -> None:
    space = read(
        f"loss: {{name: {{choice: [{losses}]}}}}\n"
        f"discriminator: {{architecture: {{choice: [{networks}]}}, layers: {{int: [2, 4]}}}}\n"
        f"tricks: {{feature_reader: {SWITCH}, label_flips: {SWITCH}}}\n"
    )
    found = samples(space, 120)
    assert all(energies_meet(each) for each in found)
    assert {(each[LOSS], each[ARCHITECTURE]) for each in found} == pairs
    for each in found:
        assert each[ARCHITECTURE] == "featured" or each["tricks.feature_reader.enabled"] is False
        assert each[LOSS] in ("minimax", "non_saturating") or each["tricks.label_flips.enabled"] is False
    assert any(each["tricks.label_flips.enabled"] for each in found)
    assert any(each["tricks.feature_reader.enabled"] for each in found) == ("featured" in networks)


def test_a_condition_on_a_divided_choice_holds_as_before() -> None:
    space = read(
        "loss: {choice: [non_saturating, energies]}\n"
        "discriminator: {architecture: {choice: [featureless, rebuilding]}}\n"
        "generator: {layers: {int: [4, 6], when: {discriminator.architecture: rebuilding}},\n"
        "  width: {int: [8, 16], when: {loss.name: non_saturating}}}\n"
    )
    for each in samples(space):
        assert (each["generator.layers"] != 3) is (each[ARCHITECTURE] == "rebuilding")
        assert (each["generator.width"] != 256) is (each[LOSS] == "non_saturating")


def test_a_choice_that_suits_no_other_is_taken_out_with_a_note() -> None:
    space = read("loss: {choice: [non_saturating, energies]}\n")
    assert space.fixed[LOSS] == "non_saturating"
    assert space.notes == (
        "loss.name: loss energies is never chosen: must not meet: "
        "loss energies takes reconstruction errors, which discriminator mlp does not give",
    )


def test_choices_that_cannot_be_divided_are_refused() -> None:
    with pytest.raises(SpaceError, match=r"fix loss\.name or discriminator\.architecture: their choices cannot"):
        read(
            "loss: {choice: [non_saturating, minimax, energies, balanced]}\n"
            "discriminator: {architecture: {choice: [featureless, featured, rebuilding, rebuilding_too]}}\n"
        )


def test_plug_ins_appear_in_what_a_name_must_be() -> None:
    with pytest.raises(SpaceError, match="did you mean 'coupled_net'"):
        read("discriminator: coupledd_net\n")
