"""A trace as a picture: one HTML file with an SVG, which opens without a network."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape
from typing import Any

from itfm.trace.text import LAYER_WORDS, facts, money, reason, title

Row = dict[str, Any]
MOST_NODES = 16
HEIGHT = 640.0
TOP = 62.0
LEFT = 24.0
NODE_WIDTH = 14.0
SPACING = 290.0
LABEL_ROOM = 285.0
GAP = 11.0
LABEL_HEIGHT = 30.0
LONGEST_LABEL = 34
TITLES = ("Accounts", "Cost pools", "Towers", "Services", "Consumers")
LAYERS = {"cost_pool": 1, "resource_tower": 2, "solution": 3, "consumer": 4}
COLOURS = (
    "#2f6f9f", "#d9822b", "#3f8f5f", "#8c5aa8", "#c2493d", "#4a90a4", "#a6812f", "#5d6db5",
    "#b0557f", "#6b8e3d", "#7a6a5b", "#2a8c8c",
)  # fmt: skip
STOPPED = "#9a9a9a"
OTHERS = "others"


@dataclass
class Node:
    """One box of a column."""

    column: int
    key: str
    label: str
    stopped: bool = False
    count: int = 1
    into: float = 0.0
    out: float = 0.0
    y: float = 0.0
    height: float = 0.0
    colour: str = STOPPED
    offset_in: float = 0.0
    offset_out: float = 0.0
    amount: Decimal = Decimal(0)


@dataclass
class Link:
    """Money between two boxes."""

    source: Node
    target: Node
    amount: Decimal
    rules: set[str] = field(default_factory=set)
    offsets: tuple[float, float] = (0.0, 0.0)


def picture(found: Row) -> str:
    """Return the whole HTML page."""
    nodes, links = _graph(found)
    first = "Accounts" if found["direction"] == "back" else "Line"
    return _page(found, *_draw(nodes, links, found["unit"], (first, *TITLES[1:])))


def _graph(found: Row) -> tuple[list[Node], list[Link]]:
    raw: list[tuple[tuple[int, str, str, bool], tuple[int, str, str, bool], Decimal, str]] = []
    if found["direction"] == "back":
        for one in found["accounts"]:
            label = f"{one['account_id']} {one['account_name'] or ''}".strip()
            raw.append(
                (
                    (0, one["account_id"], label, False),
                    (1, one["to_id"], one["to_id"], False),
                    one["amount"],
                    one["rule_id"] or "",
                )
            )
    elif found["classification"]:
        rule = found["classification"]
        line = found["line"]["line_id"]
        target = (1, rule["to_id"], rule["to_id"], False)
        raw.append(((0, line, line, False), target, found["amount"], rule["rule_id"] or ""))
    for step in found["steps"]:
        column = LAYERS[step["from_layer"]]
        stops = step["reason_code"] is not None
        to_column = column + 1 if stops else LAYERS[step["to_layer"]]
        label = step["to_name"] or step["to_id"]
        if stops:
            label = f"{step['to_id']}: {reason(step['reason_code'])}"
        source = (column, step["from_id"], step["from_name"] or step["from_id"], False)
        raw.append((source, (to_column, label if stops else step["to_id"], label, stops),
                    step["amount"], step["rule_id"] or ""))  # fmt: skip
    return _grouped(raw)


def _grouped(raw: list[Any]) -> tuple[list[Node], list[Link]]:
    """Keep the largest boxes of each column; the others become one."""
    sizes: dict[tuple[int, str, bool], float] = defaultdict(float)
    for source, target, amount, _ in raw:
        for column, key, _label, stops in (source, target):
            sizes[column, key, stops] += abs(float(amount))
    kept: set[tuple[int, str, bool]] = set()
    hidden: dict[int, int] = {}
    for column in range(len(TITLES)):
        # money that stopped is always seen, however little it is
        kept.update(one for one in sizes if one[0] == column and one[2])
        moved = (one for one in sizes if one[0] == column and not one[2])
        ranked = sorted(moved, key=lambda one: -sizes[one])
        # one more than the limit fits: a group of one would say less than its name
        cut = len(ranked) if len(ranked) <= MOST_NODES + 1 else MOST_NODES
        kept.update(ranked[:cut])
        hidden[column] = len(ranked) - cut
    nodes: dict[tuple[int, str, bool], Node] = {}

    def node(place: tuple[int, str, str, bool]) -> Node:
        column, key, label, stops = place
        found = (column, key, stops)
        if found not in kept:
            found = (column, OTHERS, False)
            label = f"{OTHERS} ({hidden[column]})"
        if found not in nodes:
            nodes[found] = Node(found[0], found[1], label, found[2])
        return nodes[found]

    links: dict[tuple[int, int], Link] = {}
    for source, target, amount, rule in raw:
        start, end = node(source), node(target)
        link = links.setdefault((id(start), id(end)), Link(start, end, Decimal(0)))
        link.amount += amount
        if rule:
            link.rules.add(rule)
    return list(nodes.values()), [link for link in links.values() if link.amount]


def _draw(
    nodes: list[Node], links: list[Link], unit: str, titles: tuple[str, ...]
) -> tuple[str, float, float]:
    for link in links:
        link.source.out += abs(float(link.amount))
        link.target.into += abs(float(link.amount))
        link.target.amount += link.amount
    for one in nodes:
        if not any(link.target is one for link in links):
            one.amount = sum((k.amount for k in links if k.source is one), Decimal(0))
    nodes = [one for one in nodes if one.into or one.out]
    columns = [[n for n in nodes if n.column == c] for c in range(len(TITLES))]
    height = max(HEIGHT, *(len(column) * (LABEL_HEIGHT + GAP) for column in columns))
    scale = min(
        (
            (height - GAP * (len(column) - 1)) / sum(max(n.into, n.out) for n in column)
            for column in columns
            if column
        ),
        default=1.0,
    )
    _place(columns, links, scale, height)
    parts = [_link(link, scale, unit) for link in _ordered(links)]
    parts += [_node(one, unit) for one in nodes]
    used = [c for c, column in enumerate(columns) if column]
    for c in used:
        x = LEFT + c * SPACING
        parts.append(f'<text class="head" x="{x:.0f}" y="34">{titles[c]}</text>')
    width = LEFT + max(used, default=0) * SPACING + NODE_WIDTH + LABEL_ROOM
    low = max((n.y + max(n.height, LABEL_HEIGHT) for n in nodes), default=HEIGHT)
    return "\n".join(parts), width, low + 20


def _place(columns: list[list[Node]], links: list[Link], scale: float, height: float) -> None:
    for number, column in enumerate(columns):
        if number == 0 or not any(link.target in column for link in links):
            column.sort(key=lambda n: (n.key == OTHERS, -max(n.into, n.out)))
        else:
            column.sort(key=lambda n: (n.stopped, n.key == OTHERS, _centre(n, links)))
        y = TOP
        if len(column) == 1:
            y += max(0.0, height - max(column[0].into, column[0].out) * scale) / 2
        for position, one in enumerate(column):
            one.height = max(max(one.into, one.out) * scale, 1.5)
            one.y = y
            y += max(one.height, LABEL_HEIGHT) + GAP
            if one.stopped:
                one.colour = STOPPED
            elif number <= 1 or not any(link.target is one for link in links):
                one.colour = COLOURS[position % len(COLOURS)]
            else:
                one.colour = COLOURS[(position + 3 * number) % len(COLOURS)]


def _centre(node: Node, links: list[Link]) -> float:
    into = [link for link in links if link.target is node]
    weight = sum(abs(float(link.amount)) for link in into)
    if not weight:
        return 0.0
    return (
        sum((link.source.y + link.source.height / 2) * abs(float(link.amount)) for link in into)
        / weight
    )


def _ordered(links: list[Link]) -> list[Link]:
    """Give every link its place on both boxes, so that links cross as little as they can."""
    heights: dict[int, tuple[float, float]] = {}
    for link in sorted(links, key=lambda one: (one.target.y, one.source.y)):
        heights[id(link)] = (link.source.offset_out, 0.0)
        link.source.offset_out += abs(float(link.amount))
    for link in sorted(links, key=lambda one: (one.source.column, one.source.y)):
        heights[id(link)] = (heights[id(link)][0], link.target.offset_in)
        link.target.offset_in += abs(float(link.amount))
    for link in links:
        link.offsets = heights[id(link)]
    return sorted(links, key=lambda one: -abs(float(one.amount)))


def _link(link: Link, scale: float, unit: str) -> str:
    out, into = link.offsets
    thick = max(abs(float(link.amount)) * scale, 0.8)
    x0 = LEFT + link.source.column * SPACING + NODE_WIDTH
    x1 = LEFT + link.target.column * SPACING
    y0 = link.source.y + out * scale + thick / 2
    y1 = link.target.y + into * scale + thick / 2
    middle = (x0 + x1) / 2
    rules = ", ".join(sorted(link.rules)[:6]) + (" ..." if len(link.rules) > 6 else "")
    told = f"{link.source.label} → {link.target.label}\n{money(link.amount)} {unit}"
    told += f"\nrule {rules}" if rules else ""
    kind = "link credit" if link.amount < 0 else "link"
    return (
        f'<path class="{kind}" data-a="{_id(link.source)}" data-b="{_id(link.target)}" '
        f'd="M{x0:.1f},{y0:.1f}C{middle:.1f},{y0:.1f} {middle:.1f},{y1:.1f} {x1:.1f},{y1:.1f}" '
        f'stroke="{link.source.colour}" stroke-width="{thick:.2f}"><title>{escape(told)}</title>'
        "</path>"
    )


def _node(one: Node, unit: str) -> str:
    x = LEFT + one.column * SPACING
    label = _short(one.label)
    told = f"{one.label}\n{money(one.amount)} {unit}"
    shape = "box stopped" if one.stopped else "box"
    middle = one.y + max(one.height / 2, 10)
    return (
        f'<g class="node" data-n="{_id(one)}"><title>{escape(told)}</title>'
        f'<rect class="{shape}" x="{x:.1f}" y="{one.y:.1f}" width="{NODE_WIDTH:.0f}" '
        f'height="{one.height:.2f}" fill="{one.colour}" rx="2"/>'
        f'<text class="label" x="{x + NODE_WIDTH + 7:.1f}" y="{middle - 1:.1f}">{escape(label)}'
        f'</text><text class="amount" x="{x + NODE_WIDTH + 7:.1f}" y="{middle + 12:.1f}">'
        f"{money(one.amount)}</text></g>"
    )


def _short(text: str) -> str:
    """Return a label that fits between two columns; wide letters take the room of two."""
    room = LONGEST_LABEL
    for number, one in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(one) in "WF" else 1
        if room < 0:
            return text[: number - 1].rstrip() + "…"
    return text


def _id(node: Node) -> str:
    return escape(f"{node.column}:{node.key}:{int(node.stopped)}", quote=True)


STYLE = """
body{margin:0;background:#fbfaf7;color:#23282d;font:14px/1.45 system-ui,"Segoe UI",Helvetica,Arial,
sans-serif}main{max-width:1560px;margin:0 auto;padding:26px 28px}h1{font-size:21px;margin:0 0 2px;
overflow-wrap:anywhere}
p{margin:2px 0 0;color:#5b646c}h2{font-size:16px;margin:0 0 2px}
.wide{overflow-x:auto;margin-top:14px;background:#fff;border:1px solid #e5e1d8;border-radius:8px}
svg{display:block;width:100%;min-width:1080px;height:auto}.memo{margin-top:26px;padding-top:16px;
border-top:2px dashed #cfc9bb}table{width:100%;border-collapse:collapse;font-size:13px}
th,td{padding:5px 12px;text-align:left;border-top:1px solid #f0ede5}th{border-top:0;color:#7b8389;
font-size:11px;text-transform:uppercase;letter-spacing:.06em}td{min-width:60px}
th:nth-last-child(-n+2),td:nth-last-child(-n+2){text-align:right;white-space:nowrap;
font-variant-numeric:tabular-nums}.bar{width:34%}.bar i{display:block;height:10px;border-radius:2px;
background:repeating-linear-gradient(45deg,#8fa9bd 0 5px,#b9c9d6 5px 10px)}summary{cursor:pointer;
margin-top:14px;color:#2f6f9f}.head{font-size:12px;font-weight:600;fill:#7b8389;
letter-spacing:.06em;text-transform:uppercase}.label,.amount{paint-order:stroke;stroke:#fff;
stroke-width:3.5px;stroke-linejoin:round}.label{font-size:12.5px;font-weight:600;fill:#23282d}
.amount{font-size:11px;fill:#5b646c;font-variant-numeric:tabular-nums}.link{fill:none;opacity:.32;
transition:opacity .12s}.credit{stroke:#b3261e;stroke-dasharray:7 4}.link:hover{opacity:.75}
.box{stroke:rgba(0,0,0,.18)}.stopped{stroke:#b3261e;stroke-dasharray:3 2}
.node{cursor:pointer}.dim .link{opacity:.06}.dim .link.on{opacity:.65}
@media print{body{background:#fff}main{padding:0}}
"""
SCRIPT = """
const svg=document.querySelector('svg'),links=[...document.querySelectorAll('.link')];
const way=(n,from,to,seen)=>{if(seen.has(n))return;seen.add(n);links.forEach(l=>{if(
l.dataset[from]===n){l.classList.add('on');way(l.dataset[to],from,to,seen)}})};
document.querySelectorAll('.node').forEach(g=>{g.addEventListener('mouseenter',()=>{
svg.classList.add('dim');way(g.dataset.n,'a','b',new Set());way(g.dataset.n,'b','a',new Set())});
g.addEventListener('mouseleave',()=>{svg.classList.remove('dim');
links.forEach(l=>l.classList.remove('on'))})});
"""


def _page(found: Row, drawing: str, width: float, height: float) -> str:
    heading = escape(title(found))
    told = escape(
        f"{facts(found)}. Hover for amounts and rules; dashed boxes are what stopped, dashed "
        "red bands are credits."
    )
    notes = "".join(f"<p>{escape(one)}</p>" for one in found.get("notes", []))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{heading}</title>
<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>
<body><main><h1>{heading}</h1><p>{told}</p>{notes}
<div class="wide"><svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{heading}">
{drawing}
</svg></div><p>{escape(found["note"])}</p>
{_networks(found)}</main><script>{SCRIPT}</script></body></html>
"""


def _networks(found: Row) -> str:
    """Return what was passed inside the networks, apart from the drawing: it counts twice."""
    if not found["passed"]:
        memo = found.get("memo")
        return f'<p class="memo">{escape(memo)}</p>' if memo else ""
    most = max(abs(one["amount"]) for one in found["passed"])
    bars = "".join(
        f"<tr><td>{escape(_name(one['object_id'], one['object_name']))}</td>"
        f"<td>{LAYER_WORDS[one['layer']]}</td>"
        f'<td class="bar"><i style="width:{float(abs(one["amount"]) / most):.1%}"></i></td>'
        f"<td>{'' if one['part'] is None else format(one['part'], '.2%')}</td>"
        f"<td>{money(one['amount'])}</td></tr>"
        for one in found["passed"]
    )
    hops = "".join(
        f"<tr><td>{escape(_name(one['from_id'], one['from_name']))}</td>"
        f"<td>{escape(_name(one['to_id'], one['to_name']))}</td>"
        f"<td>{escape(one['rule_id'] or '')}</td><td>{one['share']:.4%}</td>"
        f"<td>{money(one['amount'])}</td></tr>"
        for one in found["hops"]
    )
    return f"""<section class="memo"><h2>Passed on the way, inside the networks of towers and
services</h2><p>{escape(found["memo"])}</p>
<div class="wide"><table><thead><tr><th>Object</th><th>Layer</th><th></th><th>Of the total</th>
<th>{escape(found["unit"])}, memo</th></tr></thead><tbody>{bars}</tbody></table></div>
<details><summary>From object to object ({len(found["hops"]):,})</summary><div class="wide"><table>
<thead><tr><th>From</th><th>To</th><th>Rule</th><th>Share</th>
<th>{escape(found["unit"])}, memo</th></tr></thead><tbody>{hops}</tbody></table></div></details>
</section>
"""


def _name(one: str, name: str | None) -> str:
    return f"{name} ({one})" if name else one
