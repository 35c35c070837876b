"""The outcomes as one page that opens without a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from itfm.quality.checks import BLOCKING, STAGES, Outcome

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #1c2733; background: #f5f7f9; margin: 0; }
main { max-width: 1100px; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .5rem; }
p { margin: .25rem 0 .75rem; }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; }
.tile { background: #fff; border: 1px solid #dbe2e8; border-radius: 6px; padding: .6rem 1rem; }
.tile b { display: block; font-size: 1.5rem; }
details { background: #fff; border: 1px solid #dbe2e8; border-radius: 6px; margin: .4rem 0; }
summary { padding: .5rem .9rem; cursor: pointer; }
summary code { font-size: .95rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .9rem; }
th, td { border-top: 1px solid #e8edf1; }
th { font-weight: 600; color: #52616e; }
td.state { white-space: nowrap; font-weight: 600; }
.met { color: #17692f; } .failed { color: #b3261e; } .warning { color: #8a5a00; }
.note { color: #52616e; font-size: .9rem; }
"""


def write(path: Path, company: str, outcomes: Sequence[Outcome]) -> None:
    """Write the page for a company."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(_page(company, outcomes)) + "\n", encoding="utf-8")


def state(outcome: Outcome) -> str:
    """Return met, failed or warning."""
    if outcome.success:
        return "met"
    return "failed" if outcome.check.severity == BLOCKING else "warning"


def _page(company: str, outcomes: Sequence[Outcome]) -> Iterator[str]:
    title = f"Quality of the warehouse: {company}"
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>"
    yield f"<h1>{escape(title)}</h1>"
    counts = {
        name: sum(state(o) == name for o in outcomes) for name in ("met", "failed", "warning")
    }
    verdict = (
        f"{counts['failed']} blocking expectations are not met: this build was not published."
        if counts["failed"]
        else "Every blocking expectation is met."
    )
    yield f"<p>{verdict} A warning never stops a build; it is there to be looked at.</p>"
    yield '<div class="tiles">'
    for name, label in (("met", "met"), ("failed", "failed"), ("warning", "warnings")):
        yield f'<div class="tile"><b class="{name}">{counts[name]:,}</b>{label}</div>'
    yield "</div>"
    for stage, heading in STAGES.items():
        of_stage = [outcome for outcome in outcomes if outcome.check.stage == stage]
        if of_stage:
            yield f"<h2>{escape(heading)}</h2>"
            by_table = sorted(of_stage, key=lambda outcome: outcome.check.table)
            for table, group in groupby(by_table, key=lambda outcome: outcome.check.table):
                yield from _table(table, list(group))
    yield "</main></body></html>"


def _table(table: str, outcomes: list[Outcome]) -> Iterator[str]:
    worst = sorted({state(outcome) for outcome in outcomes}, key=("failed", "warning", "met").index)
    missed = sum(not outcome.success for outcome in outcomes)
    told = f"{len(outcomes)} met" if not missed else f"{missed} of {len(outcomes)} not met"
    opened = " open" if missed else ""
    yield f"<details{opened}><summary><code>{escape(table)}</code> "
    yield f'<span class="{worst[0]}">{told}</span></summary><div class="scroll"><table>'
    yield "<tr><th>State</th><th>Expected</th><th>Found</th></tr>"
    for outcome in sorted(outcomes, key=lambda one: one.success):
        yield f'<tr><td class="state {state(outcome)}">{state(outcome)}</td>'
        yield f"<td>{escape(outcome.check.description)}{_advice(outcome)}</td>"
        yield f"<td>{_found(outcome)}</td></tr>"
    yield "</table></div></details>"


def _advice(outcome: Outcome) -> str:
    if outcome.success or not outcome.check.what_to_do:
        return ""
    return f'<div class="note">{escape(outcome.check.what_to_do)}</div>'


def _found(outcome: Outcome) -> str:
    parts = [escape(outcome.observed)]
    if outcome.error:
        parts.append(f'<div class="failed">{escape(outcome.error)}</div>')
    if not outcome.success:
        parts += [f'<div class="note">{escape(example)}</div>' for example in outcome.examples]
    return "".join(parts)
