"""`penstock plan`: read, compare, show, save. Writes nothing to the repository."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from penstock.base.errors import EXIT_CHANGES, EXIT_OK, EXIT_USAGE
from penstock.cli.options import PACE, PLANNING, READING, SCREEN, TARGET, Settings, takes


@click.command("plan", short_help="Show what would be written.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--out", metavar="PLAN", help="Save the plan, for `penstock apply PLAN`.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there is something to write.")
@takes(*TARGET, *PACE, *READING, *PLANNING, *SCREEN)
def command(settings: Settings, files: tuple[str, ...], out: str | None, detailed_exitcode: bool) -> int:
    """Read task files and a repository, and show what would be written.

    Nothing is written to the repository. With --out the plan is saved: `penstock apply` then does exactly this, and
    refuses if the repository has changed in what the plan was made from.
    """
    return asyncio.run(_plan(settings, files, out, detailed_exitcode))


async def _plan(settings: Settings, files: tuple[str, ...], out: str | None, detailed_exitcode: bool) -> int:
    from penstock.cli.estimating import estimates_here
    from penstock.cli.target import client_for, find_target
    from penstock.io.plan_file import plan_sha, write_plan
    from penstock.output.diagnostics import finding_diagnostics
    from penstock.output.narrator import planned_lines
    from penstock.output.plan import CHANGES_SHOWN, PlanView, plan_document, plan_lines
    from penstock.output.step import plan_step, whole_list

    screen = settings.screen()
    graph = settings.load(*files)
    target = find_target(settings)
    async with client_for(settings, target.repository, settings.api_url) as client:
        screen.note(f"reading  {target.repository} on {settings.api_url}")
        plan = await client.plan(
            graph, prune=settings.prune, without_labels=settings.without_labels, renames=settings.renames
        )
    view = PlanView(
        plan=plan,
        estimates=estimates_here(plan, settings.config()),
        prune=settings.prune,
        saved=out or "",
        sha256=write_plan(Path(out), plan) if out else plan_sha(plan),
        options=settings.repeated(("state_dir", *PACE) if out else (*TARGET, *PACE, *READING, *PLANNING)),
    )
    code = EXIT_CHANGES if detailed_exitcode and plan.operations else EXIT_OK
    code = EXIT_USAGE if view.errors else code
    screen.tell(planned_lines(plan, view.estimates))
    screen.diagnose(finding_diagnostics(plan))
    if len(plan.operations) > CHANGES_SHOWN and not settings.verbose:
        screen.fold(f"all {len(plan.operations):,} operations", lambda: whole_list(plan))
    screen.document(plan_document(view))
    screen.result(plan_lines(view, ink=screen.ink, width=screen.width, verbose=settings.verbose), code)
    screen.leave(lambda at: plan_step(view, code, at))
    if target.ask:
        screen.note(f"confirm  {target.ask}; apply will ask")
    return code
