"""Random cost models with their exact answers, solved with fractions and apart from the engine.

One company holds many small models that share nothing but the files: every id starts with the
number of its model. So one build tries many shapes, and a failure names the model.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from engine_workspace import EngineWorkspace

LAYERS = ("cost_pool", "resource_tower", "solution", "consumer")
PERIODS = ("2025-01-01", "2025-02-01", "2025-03-01")
# scenario -> table of its lines and column that names the scenario
SCENARIOS = {
    "actual": ("ledger/journal_lines", ""),
    "b1": ("planning/budget_lines", "budget_version"),
    "f1": ("planning/forecast_lines", "forecast_version"),
}
ODD_NAMES = ("", " é", " 'q'", ' "d"', " 50%", " _", " 漢字", " ; --", " a,b", " " + "x" * 120)
# (rule set) -> what it changes in every model; each is based on current
REPLAYS = ("scaled", "zeroed")
SCALE = 8
# rule set -> network method; in the last one services are closed in the other order
NETWORKS = {"step_down": "step_down", "direct": "direct", "backwards": "step_down"}
PLACES = ("UNALLOCATED", "IDLE_CAPACITY", "UNTAGGED", "VOLUME_VARIANCE", "SPENDING_VARIANCE")
METHODS = (
    *["driver"] * 4, *["dual_rate"] * 2, "fixed_percent", "even", "none", "no data", "zero",
    "capacity", "hybrid", "standard_rate", "cloud_usage", "relationship",
)  # fmt: skip
POOL_METHODS = ("even", "even", "tagged", "driver", "dual_rate", "standard_rate", "proportional")

Node = tuple[str, str]
Amounts = dict[Node, Fraction]
Weights = dict[Node, Decimal] | dict[Node, Fraction]


@dataclass
class Sender:
    """Who sends by which rule: parts of the cost, each with its weights by receiver."""

    node: Node
    rule_id: str
    method: str
    sequence: int = 0
    last_sequence: int = 0
    # percentage of the cost and weights; all but a dual rate have one part
    parts: list[tuple[Fraction, Weights]] = field(default_factory=list)
    capacity: Fraction | None = None
    untagged: Fraction = Fraction(0)
    # what a standard rate charges for one unit, and the budgeted use if there is any
    rate: Fraction | None = None
    budgeted: Weights | None = None

    @property
    def next_layer(self) -> str:
        """Return the layer that money does not reach when it stops here."""
        return LAYERS[LAYERS.index(self.node[0]) + 1]

    def order(self, rule_set: str) -> tuple[int, str]:
        """Return the place in the order in which step-down closes objects."""
        return (self.last_sequence if rule_set == "backwards" else self.sequence, self.node[1])

    def shares(self, closed: set[Node]) -> dict[Node, Fraction]:
        """Return the exact share of each receiver when those in `closed` do not receive."""
        shares: dict[Node, Fraction] = defaultdict(Fraction)
        for part, weights in self.parts:
            open_weights = {
                node: Fraction(weight)
                for node, weight in weights.items()
                if weight > 0 and node != self.node and node not in closed
            }
            if self.capacity is not None:
                used = sum(map(Fraction, weights.values()))  # also by those who do not receive
                open_use, idle = sum(open_weights.values()), self.capacity - used
                if idle > 0:  # stays idle / capacity, whoever carries the rest
                    open_weights[self.next_layer, "IDLE_CAPACITY"] = idle * (
                        open_use / used if open_use else 1
                    )
                    if not open_use and used:
                        open_weights[self.next_layer, "UNALLOCATED"] = used
            if self.untagged:
                open_weights[self.next_layer, "UNTAGGED"] = self.untagged
            total = sum(open_weights.values())
            for node, weight in open_weights.items():
                shares[node] += part * weight / total
            if not total:
                shares[self.next_layer, "UNALLOCATED"] += part
        return dict(shares)

    def split(self, cost: Fraction, closed: set[Node]) -> Amounts:
        """Return what each receiver and place gets of a cost in hundredths."""
        shares = self.shares(closed)
        if self.rate is None:
            return {node: cost * share for node, share in shares.items()}
        charged, volume = self.charges(closed, cost)
        amounts = {node: charged * share for node, share in shares.items()}
        amounts[self.next_layer, "VOLUME_VARIANCE"] = volume - charged
        amounts[self.next_layer, "SPENDING_VARIANCE"] = cost - volume
        return amounts

    def charges(self, closed: set[Node], cost: Fraction) -> tuple[Fraction, Fraction]:
        """Return the charge of a standard rate at actual and at budgeted use."""

        def charge(weights: Weights) -> Fraction:
            assert self.rate is not None
            used = sum(Fraction(w) for n, w in weights.items() if w > 0 and n not in closed)
            return Fraction(int(self.rate * used * 100 + Fraction(1, 2))) if cost > 0 else used * 0

        charged = charge(self.parts[0][1])
        return charged, cost if self.budgeted is None else charge(self.budgeted)


@dataclass
class CostModel:
    """One small model: money by scenario, period and pool rule, and who sends to whom."""

    prefix: str
    inside: bool
    senders: dict[Node, Sender] = field(default_factory=dict)
    # (scenario, period) -> pool rule or tag -> signed amounts of its lines
    money: dict[tuple[str, str], dict[str, list[Decimal]]] = field(default_factory=dict)
    pool_rules: dict[str, Sender] = field(default_factory=dict)
    # what stands on an object in the CMDB, and the targets of each rule that walks
    above: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    walks: dict[str, tuple[dict[str, Node], dict[str, Decimal]]] = field(default_factory=dict)

    def closed_for(self, sender: Sender, rule_set: str) -> set[Node]:
        """Return the receivers of the sender's own layer that the network method leaves out."""
        network = "direct" if sender.rate is not None else NETWORKS.get(rule_set, "reciprocal")
        own_layer = {n for _, weights in sender.parts for n in weights if n[0] == sender.node[0]}
        own_layer |= {n for n in sender.budgeted or {} if n[0] == sender.node[0]}
        if network == "direct":
            return own_layer
        if network == "step_down":
            return {
                node
                for node in own_layer
                if node in self.senders
                and self.senders[node].rate is None
                and self.senders[node].order(rule_set) < sender.order(rule_set)
            }
        return set()

    def pool_costs(self, period: str, *, actual: bool) -> Amounts:
        """Return what pool rules bring to objects: of actual money, or of all plans together."""
        costs: Amounts = defaultdict(Fraction)
        for (scenario, month), money in self.money.items():
            if month != period or (scenario == "actual") != actual:
                continue
            sent: dict[str, Fraction] = defaultdict(Fraction)
            for rule_id, lines in money.items():
                sent[rule_id] += Fraction(sum(lines))
            for rule_id, cost in sent.items():
                sender = self.pool_rules[rule_id]
                amounts = {node: cost * share for node, share in sender.shares(set()).items()}
                if sender.rate is not None:  # no cost carries no charge
                    rate = sender.rate if cost > 0 else 0
                    amounts = {n: rate * Fraction(w) for n, w in sender.parts[0][1].items()}
                for node, amount in amounts.items():
                    costs[node] += 0 if sender.method == "proportional" else amount
        return costs

    def weigh_by_cost(self, sender: Sender, period: str) -> None:
        """Give a proportional rule its weights: by plans while it has no actual money to send."""
        if sender.method == "proportional":
            ((_, members),) = sender.parts
            actual = sender.rule_id in self.money.get(("actual", period), {})
            costs = self.pool_costs(period, actual=actual)
            sender.parts = [(Fraction(1), {node: costs.get(node, Fraction(0)) for node in members})]

    def walk(self, rule_id: str, start: str) -> set[Node]:
        """Return the targets that a walk upwards meets first on some path."""
        targets, _ = self.walks[rule_id]
        reached, ahead, found = {start}, [start], set()
        while ahead:
            for upper in self.above[ahead.pop()]:
                if upper in targets:
                    found.add(targets[upper])
                elif upper not in reached:
                    reached.add(upper)
                    ahead.append(upper)
        return {node for node in found if node[1] != start}

    def weigh_walks(self) -> None:
        """Give the relationship rules their weights, when all relations are known."""
        for sender in self.senders.values():
            if sender.method != "relationship":
                continue
            weights: dict[Node, Fraction] = defaultdict(Fraction)
            _, items = self.walks[sender.rule_id]
            starts = {sender.node[1]: Decimal(1)} if sender.node[0] == "solution" else items
            for start, weight in starts.items():
                found = self.walk(sender.rule_id, start)
                for node in found:
                    share = Fraction(weight) / len(found)
                    weights[node] += Fraction(1) if sender.node[0] == "solution" else share
            sender.parts = [(Fraction(1), dict(weights))]

    def rests(
        self, scenario: str, period: str, rule_set: str
    ) -> tuple[Amounts, list[tuple[Fraction, Fraction]]]:
        """Return where the money of a period comes to rest, by solving each layer exactly.

        And each cost that a standard rate met, with what it charges: near zero, a cent decides.
        """
        amounts: Amounts = defaultdict(Fraction)
        rated: list[tuple[Fraction, Fraction]] = []
        for rule_id, lines in self.money[scenario, period].items():
            sender, cost = self.pool_rules[rule_id], Fraction(sum(lines)) * 100
            self.weigh_by_cost(sender, period)
            if sender.rate is not None:
                rated.append((cost, max(sender.charges(set(), cost))))
            for node, amount in sender.split(cost, set()).items():
                amounts[node] += amount
        for layer in LAYERS[1:3]:
            shares = {
                node: sender.shares(self.closed_for(sender, rule_set))
                for node, sender in self.senders.items()
                if node[0] == layer
            }
            here = {n: a for n, a in amounts.items() if n[0] == layer and n[1] not in PLACES}
            for node in here:
                del amounts[node]
            reached = reach(set(here), shares)
            for node, gross in solve(here, shares).items():
                sender = self.senders.get(node, Sender(node, "", "", parts=[(Fraction(1), {})]))
                closed = self.closed_for(sender, rule_set)
                if sender.rate is not None and node in reached:
                    rated.append((gross, max(sender.charges(closed, gross))))
                for to, amount in sender.split(gross, closed).items():
                    if to[0] != layer or to[1] in PLACES:
                        amounts[to] += amount
        return {n: a for n, a in amounts.items() if a}, rated


def solve(own: Amounts, shares: dict[Node, dict[Node, Fraction]]) -> Amounts:
    """Solve total = own + received by elimination with fractions."""
    nodes = sorted({*own, *shares, *(n for s in shares.values() for n in s if n[0] == _layer(own))})
    nodes = [node for node in nodes if node[1] not in PLACES]
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


def reach(nodes: set[Node], shares: dict[Node, dict[Node, Fraction]]) -> set[Node]:
    """Return the nodes that money can come to."""
    ahead = list(nodes)
    while ahead:
        for to in shares.get(ahead.pop(), {}):
            if to not in nodes:
                nodes.add(to)
                ahead.append(to)
    return nodes


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
    inside: bool = True  # whether objects of one layer serve each other


def write_model(company: EngineWorkspace, number: int, shape: Shape) -> CostModel:
    """Write one model of the shape and return its exact form."""
    return ModelWriter(company, number, shape).write()


class ModelWriter:
    """Writes one random model as rows of a company, and keeps what the rows mean exactly."""

    def __init__(self, company: EngineWorkspace, number: int, shape: Shape) -> None:
        self.company, self.number, self.shape = company, number, shape
        self.random = Random(shape.seed)
        self.model = CostModel(f"m{number:03d}", shape.inside)

    def write(self) -> CostModel:
        """Write objects, rules and money."""
        towers, services, consumers = (
            self.names("t", self.shape.towers),
            self.names("s", self.shape.services),
            self.names("c", self.shape.consumers),
        )
        for tower in towers:
            self.company.add("cost_model/towers", tower=f"{self.model.prefix} towers",
                             sub_tower=tower)  # fmt: skip
        self.company.services(*services)
        self.company.consumers(*consumers)
        for layer, own, later in [
            ("resource_tower", towers, self.some(services, "solution")),
            ("solution", services, []),
        ]:
            for position, name in enumerate(own):
                inside = [n for n in self.some(own, layer) if n[1] != name and self.shape.inside]
                outside = later or self.some(consumers, "consumer")
                self.write_sender((layer, name), position, inside, outside)
        self.model.weigh_walks()
        receivers = [("resource_tower", name) for name in towers]
        receivers += [("solution", name) for name in services]
        receivers += [("consumer", name) for name in consumers]
        for position in range(self.random.randint(1, 3)):
            self.write_pool(position, receivers)
        return self.model

    def names(self, kind: str, count: int) -> list[str]:
        """Return names of objects, now and then odd ones."""
        odd = ODD_NAMES if self.shape.odd_names else ("",)
        return [f"{self.model.prefix} {kind}{n}{self.random.choice(odd)}" for n in range(count)]

    def weight(self) -> Decimal:
        """Return a weight of the shape's range."""
        low, high = self.shape.weight_range
        random = self.random
        return Decimal(random.randint(1, 999)) * Decimal(10) ** random.randint(low, high - 3)

    def some(self, values: list[str], layer: str) -> list[Node]:
        """Return a part of the values, at least the first."""
        chosen = [value for value in values if self.random.random() < self.shape.density]
        return [(layer, value) for value in chosen or values[:1]]

    def write_sender(
        self, node: Node, position: int, inside: list[Node], outside: list[Node]
    ) -> None:
        """Give the tower or service a rule of some method, or none."""
        layer, name = node
        method = self.random.choice(METHODS)
        rule_id = f"{self.model.prefix} {layer[0]}{position}"
        if method == "none":
            return
        place = self.random.randint(0, 40)
        base = 1000 + int(self.model.prefix[1:]) * 100
        sender = Sender(node, rule_id, method, base + place, base + 40 - place)
        self.model.senders[node] = sender
        # the first receiver is one outside the layer: something must leave, or money is trapped
        used = {to: self.weight() for to in [*outside, *inside]}
        write = {
            "fixed_percent": self.write_percentages,
            "even": self.write_even,
            "cloud_usage": self.write_cloud_usage,
            "relationship": self.write_relationship,
        }.get(method, self.write_driver)
        write(sender, used, layer=layer, sequence=sender.sequence, from_id=name)
        for rule_set, network in NETWORKS.items():
            if sender.rate is None:
                sequence = sender.order(rule_set)[0]
                self.repeat(rule_id, rule_set, network=network, sequence=sequence)

    def write_percentages(self, sender: Sender, used: dict[Node, Decimal], **common: Any) -> None:
        """Write fixed percentages that add up to 100."""
        cuts = sorted(self.random.randint(0, 10**8) for _ in range(len(used) - 1))
        parts = [b - a for a, b in zip([0, *cuts], [*cuts, 10**8], strict=True)]
        weights = {to: Decimal(part).scaleb(-6) for to, part in zip(used, parts, strict=True)}
        if not any(weights[to] for to in used if to[0] != sender.node[0]):
            weights = {next(iter(used)): Decimal(100)}
        sender.parts = [(Fraction(1), weights)]
        self.rule(sender.rule_id, "fixed_percent", **common)
        for to, part in weights.items():
            self.company.percentages(sender.rule_id, to[0], {to[1]: f"{part:f}"})

    def write_even(self, sender: Sender, used: dict[Node, Decimal], **common: Any) -> None:
        """Write a target set of which all members receive alike."""
        sender.parts = [(Fraction(1), dict.fromkeys(used, Decimal(1)))]
        for to in used:
            self.company.target_set(f"{sender.rule_id} set", to[0], to[1])
        method = "proportional" if sender.method == "proportional" else "even"
        self.rule(sender.rule_id, method, target_set=f"{sender.rule_id} set", **common)

    def write_driver(self, sender: Sender, used: dict[Node, Decimal], **common: Any) -> None:
        """Write a rule of one of the methods that weigh by delivered drivers."""
        random, company, rule_id, method = self.random, self.company, sender.rule_id, sender.method
        drivers = {f"{rule_id} use": used}
        values: dict[str, Any] = {"driver_id": f"{rule_id} use"}
        by_use = method in ("driver", "capacity", "dual_rate")
        if by_use and "from_id" in common and random.random() < 0.2:
            used[sender.node] = self.weight()  # what it uses itself
        if method == "no data":
            used.clear()
        if method == "zero":
            used.update(dict.fromkeys(used, Decimal(0)))
        sender.parts = [(Fraction(1), used)]
        if method == "capacity":
            for to, weight in used.items():
                used[to] = weight.scaleb(-3)  # so that the capacity is no fault of its size
            capacity = sum(used.values()) * random.randint(1, 3)
            sender.capacity, values["capacity"] = Fraction(capacity), f"{capacity:f}"
        if method in ("dual_rate", "standard_rate"):
            first = next(iter(used))
            planned = {to: self.weight() for to in used if to == first or random.random() < 0.7}
            planned = planned if random.random() < 0.8 else {}
            drivers[f"{rule_id} plan"] = planned
            values["budget_driver_id"] = f"{rule_id} plan"
        if method == "dual_rate":
            fixed = random.choice(
                [Decimal(0), Decimal(100), Decimal(random.randint(1, 9999)) / 100]
            )
            values["fixed_percentage"] = f"{fixed:f}"
            parts = [(Fraction(fixed) / 100, planned), (1 - Fraction(fixed) / 100, used)]
            sender.parts = [(part, weights) for part, weights in parts if part]
        if method == "standard_rate":
            rate = Decimal(random.randint(1, 9999)).scaleb(random.randint(-4, 0))
            sender.rate, sender.budgeted = Fraction(rate), planned or None
            values |= {"rate": f"{rate:f}", "network": "direct"}
            if sender.node[0] == "cost_pool":
                del values["network"]
            if not planned:
                del values["budget_driver_id"]
            for weights in drivers.values():
                for to, weight in weights.items():
                    weights[to] = round(weight, 4)
        if method == "hybrid":
            self.rule(rule_id, "hybrid", **common)
            for number, tried in enumerate([f"{rule_id} nothing", f"{rule_id} use"], 1):
                company.add("cost_model/allocation_fallbacks", rule_id=rule_id, rule_set="current",
                            position=number, method="driver", driver_id=tried,
                            carry_forward="yes")  # fmt: skip
        else:
            known = method in ("capacity", "dual_rate", "standard_rate")
            self.rule(rule_id, method if known else "driver", **values, **common)
        if by_use:
            self.write_replays(sender, drivers, values, common.get("from_id", ""))
        for driver_id, weights in drivers.items():
            for to, quantity in weights.items():
                company.driver(driver_id, common.get("from_id", ""), {to[1]: f"{quantity:f}"},
                               day="2024-12-01")  # fmt: skip

    def write_replays(
        self,
        sender: Sender,
        drivers: dict[str, dict[Node, Decimal]],
        values: dict[str, Any],
        from_id: str,
    ) -> None:
        """Repeat a rule with weights times eight, and with a receiver of weight zero."""
        columns = [column for column in ("driver_id", "budget_driver_id") if column in values]
        for replay in REPLAYS:
            changes = {column: f"{values[column]} {replay}" for column in columns}
            if replay == "scaled" and "capacity" in values:
                changes["capacity"] = f"{Decimal(values['capacity']) * SCALE:f}"
            self.repeat(sender.rule_id, replay, **changes)
            for driver_id, weights in drivers.items():
                for to, quantity in weights.items():
                    scaled = quantity * SCALE if replay == "scaled" else quantity
                    self.company.driver(f"{driver_id} {replay}", from_id, {to[1]: f"{scaled:f}"},
                                        day="2024-12-01")  # fmt: skip
                if replay == "zeroed" and weights:
                    self.company.driver(f"{driver_id} zeroed", from_id, {"nothing for me": 0},
                                        day="2024-12-01")  # fmt: skip

    def write_cloud_usage(self, sender: Sender, used: dict[Node, Decimal], **common: Any) -> None:
        """Write charges of a provider of the rule's own, tagged, untagged and of a credit."""
        random = self.random
        used = {to: Decimal(random.randint(1, 10**6)) / 100 for to in used if to[0] != LAYERS[1]}
        recovered = random.random() < 0.5
        untagged = Decimal(random.choice([0, random.randint(1, 10**6)])) / 100
        charges: list[tuple[Decimal, dict[str, str]]] = [
            (cost, {"service" if to[0] == "solution" else "business_unit": to[1]})
            for to, cost in used.items()
        ]
        if untagged:
            charges.append((untagged, random.choice([{}, {"business_unit": "nobody at all"}])))
        if len(used) > 1 and random.random() < 0.2:  # a credit that outweighs: counts as zero
            last = list(used)[-1]
            charges.append((-2 * used[last], charges[len(used) - 1][1]))
            used[last] = -used[last]
        for cost, tags in charges:
            for period in PERIODS:
                self.company.add("cloud/cost_and_usage", billed_cost=cost, effective_cost=cost,
                                 tags=json.dumps(tags) if tags else "", billing_currency="USD",
                                 billing_period_start=period, charge_period_start=period,
                                 provider_name=sender.rule_id)  # fmt: skip
        sender.parts = [(Fraction(1), used)]
        sender.untagged = Fraction(0) if recovered else Fraction(untagged)
        self.rule(sender.rule_id, "cloud_usage", driver_id=sender.rule_id,
                  idle="recovered" if recovered else "", **common)  # fmt: skip

    def write_relationship(self, sender: Sender, used: dict[Node, Decimal], **common: Any) -> None:
        """Write items in chains and circles, on which some of the targets stand."""
        random, rule_id = self.random, sender.rule_id
        items = {f"{rule_id} i{n}": Decimal(random.randint(1, 999)) / 100 for n in range(4)}
        for item, weight in items.items():
            self.company.add("cmdb/configuration_items", ci_id=item, ci_class=f"class {rule_id}",
                             operational_status="operational", cost_weight=f"{weight}")  # fmt: skip
        first = next(iter(used))
        targets = {to[1]: to for to in used if to == first or random.random() < 0.8}
        for name in targets:
            self.company.target_set(f"{rule_id} set", targets[name][0], name)
        names = list(items)
        relations = {(names[0], first[1])}
        for to in used:  # those that are no targets are passed, or lead nowhere
            relations |= {(lower, to[1]) for lower in names if random.random() < 0.3}
        relations |= {(random.choice(names), random.choice(names)) for _ in range(4)}
        values: dict[str, Any] = {"driver_id": f"class {rule_id}"}
        if sender.node[0] == "solution":
            relations |= {(sender.node[1], lower) for lower in (names[0], random.choice(names))}
            values = {}
        for lower, upper in sorted(relations):
            if lower != upper:
                self.model.above[lower].append(upper)
                self.company.add("cmdb/relationships", from_id=upper, to_id=lower,
                                 relationship_type="runs_on")  # fmt: skip
        self.model.walks[rule_id] = (targets, items)
        self.rule(rule_id, "relationship", target_set=f"{rule_id} set", **values, **common)

    def rule(self, rule_id: str, method: str, **values: Any) -> None:
        """Write a rule of the current set."""
        self.company.rule(rule_id, values.pop("layer"), values.pop("sequence"), method, **values)

    def repeat(self, rule_id: str, rule_set: str, **changes: Any) -> None:
        """Write a rule of the current set again, changed, for another rule set."""
        rules = self.company.tables["cost_model/allocation_rules"]
        rule = next(
            row for row in rules if row["rule_id"] == rule_id and row["rule_set"] == "current"
        )
        rules.append({**rule, "rule_set": rule_set, **changes})
        for table in ("cost_model/allocation_percentages", "cost_model/allocation_fallbacks"):
            for row in [r for r in self.company.tables[table] if r["rule_id"] == rule_id]:
                if row["rule_set"] == "current":
                    self.company.tables[table].append({**row, "rule_set": rule_set})

    def write_pool(self, position: int, receivers: list[Node]) -> None:
        """Write a pool rule that sends to any layer, and the lines that it takes."""
        random, rule_id = self.random, f"{self.model.prefix} p{position}"
        account_id = f"{self.model.prefix}A{position}"
        method = random.choice(POOL_METHODS)
        chosen = random.sample(receivers, random.randint(1, len(receivers)))
        common = {"layer": "cost_pool", "sequence": int(self.model.prefix[1:]) * 10 + position,
                  "account_id": account_id}  # fmt: skip
        tags: dict[str, dict[str, str]] = {rule_id: {}}
        if method == "tagged":
            tags = self.write_tags(rule_id, [to for to in chosen if to[0] != LAYERS[1]])
            self.rule(rule_id, "tagged", **common)
        else:
            sender = Sender(("cost_pool", "*"), rule_id, method)
            self.model.pool_rules[rule_id] = sender
            write = {"even": self.write_even, "proportional": self.write_even}.get(
                method, self.write_driver
            )
            write(sender, {to: self.weight() for to in chosen}, **common)
        for period in PERIODS[: random.randint(1, 3)]:
            for scenario in list(SCENARIOS)[: random.randint(1, 3)]:
                for key, tag in tags.items():
                    self.write_lines(scenario, period, account_id, key, tag)

    def write_tags(self, rule_id: str, tagged: list[Node]) -> dict[str, dict[str, str]]:
        """Return tags by a key of their own: of services, consumers and of nobody."""
        tags = {f"{rule_id} nobody": {"service_id": "nobody at all"}}
        ends: list[Node] = [("resource_tower", "UNALLOCATED"), *tagged]
        for layer, name in tagged:
            column = "service_id" if layer == "solution" else "consumer_id"
            tags[f"{rule_id} {name}"] = {column: name}
        for key, end in zip(tags, ends, strict=True):
            parts: list[tuple[Fraction, Weights]] = [(Fraction(1), {end: Decimal(1)})]
            self.model.pool_rules[key] = Sender(("cost_pool", "*"), rule_id, "tagged", parts=parts)
        return tags

    def write_lines(
        self, scenario: str, period: str, account_id: str, key: str, tag: dict[str, str]
    ) -> None:
        """Write some lines of an account, credits and a reversal among them."""
        random = self.random
        amounts = [
            Decimal(random.randint(1, 10**self.shape.cents)).scaleb(-2)
            * (random.choice([1, 1, -1]) if self.shape.credits else 1)
            for _ in range(random.randint(1, 3))
        ]
        if self.shape.credits and random.random() < 0.5:
            amounts.append(-amounts[0])  # a reversal
        self.model.money.setdefault((scenario, period), {})[key] = amounts
        for amount in amounts:
            # now and then in euros at a rate of 1.25
            foreign = amount % 5 == 0 and random.random() < 0.5
            table, column = SCENARIOS[scenario]
            self.company.add(
                table,
                line_id=f"M{len(self.company.tables[table])}",
                **({column: scenario} if column else {}),
                account_id=account_id,
                cost_center_id="CC1",
                amount=f"{amount / Decimal('1.25') if foreign else amount:f}",
                currency_code="EUR" if foreign else "USD",
                posting_date=period[:8] + f"{random.randint(1, 28):02d}",
                **tag,
            )


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
