"""The commands, gathered; in the order in which a user meets them."""

from __future__ import annotations

import typer

from gansearch.cli import cluster, detectors, spaces, tricks
from gansearch.cli.compare import compare
from gansearch.cli.confirm import confirm
from gansearch.cli.doctor import doctor
from gansearch.cli.export import export
from gansearch.cli.extend import extend
from gansearch.cli.import_study import import_study
from gansearch.cli.launch import launch
from gansearch.cli.list_studies import list_studies
from gansearch.cli.logs import logs
from gansearch.cli.measure import measure
from gansearch.cli.plan import plan
from gansearch.cli.prune import prune
from gansearch.cli.replay import replay
from gansearch.cli.report import report
from gansearch.cli.reproduce import reproduce
from gansearch.cli.resume import resume
from gansearch.cli.retrace import retrace
from gansearch.cli.sample import sample
from gansearch.cli.status import status
from gansearch.cli.stop import stop
from gansearch.cli.track import track
from gansearch.cli.ui import ui
from gansearch.cli.version import version
from gansearch.cli.why import why

app = typer.Typer(
    name="gansearch",
    help="Find out, with evidence, which GAN training tricks and hyperparameters work for a data set.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: formatting it with rich doubles the time until it shows
)
for command in (launch, resume, status, stop, report, ui):
    app.command(no_args_is_help=command in (launch, resume, stop, report))(command)
app.command("list")(list_studies)
app.command("logs", no_args_is_help=True)(logs)
app.command("why", no_args_is_help=True)(why)
app.command("compare", no_args_is_help=True)(compare)
app.command("reproduce", no_args_is_help=True)(reproduce)
app.command("extend", no_args_is_help=True)(extend)
app.command("confirm", no_args_is_help=True)(confirm)
app.command("export", no_args_is_help=True)(export)
app.command("sample", no_args_is_help=True)(sample)
app.command("measure", no_args_is_help=True)(measure)
app.command("plan", no_args_is_help=True)(plan)
app.command("import", no_args_is_help=True)(import_study)
app.command("track", no_args_is_help=True)(track)
app.command("prune", no_args_is_help=True)(prune)
app.command("replay", no_args_is_help=True)(replay)
app.command("retrace", no_args_is_help=True)(retrace)
app.add_typer(cluster.commands, name="cluster")
app.add_typer(spaces.commands, name="spaces")
app.add_typer(tricks.commands, name="tricks")
app.add_typer(detectors.commands, name="detectors")
app.command()(doctor)
app.command()(version)
