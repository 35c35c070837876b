"""Networks inside layers: almost closed circles, trapped sets, chains, two layers at once."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from engine_workspace import EngineWorkspace
from itfm.check import check_workspace
from random_cost_models import solve

LINKS = 150  # more than the steps that money walks before circles are looked for
CROWD = 48
# percent that each of a pair hands to the other; after a hundred steps 0.81 leaves a billionth
INSIDE = ["70", "77", "80", "81", "82", "90", "98", "99", "99.9", "99.98"]
Shares = dict[str, dict[str, object]]
# towers that serve each other and services that do, one behind the other: percentages
TOWERS: Shares = {
    "both t1": {"both t2": 80, "both t3": 10, "both s1": 10},
    "both t2": {"both t1": 60, "both s1": 25, "both s2": 15},
    "both t3": {"both t1": 5, "both t2": 90, "both s3": 5},
}
SERVICES: Shares = {
    "both s1": {"both s2": 70, "both s3": 20, "both c1": 10},
    "both s2": {"both s1": 50, "both s3": 45, "both c2": 5},
    "both s3": {"both s1": 90, "both c1": 4, "both c2": 6},
}


def write_percentages(company: EngineWorkspace, layer: str, shares: Shares) -> None:
    """Write one rule of fixed percentages for each sender; the last letters say the layer."""
    for sender, receivers in shares.items():
        company.rule(sender, layer, 10, "fixed_percent", from_id=sender)
        for to, percent in receivers.items():
            to_layer = {"t": "resource_tower", "s": "solution", "c": "consumer"}[to.split()[-1][0]]
            company.percentages(sender, to_layer, {to: percent})


def write_pairs_and_rings(company: EngineWorkspace) -> None:
    """Two services that hand on almost everything, and a ring of three, each with one source."""
    for percent in INSIDE:
        rest = 100 - Fraction(percent)
        names = [f"pair {percent} s{n}" for n in "ab"]
        company.services(*names)
        company.consumers(*[f"pair {percent} c{n}" for n in "ab"])
        company.line(1_000_000_000, service_id=names[0])
        write_percentages(company, "solution", {
            names[0]: {names[1]: percent, f"pair {percent} ca": float(rest)},
            names[1]: {names[0]: percent, f"pair {percent} cb": float(rest)},
        })  # fmt: skip
    rings = [f"ring s{n}" for n in "abc"]
    company.services(*rings)
    company.consumers("ring ca", "ring cb", "ring cc")
    company.line(10000, service_id="ring sa")
    write_percentages(company, "solution", {
        name: {rings[(n + 1) % 3]: 99, f"ring c{name[-1]}": 1} for n, name in enumerate(rings)
    })  # fmt: skip


def write_self_edges(company: EngineWorkspace) -> None:
    """What a service hands to itself is shared by the others, whatever its size."""
    company.services("self s", "selves s")
    company.consumers("self c1", "self c2")
    company.line(1000, service_id="self s")
    write_percentages(company, "solution", {
        "self s": {"self s": "99.9", "selves s": "0.05", "self c1": "0.05"},
        "selves s": {"selves s": 50, "self s": 25, "self c2": 25},
    })  # fmt: skip


def write_chains(company: EngineWorkspace) -> None:
    """Many towers, the last of which pays the first of many services; all keep a hundredth."""
    towers = [f"chain t{n:03d}" for n in range(LINKS)]
    services = [f"chain s{n:03d}" for n in range(LINKS)]
    for tower in towers:
        company.add("cost_model/towers", tower="chain", sub_tower=tower)
    company.services(*services)
    company.consumers("chain c1", "chain c2")
    company.line(1_000_000, account_id="7001")
    company.target_set("first link", "resource_tower", towers[0])
    company.rule("first link", "cost_pool", 20, "even", account_id="7001", target_set="first link")
    ahead = [*towers, *services, "chain c1"]
    for layer, names in (("resource_tower", towers), ("solution", services)):
        write_percentages(company, layer, {
            name: {ahead[ahead.index(name) + 1]: 99, "chain c2": 1} for name in names
        })  # fmt: skip


def write_two_layers(company: EngineWorkspace) -> None:
    """A network of towers in front of a network of services, with money that enters at each."""
    for tower in TOWERS:
        company.add("cost_model/towers", tower="both", sub_tower=tower)
    company.services(*SERVICES)
    company.consumers("both c1", "both c2")
    write_percentages(company, "resource_tower", TOWERS)
    write_percentages(company, "solution", SERVICES)
    company.line(5000, account_id="7002")
    company.line(-700, account_id="7002")
    company.target_set("entries", "resource_tower", "both t1|both t3")
    company.target_set("entries", "solution", "both s2")
    company.rule("entries", "cost_pool", 30, "even", account_id="7002", target_set="entries")
    company.line(800, service_id="both s3")


def crowd() -> Shares:
    """Return the weights of services that all serve each other and hardly anybody else."""
    chance = Random(7)
    names = [f"crowd s{n:02d}" for n in range(CROWD)]
    return {
        name: {
            **{other: chance.randint(1, 99) for other in names if other != name},
            **{f"crowd c{n}": chance.randint(1, 9) for n in (1, 2)},
        }
        for name in names
    }


def write_crowd(company: EngineWorkspace) -> None:
    company.services(*crowd())
    company.consumers("crowd c1", "crowd c2")
    for number, (name, weights) in enumerate(crowd().items(), start=1):
        company.line(number * 100, service_id=name)
        company.driver("crowd", name, weights)
        company.rule(name, "solution", 10, "driver", from_id=name, driver_id="crowd")


def write_circles_in_a_row(company: EngineWorkspace) -> None:
    """A pair that keeps nearly everything lets go to another such pair."""
    names = [f"row s{n}" for n in "abcd"]
    company.services(*names)
    company.consumers("row c")
    company.line(10000, service_id=names[0])
    write_percentages(company, "solution", {
        names[0]: {names[1]: 100},
        names[1]: {names[0]: "99.9", names[2]: "0.1"},
        names[2]: {names[3]: "99.95", "row c": "0.05"},
        names[3]: {names[2]: 100},
    })  # fmt: skip


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> EngineWorkspace:
    """Build all networks in one company."""
    folder = tmp_path_factory.mktemp("networks")
    company = EngineWorkspace(folder / "ws")
    company.classify("all", 900, "Staffing", "Internal Labor")
    company.rule("tagged", "cost_pool", 90, "tagged")
    for write in (
        write_pairs_and_rings,
        write_self_edges,
        write_chains,
        write_two_layers,
        write_crowd,
        write_circles_in_a_row,
    ):
        write(company)
    result = company.build()
    assert result.returncode == 0, result.stdout[-5000:]
    return company


def paid(company: EngineWorkspace, case: str) -> dict[str, int]:
    """Return what the consumers of a case pay in hundredths."""
    rows = company.query(
        "select to_id, sum(amount_minor) from ("
        " from allocation.alloc_consumer_flows select to_id, amount_minor"
        " union all from allocation.alloc_tower_flows select to_id, amount_minor"
        " where to_layer = 'consumer'"
        ") where starts_with(to_id, ? || ' ') group by all",
        case,
    )
    return {to_id: int(amount) for to_id, amount in rows}


@pytest.mark.parametrize("percent", INSIDE)
def test_a_pair_that_keeps_almost_everything_inside(company: EngineWorkspace, percent: str) -> None:
    """The first keeps 1 / (1 + p) of what enters at it."""
    first = 100_000_000_000 / (1 + Fraction(percent) / 100)
    found = paid(company, f"pair {percent}")
    assert sum(found.values()) == 100_000_000_000
    assert abs(found[f"pair {percent} ca"] - first) <= 2


def test_a_ring_of_three(company: EngineWorkspace) -> None:
    inside = Fraction(99, 100)
    found = paid(company, "ring")
    assert sum(found.values()) == 1_000_000
    for place, name in enumerate("abc"):
        exact = 1_000_000 * (1 - inside) * inside**place / (1 - inside**3)
        assert abs(found[f"ring c{name}"] - exact) <= 2


def test_what_goes_to_itself_is_shared_by_the_others(company: EngineWorkspace) -> None:
    """Of 1, half goes to the second; of what it has, half comes back: 1/2 (1 + 1/4 + ...)."""
    found = paid(company, "self")
    assert sum(found.values()) == 100_000
    assert abs(found["self c1"] - Fraction(200_000, 3)) <= 2


def test_long_chains_of_towers_and_services(company: EngineWorkspace) -> None:
    found = paid(company, "chain")
    assert sum(found.values()) == 100_000_000
    # each service rounds what rests on it once, and each tower too
    assert abs(found["chain c1"] - 100_000_000 * Fraction(99, 100) ** (2 * LINKS)) <= 2 * LINKS


def test_a_crowd_in_which_all_serve_each_other(company: EngineWorkspace) -> None:
    shares = {
        ("solution", name): {
            ("consumer" if "c1" in to or "c2" in to else "solution", to): Fraction(weight)
            / sum(weights.values())
            for to, weight in weights.items()
        }
        for name, weights in crowd().items()
    }
    own = {node: Fraction(n * 10_000) for n, node in enumerate(shares, start=1)}
    totals = solve(own, shares)
    found = paid(company, "crowd")
    assert sum(found.values()) == sum(own.values())
    for name in ("crowd c1", "crowd c2"):
        exact = sum(total * shares[node]["consumer", name] for node, total in totals.items())
        assert abs(found[name] - exact) <= CROWD


def test_circles_in_a_row(company: EngineWorkspace) -> None:
    """One part in 1,000 leaves the first pair on each round, one in 2,000 the second."""
    assert paid(company, "row") == {"row c": 1_000_000}
    totals = dict(
        company.query(
            "select object_id, total_minor from allocation.alloc_layer_totals "
            "where starts_with(object_id, 'row s')"
        )
    )
    for name, rounds in (("row sa", 1000), ("row sc", 2000)):
        assert abs(totals[name] - 1_000_000 * rounds) <= rounds


def test_networks_of_two_layers_at_once(company: EngineWorkspace) -> None:
    def shares(layer: str, table: Shares) -> dict[tuple[str, str], dict[tuple[str, str], Fraction]]:
        return {
            (layer, name): {
                (layer if to in table else "next", to): Fraction(percent, 100)  # type: ignore[call-overload]
                for to, percent in receivers.items()
            }
            for name, receivers in table.items()
        }

    third = Fraction(430_000, 3)
    own = {("t", "both t1"): third, ("t", "both t3"): third}
    amounts = {"both s2": third, "both s3": Fraction(80_000)}
    for layer, table in (("t", TOWERS), ("s", SERVICES)):
        network = shares(layer, table)
        later: dict[str, Fraction] = {}
        for node, gross in solve(own, network).items():
            for to, share in network[node].items():
                if to[0] == "next":
                    later[to[1]] = later.get(to[1], Fraction(0)) + gross * share
        for name, amount in amounts.items():
            if layer == "t":
                later[name] = later.get(name, Fraction(0)) + amount
        own = {("s", name): amount for name, amount in later.items()}
    found = paid(company, "both")
    assert sum(found.values()) == 510_000
    for (_, name), amount in own.items():
        assert abs(found[name] - amount) <= 9, name


def test_trapped_sets_of_both_layers_are_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("trapped")
    company = EngineWorkspace(folder / "ws")
    company.classify("all", 900, "Staffing", "Internal Labor")
    company.rule("tagged", "cost_pool", 90, "tagged")
    company.line(10, service_id="feeder s")
    for tower in ("stuck t1", "stuck t2", "free t"):
        company.add("cost_model/towers", tower="stuck", sub_tower=tower)
    company.services("feeder s", "stuck s1", "stuck s2", "stuck s3", "free s", "slow s1", "slow s2")
    company.consumers("out c")
    write_percentages(company, "resource_tower", {
        "stuck t1": {"stuck t2": 100},
        "stuck t2": {"stuck t1": 60, "stuck t2": 40},
        "free t": {"stuck t1": 99, "free s": 1},
    })  # fmt: skip
    write_percentages(company, "solution", {
        "feeder s": {"stuck s1": 50, "slow s1": 10, "out c": 40},
        "slow s1": {"slow s2": 100},
        "slow s2": {"slow s1": "99.9999999", "out c": "0.0000001"},
        "stuck s1": {"stuck s2": 100},
        "stuck s2": {"stuck s3": 70, "stuck s1": 30},
        "stuck s3": {"stuck s1": 100, "free s": 0, "out c": 0},
        "free s": {"out c": 100},
    })  # fmt: skip
    assert company.build().returncode != 0
    messages = dict(company.query("select object_id, message from allocation.alloc_network_faults"))
    assert sorted(messages) == ["stuck s1", "stuck t1"]  # each circle once
    assert "Cost that enters stuck s1, stuck s2, stuck s3 under" in messages["stuck s1"]
    assert "never leaves the resource tower layer" in messages["stuck t1"]
    assert "break the circle stuck t1 -> stuck t2 -> stuck t1." in messages["stuck t1"]
    assert "never leaves the solution layer" in messages["stuck s1"]
    assert "break the circle stuck s1 -> stuck s2 -> stuck s1." in messages["stuck s1"]
    report = check_workspace(company.folder)
    told = [one.message for one in report.problems if one.kind == "network"]
    assert len(told) == len(messages) + 1  # a check tells of what is trapped and of slow circles
    assert any("slow s1 -> slow s2 -> slow s1" in message for message in told)


def test_a_circle_that_keeps_nearly_everything_is_named(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("slow")
    company = EngineWorkspace(folder / "ws")
    company.classify("all", 900, "Staffing", "Internal Labor")
    company.rule("tagged", "cost_pool", 90, "tagged")
    company.services("feeder s", "slow s1", "slow s2", "slow s3", "after s", "fast s1", "fast s2")
    company.consumers("out c")
    company.line(10, service_id="feeder s")
    company.line(10, service_id="slow s2")
    company.line(10, service_id="fast s2")
    for tower in ("lazy t", "idle t"):
        company.add("cost_model/towers", tower="slow", sub_tower=tower)
    company.target_set("lazy", "resource_tower", "lazy t")
    company.rule("lazy", "cost_pool", 80, "even", account_id="7000", target_set="lazy")
    company.line(10, account_id="7000")
    write_percentages(company, "resource_tower", {
        "lazy t": {"idle t": 100},
        "idle t": {"lazy t": "99.99", "feeder s": "0.01"},
    })  # fmt: skip
    write_percentages(company, "solution", {
        "feeder s": {"slow s1": 1, "out c": 99},
        "slow s1": {"slow s2": 60, "slow s3": 40},
        "slow s2": {"slow s1": "99.9999999999", "after s": "0.0000000001"},
        "slow s3": {"slow s2": 100},
        "after s": {"fast s2": 50, "out c": 50},  # a part goes on to a circle that is solved
        "fast s1": {"fast s2": "99.5", "out c": "0.5"},
        "fast s2": {"fast s1": "99.5", "out c": "0.5"},
    })  # fmt: skip
    assert company.build().returncode != 0
    rows = company.query(
        "select layer, object_id, message from allocation.alloc_slow_circles order by all"
    )
    assert [row[:2] for row in rows] == [("resource_tower", "idle t"), ("solution", "slow s1")]
    (_, _, towers), (_, _, solutions) = rows
    assert towers == (
        "cost_model/allocation_rules.csv, line 5: rule idle t: 2 objects of the"
        " resource tower layer (rule set current, period from 2025-01-01) keep"
        " 99.995% of what they pay among themselves, so that money passes one of them more than"
        " 9000 times: let more leave them, or set network step_down or direct in a rule of theirs."
        " The circle: idle t -> lazy t -> idle t."
    )
    assert solutions.startswith(
        "cost_model/allocation_rules.csv, line 7: rule slow s1: 3 objects of the solution layer"
    )
    assert "keep more than 99.9999% of what they pay among themselves" in solutions
    assert solutions.endswith("The circle: slow s1 -> slow s2 -> slow s1.")
    built = company.query(
        "select table_name from information_schema.tables where table_schema = 'allocation'"
    )
    assert ("alloc_path_visits",) in built
    assert ("alloc_paths",) not in built
