"""A user's ``torch.nn.Module`` as straight-line code: the operations of its ``forward``, found by ``torch.export``.

The module's class may need anything of the user's, so that its source is of no use elsewhere. Its operations need torch
alone, for any number of samples; a decision that depends on numbers cannot be told so, and is refused by torch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import torch
from torch import Tensor, nn

from gansearch.errors import PluginError
from gansearch.gan.plain import PlainModule
from gansearch.gan.torch_dropout import MaskFeed, remove_dropout
from gansearch.gan.torch_lanes import Layout, Maker, prepared, tensors_of

_SAMPLES: Final = 4
"""Of the batch that the module is traced with; the code takes other numbers too."""
_DELETION: Final = re.compile(r";  (\w+ = )+None$")
"""What ``torch.fx`` appends to a line, so that memory is freed early."""


def traced(maker: Maker, layout: Layout, latent_size: int) -> PlainModule:
    """The module, in its mode of evaluation, without dropout.

    Args:
        maker: makes it.
        layout: which of its tensors are parameters.
        latent_size: Z.

    Raises:
        PluginError: where torch cannot follow it.
    """
    module = prepared(maker, 0, MaskFeed()).eval()
    remove_dropout(module)
    with torch.no_grad():
        program = _exported(module, maker.label, torch.zeros(_SAMPLES, latent_size))
    names, constants = _names(module), dict(program.constants)
    learned = {parameter.name for parameter in layout.parameters}
    tensors: dict[str, str] = {}
    fixed: dict[str, Tensor] = {}
    for place, target in _inputs(program):
        own = names.get(target)
        if own in learned:
            tensors[place] = own
        else:
            fixed[place] = constants[target] if own is None else tensors_of(module)[own].detach()
    state = {**{place: tensors_of(module)[name] for place, name in tensors.items()}, **fixed}
    return PlainModule(_source(program, state), tensors, fixed)


def _exported(module: nn.Module, label: str, latents: Tensor) -> Any:
    from torch.export import Dim, export  # takes seconds, and only those who export need it

    try:
        # Dynamic: a number of samples that were fixed to that of the trace would be wrong for any other.
        return export(module, (latents,), dynamic_shapes=({0: Dim.DYNAMIC},), strict=False)
    except Exception as error:  # whatever torch or the module raises is the reason that is shown
        said = " ".join(str(error).split()).split(". ")[0][:300]
        raise PluginError(
            f"{label} cannot be exported: torch.export cannot follow its module ({type(error).__name__}: {said}); "
            "forward must not decide by numbers, and must take the number of samples from latents.shape[0], not len(). "
            "Or override the method plain (gansearch/gan/plain.py)"
        ) from error


def _inputs(program: Any) -> Iterator[tuple[str, str]]:
    """Tensors that the program reads: the name in its code, and the name in the module."""
    for spec in program.graph_signature.input_specs:
        if spec.target is not None:
            yield spec.arg.name, spec.target


def _names(module: nn.Module) -> dict[str, str]:
    """Every name of every tensor of a module, and the one that it is kept under: the first of a shared one."""
    first = {id(tensor): name for name, tensor in reversed(tensors_of(module).items())}
    every = [
        *module.named_parameters(remove_duplicate=False),
        *module.named_buffers(remove_duplicate=False),
    ]
    return {name: first[id(tensor)] for name, tensor in every}


def _source(program: Any, state: Mapping[str, Tensor]) -> str:
    graph = program.graph_module.graph
    latents = next(node.name for node in graph.nodes if node.op == "placeholder" and node.name not in state)
    code = graph.python_code("self").src.strip()
    lines = [_DELETION.sub("", line).strip() for line in code.splitlines()[1:]]
    body = [line for line in lines if line and not line.startswith("#")]
    body[-1] = re.sub(r"^return \((\w+),\)$", r"return \1", body[-1])
    text = "\n".join(f"        {line}" for line in body)
    for name in state:
        text = re.sub(rf"\b{name}\b(?! =)", f"self.{name}", text)
    shapes = "".join(
        f'        self.register_buffer("{name}", torch.zeros({tuple(tensor.shape)}, dtype={tensor.dtype}))\n'
        for name, tensor in state.items()
    )
    return _STRAIGHT.format(needed=_needed(text), shapes=shapes, latents=latents, body=text)


def _needed(text: str) -> str:
    """Names that ``torch.fx`` takes for granted, where the code uses them."""
    lines = {"inf": "from math import inf\n", "nan": "from math import nan\n", "device": "from torch import device\n"}
    found = "".join(line for name, line in lines.items() if re.search(rf"(?<![\w.]){name}\b(?! *=)", text))
    return f"{found}\n\n" if found else ""


_STRAIGHT: Final = '''\
{needed}class Generator(nn.Module):
    """Maps latents [n, LATENT_SIZE] to samples [n, *SHAPE]; the operations of the trained network, in order."""

    def __init__(self) -> None:
        super().__init__()
{shapes}
    def forward(self, {latents}: Tensor) -> Tensor:
{body}
'''
