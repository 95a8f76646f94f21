"""A pack: lanes of one structure, trained as one program. A single trial is a pack of one lane."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from gansearch.data import Data, Samples, labelled
from gansearch.errors import TrainingError
from gansearch.gan import forms
from gansearch.records import MEASURE_EVERY
from gansearch.training.batches import Batches, ready
from gansearch.training.configuration import Configuration
from gansearch.training.counter_streams import CounterStreams
from gansearch.training.hooks import Hooks
from gansearch.training.networks import built_discriminator, built_generator, own_parameters, sizes_of
from gansearch.training.passes import Passes
from gansearch.training.player import Player
from gansearch.training.precision import at_precision, check_precision
from gansearch.training.recording import runner_for
from gansearch.training.sampling import Sampling, Scored
from gansearch.training.seeded_streams import SeededStreams
from gansearch.training.signals import SignalBuffer, Signals
from gansearch.training.stacking import stack_configurations
from gansearch.training.state import LaneState, TrainingState
from gansearch.training.step import Form, Step, Variant
from gansearch.training.streams import Streams
from gansearch.tricks import Shown, Trick

SAMPLES_AT_ONCE: Final = 2_500
"""Samples drawn in one pass of the generator, which bounds the memory of an evaluation."""


@dataclass(frozen=True)
class Lane:
    """What one lane trains."""

    configuration: Configuration
    seed: int
    """Seed of every random stream of the lane."""


class Pack:
    """K lanes in training. Same lanes, data, device and number format: same numbers.

    Args:
        lanes: at least one; their configurations have equal structure and may differ in every traced number and
            mixed field. Those that are equal in their mixed fields should stand together.
        data: what all of them learn.
        device: where they are trained.
        dtype: number format of parameters and samples.
        record_after: steps of one kind after which they are recorded; None takes the number that pays.

    Raises:
        TrainingError: where there is no lane, where structures differ (with the key that does), or where the data
            hold less than a batch.
    """

    def __init__(
        self,
        lanes: Sequence[Lane],
        data: Data,
        *,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
        record_after: int | None = None,
    ) -> None:
        self._record_after = record_after
        self._device = torch.device(device)
        self._dtype = dtype
        self._kind_of_streams = CounterStreams if forms.takes_lanes_at_once(self._device) else SeededStreams
        self._data = data
        self._ready: Samples | None = None
        self._assemble(tuple(lanes))

    @property
    def count(self) -> int:
        """K, the number of lanes."""
        return len(self._lanes)

    @property
    def steps(self) -> tuple[int, ...]:
        """Generator updates done, of each lane."""
        return tuple(self._training.steps)

    @property
    def epochs(self) -> tuple[int, ...]:
        """Whole passes over the data done, of each lane."""
        return tuple(step // self.steps_per_epoch for step in self.steps)

    @property
    def steps_per_epoch(self) -> int:
        """Generator updates per epoch: whole batches in the data, whatever the number of discriminator updates."""
        return self._batches.steps_per_epoch

    @property
    def batch_size(self) -> int:
        """Samples per update of the generator."""
        return self._configuration.training.batch_size

    @property
    def total_steps(self) -> int:
        """Generator updates of a full run."""
        return self.steps_per_epoch * self._configuration.training.epochs

    @property
    def has_average(self) -> bool:
        """Whether a trick keeps an averaged generator."""
        return self._hooks.averaged_generator() is not None

    @property
    def is_scored(self) -> bool:
        """Whether a discriminator's score is a logit of "real": so it is where the loss is one of probabilities."""
        return self._configuration.loss.facts.is_probability_loss

    def train_epoch(self, at_most: int | None = None) -> Signals:
        """Train every lane for one pass over the data.

        Args:
            at_most: steps after which it is broken off; such a pack is there to be looked at, and trains no further.
        """
        self._start_epoch()
        with at_precision(self._configuration.training.precision, self._device):
            for position in range(min(self.steps_per_epoch, at_most or self.steps_per_epoch)):
                self._run(Variant(position % MEASURE_EVERY == 0, self._hooks.due(position)))
                self._training.advance()
                self._streams.go_on()
        return self._program.signals.read()

    def rehearse(self) -> None:
        """Carry out the first step of an epoch and read nothing of it: to find out what a step takes."""
        self._start_epoch()
        self._program(Variant(measure=True, due=self._hooks.due(0)))

    def _start_epoch(self) -> None:
        self._streams.at(self.steps)
        self._batches.shuffle(self._streams)
        self._streams.at(self.steps)
        self._program.position.zero_()

    def sample(self, n: int, *, averaged: bool, stream: str = "evaluation", at_once: int = SAMPLES_AT_ONCE) -> Tensor:
        """Draw ``n`` samples [K, n, *shape] in every lane, without dropout unless the network is to drop here too.

        Args:
            n: samples per lane.
            averaged: whether to use the averaged generator where there is one.
            stream: name of the latents' stream. The same seed, stream and n give the same latents at any step, and
                no training stream is moved.
            at_once: samples drawn in one pass, which share the statistics of batch normalisation.
        """
        with at_precision(self._configuration.training.precision, self._device):
            return self._sampling(averaged).samples(n, stream, at_once)

    def paths(self, count: int, steps: int, *, averaged: bool) -> Tensor:
        """Samples [K, count, steps, *shape] along great circles between latents that are the same at any step."""
        with at_precision(self._configuration.training.precision, self._device):
            return self._sampling(averaged).paths(count, steps)

    def seen(self, n: int, *, averaged: bool) -> Tensor | None:
        """What the discriminator sees of ``n`` real and of ``n`` generated samples [K, 2, n, *shape] at this step.

        None where it sees them as they are.
        """
        if all(type(trick).discriminator_input is Trick.discriminator_input for trick in self._configuration.tricks):
            return None
        fake = self.sample(n, averaged=averaged)
        return self._sampling(averaged).seen(n, self.steps, fake)

    def slopes(self, count: int) -> tuple[Tensor, Tensor]:
        """How the live networks slope at ``count`` generated samples, [K] each; see ``Sampling.slopes``."""
        with at_precision(self._configuration.training.precision, self._device):
            return self._sampling(averaged=False).slopes(count, self.steps)

    def scores(self, at_most: int) -> Scored:
        """Scores of real samples and of those of the live generators, as the discriminators see them in training.

        Samples are taken in whole batches, and no stream or state of training is moved. They are logits of "real" where
        ``is_scored``; else they compare among themselves alone.

        Args:
            at_most: samples of each kind, at least one batch.
        """
        size = self.batch_size // 2 if self._program.form.half_batches else self.batch_size
        training = self._first_batches(self._labelled.train, at_most, size)
        assert training is not None  # a pack has a batch of data
        held_out = self._first_batches(self._held_out, at_most, size)
        kinds = [training] if held_out is None else [training, held_out]
        with at_precision(self._configuration.training.precision, self._device):
            found = self._sampling(averaged=False).scores(kinds, size, self.steps)
        return Scored(found[0], None if held_out is None else found[1], found[-1])

    @property
    def _held_out(self) -> Samples | None:
        """Samples that no lane is trained on; None where there are none whose classes training knows."""
        is_told = self._labelled is self._data or self._program.form.classes == 0
        return self._data.test if is_told else None

    def _first_batches(self, samples: Samples | None, at_most: int, size: int) -> Shown | None:
        """Whole batches of samples [K, n, *shape] from all over a split, the same in every lane; None without one."""
        total = 0 if samples is None else len(samples)
        count = min(max(at_most, size), total) // size * size
        if samples is None or count == 0:
            return None
        index = torch.arange(count) * (total // count)
        values = samples.batch(index.to(samples.values.device), self._dtype).to(self._device)
        classes = samples.labels[index.to(samples.labels.device)].to(self._device)
        told = classes.expand(self.count, -1) if self._program.form.classes else None
        return Shown(values.expand(self.count, *values.shape), told)

    def apart(self, lane: int, tricks: Sequence[Trick]) -> Pack:
        """One lane as it stands, as a pack of its own with other tricks; this pack stays as it is.

        Args:
            lane: which, between epochs.
            tricks: in place of its own; they have the same state.
        """
        of = self._lanes[lane]
        configuration = replace(of.configuration, tricks=tuple(sorted(tricks, key=lambda trick: trick.name)))
        pack = Pack([Lane(configuration, of.seed)], self._data, device=self._device, dtype=self._dtype)
        pack.load_lane_state(0, self.lane_state(lane))
        return pack

    def tricks(self, lane: int) -> tuple[Trick, ...]:
        """The tricks of a lane."""
        return self._lanes[lane].configuration.tricks

    def _sampling(self, averaged: bool) -> Sampling:
        return Sampling(
            self._new_streams,
            lambda prefix, streams: self._bind(prefix, streams, is_sampling=True),
            self._program.form,
            self.generator_values(averaged=averaged),
            self._dtype,
        )

    def generator_values(self, *, averaged: bool) -> Mapping[str, Tensor]:
        """Parameters [K, *shape] of the generators by key, not copies; averages where asked for and there are any."""
        flat = self._training.generator.flat
        average = self._hooks.averaged_generator() if averaged else None
        return flat.leaves if average is None else flat.views(average)

    def leave(self, lanes: Collection[int]) -> None:
        """Take lanes out, between epochs; the others go on as if these had never been there.

        Raises:
            TrainingError: where none would be left.
        """
        kept = [index for index in range(self.count) if index not in lanes]
        self._assemble(tuple(self._lanes[index] for index in kept), [self.lane_state(index) for index in kept])

    def join(
        self, lanes: Sequence[Lane], states: Sequence[LaneState | None], *, leaving: Collection[int] = ()
    ) -> tuple[int, ...]:
        """Take lanes in, between epochs; each is trained as if it were alone.

        Args:
            lanes: of the structure of the pack.
            states: where each goes on; None at its beginning.
            leaving: lanes that are taken out at the same time, which costs no more than taking some in.

        Returns:
            The order in which lanes stand now, by the places that they would have if those that join stood behind the
            others: those that are equal in their mixed fields are together.

        Raises:
            TrainingError: where a structure differs, or a state lies within an epoch; the pack is then as it was.
        """
        before = self._lanes
        present = [self.lane_state(index) for index in range(self.count)]
        kept = [index for index in range(self.count) if index not in leaving]
        members = (*(before[index] for index in kept), *lanes)
        at = [*(present[index] for index in kept), *states]
        order = sorted(range(len(members)), key=lambda place: members[place].configuration.mixed_key())
        try:
            self._assemble(tuple(members[place] for place in order), [at[place] for place in order])
        except TrainingError:
            self._assemble(before, present)
            raise
        return tuple(order)

    def lane_state(self, lane: int) -> LaneState:
        """A copy of everything of one lane that changes."""
        return self._training.lane(lane)

    def load_lane_state(self, lane: int, state: LaneState) -> None:
        """Set one lane to a state; training goes on as if it had never stopped.

        Raises:
            TrainingError: where the state comes from another structure, or does not lie between two epochs.
        """
        if state.step % self.steps_per_epoch:
            raise TrainingError(
                f"a lane joins between epochs, at a multiple of {self.steps_per_epoch} steps; got step {state.step}"
            )
        self._training.load(lane, state)

    def _seeds(self) -> list[int]:
        return [lane.seed for lane in self._lanes]

    def _assemble(self, lanes: tuple[Lane, ...], states: Sequence[LaneState | None] = ()) -> None:
        """Build everything that depends on the lanes, and set them to their states."""
        if not lanes:
            raise TrainingError("a pack must have at least one lane; got none")
        configuration = stack_configurations(
            [lane.configuration for lane in lanes], dtype=self._dtype, device=self._device
        )
        check_precision(configuration.training.precision, self._device)
        # What the lanes had before is given back first: the states are copies, and two packs may not fit.
        for name in ("_run", "_program", "_training", "_hooks"):
            self.__dict__.pop(name, None)
        self._lanes, self._configuration = lanes, configuration
        settings = configuration.training
        data = self._labelled = labelled(self._data, settings.labels, settings.label_clusters)
        self._batches = Batches(
            self._ready_samples(data),
            lanes=len(lanes),
            batch_size=settings.batch_size,
            per_step=settings.d_steps_per_g_step,
            dtype=self._dtype,
        )
        self._sizes = sizes_of(configuration, data.geometry)
        first = self._new_streams()  # of the first values alone, whose numbers are not kept
        self._training = self._untrained(first)
        self._bind("initial/tricks", first).set_initial_state()
        self._streams = self._new_streams()
        self._hooks = self._bind("tricks", self._streams)
        self._program = self._new_program()
        self._run = runner_for(self._program, self._record_after)
        for index, state in enumerate(states):
            if state is not None:
                self.load_lane_state(index, state)

    def _ready_samples(self, data: Data) -> Samples:
        """The training split on the device, made ready once."""
        if self._ready is None:
            self._ready = ready(data.train, self._device, self._dtype)
        return self._ready

    def _new_streams(self) -> Streams:
        return self._kind_of_streams(self._seeds(), device=self._device, dtype=self._dtype)

    def _new_program(self) -> Step:
        configuration, like = self._configuration, self._training.generator.flat.values
        settings = configuration.training
        facts = [configuration.discriminator.facts, *(trick.facts for trick in configuration.tricks)]
        couples_batch = any(each.couples_batch for each in facts) and settings.discriminator_batches == "separate"
        return Step(
            training=self._training,
            streams=self._streams,
            batches=self._batches,
            signals=SignalBuffer(like, self.steps_per_epoch, self._hooks.signals),
            hooks=self._hooks,
            loss=configuration.loss,
            form=Form(
                latent_size=configuration.generator.latent_size,
                g_steps=settings.g_steps_per_d_step,
                sees_apart=couples_batch or any(each.packs_samples for each in facts),
                half_batches=settings.half_batches,
                classes=self._sizes.geometry.classes if self._hooks.needs_classes else 0,
            ),
            position=torch.zeros(1, dtype=torch.int64, device=self._device),
        )

    def _untrained(self, streams: Streams) -> TrainingState:
        configuration, sizes = self._configuration, self._sizes
        generator = Player(
            built_generator(configuration, sizes.geometry),
            configuration.generator.initialisation,
            streams.branch("initial/generator"),
            configuration.generator_optimizer,
            own_parameters(configuration.tricks, "generator", sizes),
        )
        discriminator = Player(
            built_discriminator(configuration, sizes),
            configuration.discriminator.initialisation,
            streams.branch("initial/discriminator"),
            configuration.discriminator_optimizer,
            own_parameters(configuration.tricks, "discriminator", sizes),
        )
        training = TrainingState(generator, discriminator)
        training.loss.update({name: tensor.clone() for name, tensor in configuration.loss.initial_state().items()})
        for player in (generator, discriminator):
            player.follow(streams.clock)
        return training

    def _bind(self, prefix: str, streams: Streams, *, is_sampling: bool = False) -> Hooks:
        """The tricks with their state, and streams whose names start with ``prefix``."""
        training = self._training
        leaves = training.generator.flat.leaves, training.discriminator.flat.leaves
        passes = Passes(training, self._sizes, self._batches, *leaves)
        return Hooks.bind(
            self._configuration.tricks, passes, self.total_steps, streams, prefix, is_sampling=is_sampling
        )
