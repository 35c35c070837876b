"""Random cost models with their exact answers, solved with fractions and apart from the engine.

One company holds many small models that share nothing but the files: every id starts with the
number of its model. So one build tries many shapes, and a failure names the model.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from engine_workspace import EngineWorkspace

LAYERS = ("cost_pool", "resource_tower", "solution", "consumer")
PERIODS = ("2025-01-01", "2025-02-01", "2025-03-01")
ODD_NAMES = ("", " é", " 'q'", ' "d"', " 50%", " _", " 漢字", " ; --", " a,b", " " + "x" * 120)
# (rule set) -> what it changes in every model; each is based on current
REPLAYS = ("scaled", "zeroed")
NETWORKS = ("step_down", "direct")

Node = tuple[str, str]
Amounts = dict[Node, Fraction]


@dataclass
class Sender:
    """A tower or service with the rule that takes it; weights by receiver."""

    node: Node
    rule_id: str
    sequence: int
    method: str
    weights: dict[Node, Decimal]
    reason: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    apart: Decimal = Decimal(0)  # weight of what goes to IDLE_CAPACITY

    def shares(self, closed: set[Node] = frozenset()) -> dict[Node, Fraction]:  # type: ignore[assignment]
        """Return the exact share of each receiver when those in `closed` do not receive."""
        next_layer = LAYERS[LAYERS.index(self.node[0]) + 1]
        open_weights = {
            node: Fraction(weight)
            for node, weight in self.weights.items()
            if weight > 0 and node != self.node and node not in closed
        }
        if self.apart:
            open_weights[(next_layer, "IDLE_CAPACITY")] = Fraction(self.apart)
        total = sum(open_weights.values())
        if not total:
            return {(next_layer, "UNALLOCATED"): Fraction(1)}
        return {node: weight / total for node, weight in open_weights.items()}


@dataclass
class CostModel:
    """One small model: money by period and first receiver, and who sends to whom."""

    prefix: str
    senders: dict[Node, Sender] = field(default_factory=dict)
    # (scenario, period) -> pool rule id -> signed amounts of its lines
    money: dict[tuple[str, str], dict[str, list[Decimal]]] = field(default_factory=dict)
    pool_rules: dict[str, dict[Node, Fraction]] = field(default_factory=dict)

    def closed_for(self, sender: Sender, network: str) -> set[Node]:
        """Return the receivers of the sender's own layer that the network method leaves out."""
        own_layer = {node for node in sender.weights if node[0] == sender.node[0]}
        if sender.method == "capacity":  # not repeated in the other rule sets: stays reciprocal
            return set()
        if network == "direct":
            return own_layer
        if network == "step_down":
            return {
                node
                for node in own_layer
                if node in self.senders
                and self.senders[node].method != "capacity"
                and (self.senders[node].sequence, node[1]) < (sender.sequence, sender.node[1])
            }
        return set()

    def rests(self, start: dict[Node, Fraction], network: str = "reciprocal") -> Amounts:
        """Return where the money comes to rest for good, by solving each layer exactly."""
        amounts: dict[Node, Fraction] = defaultdict(Fraction)
        for node, share in start.items():
            amounts[node] += share
        for layer in LAYERS[1:3]:
            shares = {
                node: sender.shares(self.closed_for(sender, network))
                for node, sender in self.senders.items()
                if node[0] == layer
            }
            here = {node: amount for node, amount in amounts.items() if node[0] == layer}
            here = {n: a for n, a in here.items() if n[1] not in ("UNALLOCATED", "IDLE_CAPACITY")}
            for node in here:
                del amounts[node]
            for node, gross in solve(here, shares).items():
                for to, share in shares.get(
                    node, {(LAYERS[LAYERS.index(layer) + 1], "UNALLOCATED"): Fraction(1)}
                ).items():
                    if to[0] != layer or to[1] in ("UNALLOCATED", "IDLE_CAPACITY"):
                        amounts[to] += gross * share
        return {node: amount for node, amount in amounts.items() if amount}


def solve(own: Amounts, shares: dict[Node, dict[Node, Fraction]]) -> Amounts:
    """Solve total = own + received by elimination with fractions."""
    nodes = sorted({*own, *shares, *(n for s in shares.values() for n in s if n[0] == _layer(own))})
    nodes = [node for node in nodes if node[1] not in ("UNALLOCATED", "IDLE_CAPACITY")]
    rows = {
        node: {
            **{
                sender: -shares[sender][node]
                for sender in nodes
                if sender in shares and shares[sender].get(node)
            },
            node: Fraction(1),
        }
        for node in nodes
    }
    totals = {node: own.get(node, Fraction(0)) for node in nodes}
    for pivot in nodes:
        factor = rows[pivot][pivot]
        rows[pivot] = {node: value / factor for node, value in rows[pivot].items()}
        totals[pivot] /= factor
        for node in nodes:
            if node == pivot or not rows[node].get(pivot):
                continue
            multiple = rows[node].pop(pivot)
            for other, value in rows[pivot].items():
                if other != pivot:
                    rows[node][other] = rows[node].get(other, Fraction(0)) - multiple * value
            totals[node] -= multiple * totals[pivot]
    return totals


def _layer(own: Amounts) -> str:
    return next(iter(own))[0] if own else ""


@dataclass(frozen=True)
class Shape:
    """What hypothesis chooses for one model; the details follow from its seed."""

    seed: int
    services: int
    consumers: int
    towers: int
    density: float
    cents: int  # size of amounts: up to 10 ** cents minor units
    weight_range: tuple[int, int]  # powers of ten
    odd_names: bool
    credits: bool


def write_model(company: EngineWorkspace, number: int, shape: Shape) -> CostModel:
    """Write one model of the shape and return its exact form."""
    random = Random(shape.seed)
    model = CostModel(f"m{number:03d}")

    def names(kind: str, count: int) -> list[str]:
        odd = ODD_NAMES if shape.odd_names else ("",)
        return [f"{model.prefix} {kind}{n}{random.choice(odd)}" for n in range(count)]

    towers, services, consumers = (
        names("t", shape.towers),
        names("s", shape.services),
        names("c", shape.consumers),
    )
    for tower in towers:
        company.add("cost_model/towers", tower=f"{model.prefix} towers", sub_tower=tower)
    company.services(*services)
    company.consumers(*consumers)

    def weight() -> Decimal:
        low, high = shape.weight_range
        return Decimal(random.randint(1, 999)) * Decimal(10) ** random.randint(low, high - 3)

    def some(values: list[str], layer: str) -> list[Node]:
        chosen = [value for value in values if random.random() < shape.density]
        return [(layer, value) for value in chosen or values[:1]]

    for layer, own, later in [
        ("resource_tower", towers, some(services, "solution")),
        ("solution", services, []),
    ]:
        for position, name in enumerate(own):
            inside = [node for node in some(own, layer) if node[1] != name]
            outside = later if layer == "resource_tower" else some(consumers, "consumer")
            _write_sender(company, model, random, (layer, name), position, inside, outside, weight)
    _write_money(company, model, random, shape, towers, services, consumers)
    return model


def _write_sender(
    company: EngineWorkspace,
    model: CostModel,
    random: Random,
    node: Node,
    position: int,
    inside: list[Node],
    outside: list[Node],
    weight: Any,
) -> None:
    """Give the tower or service a rule of some method, or none."""
    layer, name = node
    method = random.choice(
        ["driver"] * 4 + ["fixed_percent", "even", "none", "no data", "zero", "capacity", "hybrid"]
    )
    rule_id = f"{model.prefix} {layer[0]}{position}"
    if method == "none":
        return
    sequence = 1000 + int(model.prefix[1:]) * 100 + random.randint(0, 40)
    used: dict[Node, Decimal] = {to: weight() for to in [*inside, *outside]}
    sender = Sender(node, rule_id, sequence, method, used)
    common = {"from_id": name}
    driver_id = f"{rule_id} use"
    if method == "fixed_percent":
        cuts = sorted(random.randint(0, 10**8) for _ in range(len(used) - 1))
        parts = [b - a for a, b in zip([0, *cuts], [*cuts, 10**8], strict=True)]
        sender.weights = {
            to: Decimal(part).scaleb(-6) for to, part in zip(used, parts, strict=True)
        }
        # something must leave, or the network is trapped
        if not any(sender.weights[to] for to in outside):
            sender.weights = {outside[0]: Decimal(100)}
        company.rule(rule_id, layer, sequence, "fixed_percent", **common)
        for to, part in sender.weights.items():
            company.percentages(rule_id, to[0], {to[1]: f"{part:f}"})
    elif method == "even":
        sender.weights = dict.fromkeys(used, Decimal(1))
        for to in sender.weights:
            company.target_set(f"{rule_id} set", to[0], to[1])
        company.rule(rule_id, layer, sequence, "even", target_set=f"{rule_id} set", **common)
    else:
        if method == "no data":
            sender.weights = {}
        elif method == "zero":
            sender.weights = dict.fromkeys(used, Decimal(0))
        elif method == "capacity":
            total = sum(sender.weights.values())
            sender.apart = total * random.randint(0, 2)
            company.rule(rule_id, layer, sequence, "capacity", driver_id=driver_id,
                         capacity=f"{total + sender.apart:f}", **common)  # fmt: skip
        elif method == "hybrid":
            company.rule(rule_id, layer, sequence, "hybrid", **common)
            for number, tried in enumerate([f"{rule_id} nothing", driver_id], 1):
                company.add("cost_model/allocation_fallbacks", rule_id=rule_id, rule_set="current",
                            position=number, method="driver", driver_id=tried,
                            carry_forward="yes")  # fmt: skip
        if method not in ("capacity", "hybrid"):
            company.rule(rule_id, layer, sequence, "driver", driver_id=driver_id, **common)
        _write_replays(company, sender, driver_id, common)
        for to, quantity in sender.weights.items():
            company.driver(driver_id, name, {to[1]: f"{quantity:f}"}, day="2024-12-01")
    model.senders[node] = sender
    for network in NETWORKS:
        if method != "capacity":
            _repeat(company, rule_id, network, network=network)


def _write_replays(
    company: EngineWorkspace, sender: Sender, driver_id: str, common: dict[str, Any]
) -> None:
    """Repeat a driver rule with weights times eight, and with a receiver of weight zero."""
    if sender.method != "driver":
        return
    for replay in REPLAYS:
        _repeat(company, sender.rule_id, replay, driver_id=f"{driver_id} {replay}")
    for to, quantity in sender.weights.items():
        company.driver(f"{driver_id} scaled", common["from_id"],
                       {to[1]: f"{quantity * 8:f}"}, day="2024-12-01")  # fmt: skip
        company.driver(f"{driver_id} zeroed", common["from_id"],
                       {to[1]: f"{quantity:f}"}, day="2024-12-01")  # fmt: skip
    company.driver(f"{driver_id} zeroed", common["from_id"], {"nothing for me": 0},
                   day="2024-12-01")  # fmt: skip


def _repeat(company: EngineWorkspace, rule_id: str, rule_set: str, **changes: Any) -> None:
    """Write a rule of the current set again, changed, for another rule set."""
    rules = company.tables["cost_model/allocation_rules"]
    rule = next(row for row in reversed(rules) if row["rule_id"] == rule_id)
    rules.append({**rule, "rule_set": rule_set, **changes})
    for table in ("cost_model/allocation_percentages", "cost_model/allocation_fallbacks"):
        for row in [r for r in company.tables[table] if r["rule_id"] == rule_id]:
            if row["rule_set"] == "current":
                company.tables[table].append({**row, "rule_set": rule_set})


def _write_money(
    company: EngineWorkspace,
    model: CostModel,
    random: Random,
    shape: Shape,
    towers: list[str],
    services: list[str],
    consumers: list[str],
) -> None:
    """Write ledger and budget lines, and the pool rules that send them to any layer."""
    receivers = [("resource_tower", name) for name in towers]
    receivers += [("solution", name) for name in services]
    receivers += [("consumer", name) for name in consumers]
    for number in range(random.randint(1, 3)):
        rule_id, account_id = f"{model.prefix} p{number}", f"{model.prefix}A{number}"
        chosen = random.sample(receivers, random.randint(1, len(receivers)))
        for layer, name in chosen:
            company.target_set(f"{rule_id} set", layer, name)
        company.rule(rule_id, "cost_pool", int(model.prefix[1:]) * 10 + number, "even",
                     account_id=account_id, target_set=f"{rule_id} set")  # fmt: skip
        model.pool_rules[rule_id] = {to: Fraction(1, len(chosen)) for to in chosen}
        for period in PERIODS[: random.randint(1, 3)]:
            for scenario in ("actual", "b1")[: random.randint(1, 2)]:
                amounts = [
                    Decimal(random.randint(1, 10**shape.cents)).scaleb(-2)
                    * (random.choice([1, 1, -1]) if shape.credits else 1)
                    for _ in range(random.randint(1, 3))
                ]
                if shape.credits and random.random() < 0.5:
                    amounts.append(-amounts[0])  # a reversal
                model.money.setdefault((scenario, period), {})[rule_id] = amounts
                for amount in amounts:
                    _write_line(company, random, scenario, period, account_id, amount)


def _write_line(
    company: EngineWorkspace,
    random: Random,
    scenario: str,
    period: str,
    account_id: str,
    amount: Decimal,
) -> None:
    """Write one line, now and then in euros at a rate of 1.25."""
    foreign = amount % 5 == 0 and random.random() < 0.5
    values = {
        "account_id": account_id,
        "cost_center_id": "CC1",
        "amount": f"{amount / Decimal('1.25') if foreign else amount:f}",
        "currency_code": "EUR" if foreign else "USD",
        "posting_date": period[:8] + f"{random.randint(1, 28):02d}",
    }
    table = "ledger/journal_lines" if scenario == "actual" else "planning/budget_lines"
    key = {} if scenario == "actual" else {"budget_version": scenario}
    company.add(table, line_id=f"M{len(company.tables[table])}", **key, **values)


def write_company(company: EngineWorkspace, shapes: list[Shape]) -> list[CostModel]:
    """Write one company that holds a model of every shape."""
    company.add("cost_model/rule_sets", rule_set="current", status="current")
    for rule_set in (*REPLAYS, *NETWORKS):
        company.add("cost_model/rule_sets", rule_set=rule_set, based_on="current",
                    status="proposed")  # fmt: skip
    company.consumers("nothing for me")
    company.classify("all", 900, "Staffing", "Internal Labor")
    for period in PERIODS:
        company.add("ledger/exchange_rates", from_currency="EUR", to_currency="USD",
                    rate_type="average", rate_date=period, rate="1.25")  # fmt: skip
    company.line(1, day="2025-03-31", account_id="none of the models")  # every period has money
    return [write_model(company, number, shape) for number, shape in enumerate(shapes)]
