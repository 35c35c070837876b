"""Wrong rules, one of each kind, in one company: the build stops before any money moves."""

from __future__ import annotations

import pytest

from engine_workspace import ALLOCATION, EngineWorkspace


def write_wrong_columns(company: EngineWorkspace) -> None:
    """Rules whose columns do not fit their method."""
    one: dict[str, object] = {"from_id": "s1", "target_set": "c"}
    company.rule("rated", "solution", 101, "even", rate=5, **one)
    company.rule("with capacity", "solution", 102, "driver", driver_id="d", capacity=5, **one)
    company.rule("with budget", "solution", 103, "driver", driver_id="d",
                 budget_driver_id="d", **one)  # fmt: skip
    company.rule("with part", "solution", 104, "capacity", driver_id="d", capacity=9,
                 fixed_percentage=5, **one)  # fmt: skip
    company.rule("idle even", "solution", 105, "even", idle="visible", **one)
    company.rule("even driver", "solution", 106, "even", driver_id="d", **one)
    company.rule("set and shares", "solution", 107, "fixed_percent", **one)
    company.percentages("set and shares", "consumer", {"c1": 100})
    company.rule("tagged network", "cost_pool", 108, "tagged", network="direct")
    company.rule("no rate", "solution", 109, "standard_rate", driver_id="d", **one)
    company.rule("no part", "solution", 110, "dual_rate", driver_id="d",
                 budget_driver_id="d", **one)  # fmt: skip
    company.rule("no budget", "solution", 111, "dual_rate", driver_id="d",
                 fixed_percentage=5, **one)  # fmt: skip
    company.rule("no use", "solution", 112, "capacity", capacity=7, **one)
    company.rule("no room", "resource_tower", 113, "capacity", from_id="Servers", driver_id="d",
                 target_set="s")  # fmt: skip
    company.rule("over part", "solution", 114, "dual_rate", driver_id="d",
                 budget_driver_id="d", fixed_percentage=101, **one)  # fmt: skip
    company.rule("no size", "solution", 90, "capacity", driver_id="d", **one)
    company.rule("no size tried", "solution", 91, "hybrid", from_id="s2")
    company.add("cost_model/allocation_fallbacks", rule_set="current", rule_id="no size tried",
                position=1, method="capacity", driver_id="d", target_set="c")  # fmt: skip
    company.add("cost_model/allocation_fallbacks", rule_set="current", rule_id="no size tried",
                position=2, method="capacity", driver_id="d", capacity=9)  # fmt: skip
    company.rule("huge", "solution", 115, "capacity", driver_id="d", capacity=10**12, **one)


def write_wrong_fallbacks(company: EngineWorkspace) -> None:
    """Hybrid rules and what they try."""
    company.rule("tries nothing", "solution", 201, "hybrid", from_id="s1")
    company.rule("plain", "solution", 202, "even", from_id="s1", target_set="c")
    company.rule("hybrid", "solution", 203, "hybrid", from_id="s1")
    company.rule("hybrid set", "solution", 204, "hybrid", from_id="s1", target_set="c")
    for rule_id, position, method, values in [
        ("plain", 1, "even", {"target_set": "c"}),
        ("nowhere", 1, "even", {"target_set": "c"}),
        ("hybrid", 1, "driver", {"driver_id": "nothing"}),
        ("hybrid", 2, "even", {"target_set": "nobody"}),
        ("hybrid", 3, "even", {"target_set": "t"}),
        ("hybrid", 4, "even", {"target_set": "c", "driver_id": "d"}),
        ("hybrid", 5, "fixed_percent", {}),
        ("hybrid", 6, "driver", {}),
        ("hybrid", 7, "even", {"target_set": "c"}),
        ("hybrid", 7, "even", {"target_set": "c"}),
        ("hybrid", 8, "hybrid", {}),
        ("hybrid set", 1, "even", {"target_set": "c"}),
    ]:
        company.add("cost_model/allocation_fallbacks", rule_set="current", rule_id=rule_id,
                    position=position, method=method, **values)  # fmt: skip


def write_wrong_names(company: EngineWorkspace) -> None:
    """Filters, targets and towers that name what is not there, or what is taken."""
    company.rule("ghost sender", "solution", 301, "even", from_id="s1|ghost", target_set="c")
    company.rule("ghost pattern", "solution", 302, "even", from_id="ghost*", target_set="c")
    company.rule("ghost pool", "cost_pool", 303, "even", cost_pool="Stafing", target_set="c")
    company.rule("ghost sub-pool", "cost_pool", 304, "even", cost_sub_pool="Labour",
                 target_set="c")  # fmt: skip
    company.rule("ghost account", "cost_pool", 305, "even", account_id="6000|999",
                 target_set="c")  # fmt: skip
    company.rule("ghost centre", "cost_pool", 306, "even", cost_center_id="CC77", target_set="c")
    company.rule("ghost vendor", "cost_pool", 307, "even", vendor="Nobody & Co", target_set="c")
    company.rule("ghost type", "cost_pool", 308, "even", expense_type="Opax", target_set="c")
    company.classify("ghost class", 309, "Staffng", "Internal Labor", account_id="5")
    company.classify("own sub-pool", 310, "Staffing", "Interns", account_id="5")
    company.target_set("ghosts", "consumer", "c1|casper")
    company.target_set("ghosts", "solution", "mial")
    company.add("cost_model/towers", tower="Compute", sub_tower="Servers")
    company.services("DIRECT")
    company.add("cmdb/applications", application_id="Untagged")
    company.add("cmdb/applications", application_id="s2")
    company.consumers("idle_capacity")
    company.add("cost_model/towers", tower="Compute", sub_tower="UNALLOCATED")
    company.rule("filters network", "resource_tower", 311, "even", from_id="Servers",
                 cost_pool="Staffing", target_set="t")  # fmt: skip
    company.rule("rate inside", "solution", 312, "standard_rate", from_id="s1", driver_id="d",
                 rate=1, target_set="s")  # fmt: skip


def write_wrong_dates(company: EngineWorkspace) -> None:
    """Gaps, rules that are never valid, and filters that tie before there is money."""
    company.rule("gap", "cost_pool", 401, "even", account_id="8100", target_set="c",
                 valid_to="2025-01-31", no_gaps="yes")  # fmt: skip
    company.rule("covers nothing", "solution", 402, "even", target_set="c",
                 valid_from="2031-01-01")  # fmt: skip
    company.rule("twin a", "cost_pool", 403, "even", vendor="twin", target_set="c")
    company.rule("twin b", "cost_pool", 403, "even", vendor="TWIN", target_set="c")


def write_wrong_drivers(company: EngineWorkspace) -> None:
    """Drivers that a method cannot weigh by, whatever the method and wherever it is named."""
    company.driver("ghosts", "", {"g1": 1, "g2": 2})
    company.driver("early", "", {"Servers": 1})
    company.driver("typo", "s9", {"c1": 1})
    company.driver("typo", "s1", {"c1": 1})
    company.driver("own", "s1", {"c1": 1})
    for number, service_id in enumerate(("s1", "s2")):
        company.add("consumption/service_usage", usage_id=f"below {number}", quantity=-5,
                    service_id=service_id, usage_date="2025-01-01", used_by_type="consumer",
                    used_by_id="c1")  # fmt: skip
    one: dict[str, object] = {"from_id": "s1"}
    company.rule("ghost use", "solution", 601, "capacity", driver_id="ghosts", capacity=9, **one)
    company.rule("no plan", "solution", 602, "dual_rate", driver_id="d",
                 budget_driver_id="nothing", fixed_percentage=50, **one)  # fmt: skip
    company.rule("no goal", "solution", 603, "standard_rate", driver_id="d", rate=1,
                 budget_driver_id="nothing", target_set="c", **one)  # fmt: skip
    company.rule("use below", "solution", 604, "capacity", from_id="s2", capacity=9,
                 driver_id="service_usage")  # fmt: skip
    company.rule("plan below", "solution", 605, "dual_rate", driver_id="d",
                 budget_driver_id="service_usage", fixed_percentage=50, **one)  # fmt: skip
    company.rule("early", "solution", 606, "driver", driver_id="early", **one)
    company.rule("outside", "solution", 607, "driver", driver_id="d", target_set="s", **one)
    company.rule("own", "cost_pool", 608, "driver", account_id="6000", driver_id="own")
    company.rule("typo", "solution", 609, "driver", driver_id="typo", **one)
    company.rule("no cloud", "solution", 610, "cloud_usage", driver_id="acme*", **one)
    company.target_set("none", "consumer", "zzz*")
    company.rule("tries", "solution", 611, "hybrid", **one)
    for position, values in enumerate(
        [{"method": "driver", "driver_id": "service_usage"}, {"method": "cloud_usage"},
         {"method": "even", "target_set": "none"},
         {"method": "relationship", "target_set": "s", "driver_id": "servr"}], 1,
    ):  # fmt: skip
        company.add("cost_model/allocation_fallbacks", rule_set="current", rule_id="tries",
                    position=position, **values)  # fmt: skip


def write_wrong_places(company: EngineWorkspace) -> None:
    """Names of another layer or kind, empty members, rows of a rule set that is not there."""
    company.rule("of consumers", "solution", 701, "even", from_id="c1", target_set="c")
    company.rule("of towers", "solution", 702, "even", from_id="Serv*", target_set="c")
    company.target_set("misplaced", "consumer", "s1")
    company.target_set("of a kind", "solution", "s1", object_kind="application")
    company.target_set("c", "consumer", "c1", rule_set="nxt")
    company.rule("bar", "cost_pool", 703, "even", account_id="6000|", target_set="c")
    company.classify("no bar", 705, "Staffing", "Internal Labor", vendor="!|!nobody")
    company.rule("no such", "cost_pool", 990, "even", cost_pool="!Staffin", target_set="c",
                 valid_to="2024-12-31")  # fmt: skip
    company.classify("all out", 708, "Staffing", "Internal Labor", description="!**")
    company.classify("minus", 709, "Staffing", "Internal Labor", account_id="-6490")
    company.rule("all clouds out", "solution", 708, "cloud_usage", driver_id="aws|!*",
                 from_id="s1")  # fmt: skip
    company.rule("beyond", "solution", 709, "fixed_percent", from_id="s1")
    company.percentages("beyond", "consumer", {"c1": 130, "c2": "rest"})
    company.rule("tiny", "solution", 710, "fixed_percent", from_id="s1")
    company.percentages("tiny", "consumer", {"c1": 0.6, "c2": "rest"})
    company.target_set("hollow", "consumer", "!")
    company.target_set("hollow", "solution", "!*")
    # kinds that do not meet add nothing to each other
    company.target_set("kinds", "solution", "!s1", object_kind="service")
    company.target_set("kinds", "solution", "*", object_kind="application")
    company.target_set("two halves", "consumer", "c1")
    company.target_set("two halves", "consumer", "!c2")
    company.classify("text bar", 704, "Staffing", "Internal Labor", description="a||b")
    company.percentages("elsewhere", "consumer", {"c1": 100}, rule_set="curent")
    company.add("cost_model/allocation_fallbacks", rule_set="curent", rule_id="elsewhere",
                position=1, method="even", target_set="c")  # fmt: skip
    company.rule("no percent", "solution", 705, "hybrid", from_id="s1")
    company.rule("some percent", "solution", 706, "hybrid", from_id="s1")
    company.percentages("no percent", "consumer", {"c1": 100})
    company.percentages("some percent", "consumer", {"c1": 60})
    company.rule("two rests", "solution", 707, "fixed_percent", from_id="s1")
    company.percentages("two rests", "consumer", {"c1": 40, "c2": "rest", "c3": "rest"})
    for rule_id, method, target_set in [
        ("no percent", "even", "c"), ("some percent", "fixed_percent", ""),
    ]:  # fmt: skip
        company.add("cost_model/allocation_fallbacks", rule_set="current", rule_id=rule_id,
                    position=1, method=method, target_set=target_set)  # fmt: skip
    company.rule("pool network", "cost_pool", 707, "even", account_id="6000", target_set="c",
                 network="direct")  # fmt: skip
    company.rule("hundredth", "solution", 708, "fixed_percent", from_id="s1")
    company.percentages("hundredth", "consumer", {"c1": "50.00001", "c2": 50})
    company.rule("wild", "solution", 709, "fixed_percent", from_id="s1")
    company.percentages("wild", "consumer", {"c*": 100})
    company.add("ledger/cost_centers", cost_center_id="CC8")
    company.add("ledger/cost_centers", cost_center_id="CC8 part", parent_cost_center_id="CC8")
    company.line(5, cost_center_id="CC8 part")
    company.rule("parent", "cost_pool", 710, "even", cost_center_id="CC8", target_set="c")
    company.rule("part", "cost_pool", 710, "even", cost_center_id="CC8 part", target_set="c")


def write_odd_rates(company: EngineWorkspace) -> None:
    """Rates and drivers that may be meant, and charge nothing or divide nothing."""
    one: dict[str, object] = {"from_id": "s1", "driver_id": "d", "target_set": "c"}
    company.rule("free", "solution", 851, "standard_rate", rate=0, **one)
    company.rule("twice", "solution", 852, "dual_rate", budget_driver_id="d",
                 fixed_percentage=50, **one)  # fmt: skip
    company.rule("budget twice", "solution", 853, "standard_rate", rate=1, budget_driver_id="d",
                 **one)  # fmt: skip
    company.rule("no use rated", "solution", 854, "standard_rate", rate=1, from_id="s1",
                 driver_id="nothing", target_set="c")  # fmt: skip


def write_wrong_units(company: EngineWorkspace) -> None:
    """Quantities of two units where one is meant: use, rates and capacities."""
    company.add("cmdb/services", service_id="sized", capacity_quantity=9, unit_of_measure="users")
    for number, (unit, quantity) in enumerate(
        [("users", 3), ("", 4), ("thousand users", 5), ("users", "many"), ("users", "")], 2
    ):
        company.add("consumption/service_usage", usage_id=number, service_id="sized",
                    usage_date="2025-01-01", used_by_type="consumer", used_by_id="c1", unit=unit,
                    quantity=quantity)  # fmt: skip
    # weights of drivers that are made from other tables
    company.add("consumption/consumers", consumer_id="c3", headcount=-4)
    company.add("workforce/timesheets", timesheet_id=1, employee_id="e1", work_date="2025-01-01",
                object_type="service", object_id="s1", hours="all")  # fmt: skip
    company.add("cmdb/configuration_items", ci_id="x", ci_class="server", cost_weight="heavy")
    company.rule("by heads", "solution", 827, "driver", from_id="s1", driver_id="headcount")
    company.rule("by hours", "solution", 828, "driver", from_id="s1", driver_id="timesheet_hours")
    for driver_id, unit in (("in hours", "hours"), ("in days", "days")):
        company.driver(driver_id, "s1", {"c1": 5})
        company.tables["consumption/drivers"][-1]["unit"] = unit
    company.rule("two units", "solution", 821, "standard_rate", rate=1, from_id="s1",
                 driver_id="in hours", budget_driver_id="in days")  # fmt: skip
    company.rule("one unit", "solution", 822, "standard_rate", rate=1, from_id="s1",
                 driver_id="in hours", budget_driver_id="in hours")  # fmt: skip
    one: dict[str, object] = {"from_id": "sized"}
    company.rule("sized", "solution", 823, "capacity", driver_id="in hours", **one)
    company.rule("sized well", "solution", 824, "capacity", driver_id="service_usage", **one)
    company.rule("sized tried", "solution", 825, "hybrid", **one)
    company.add("cost_model/allocation_fallbacks", rule_set="current", rule_id="sized tried",
                position=1, method="capacity", driver_id="in days")  # fmt: skip
    company.rule("thirds", "solution", 826, "fixed_percent", from_id="s1")
    company.percentages("thirds", "consumer", {"c1": "50.0000000000004", "c2": "50"})
    company.percentages("thirds", "solution", {"s2": "0.000000000001"})
    # names that may be one unit, and use that the rules do not read
    for driver_id, unit in (("in Hour", "Hour"), ("in hours too", "hours")):
        company.driver(driver_id, "s1", {"c1": 5})
        company.tables["consumption/drivers"][-1]["unit"] = unit
    company.rule("spelt twice", "solution", 831, "standard_rate", rate=1, from_id="s1",
                 driver_id="in Hour", budget_driver_id="in hours too")  # fmt: skip
    company.driver("much", "s1", {"c1": "999999999999"})
    for rule_id, driver_id, budget in (("too dear", "much", "d"), ("too high", "d", "much")):
        company.rule(rule_id, "solution", 830, "standard_rate", from_id="s1", rate="999999999999",
                     driver_id=driver_id, budget_driver_id=budget)  # fmt: skip
    company.rule("dear elsewhere", "solution", 833, "standard_rate", rate="999999999999",
                 from_id="s2", driver_id="much")  # fmt: skip
    company.add("cost_model/rule_sets", rule_set="idea", status="proposed")
    company.add("cost_model/rule_sets", rule_set="current", status="current", based_on="idea")


def write_wrong_cases(company: EngineWorkspace) -> None:
    """Filters that take two objects which differ in case only, and ids written in another case."""
    company.services("mail", "MAIL")
    company.consumers("Mail", "North", "north")
    company.rule("both mails", "solution", 801, "even", from_id="Mail|s1", target_set="c")
    company.rule("all mails", "solution", 802, "even", from_id="mail*", target_set="c")
    company.target_set("both norths", "consumer", "NORTH")
    company.target_set("one mail", "consumer", "MAIL")
    company.line(5, account_id="a1")
    company.line(5, account_id="A1")
    company.classify("both accounts", 803, "Staffing", "Internal Labor", account_id="a1")
    company.rule("loud", "solution", 804, "fixed_percent", from_id="s1")
    company.percentages("loud", "consumer", {"C1": 100})
    company.rule("loud set", "solution", 805, "even", from_id="s1", target_set="C")
    company.rule("loud driver", "solution", 806, "driver", from_id="s1", driver_id="D")
    company.driver("loud ends", "S1", {"c1": 1})
    company.driver("loud ends", "s1", {"C2": 1, "c1": 1, "a ghost": 1})
    company.rule("loud ends", "solution", 807, "driver", from_id="s1", driver_id="loud ends")
    company.rule("slip", "solution", 808, "driver", from_id="s1", driver_id="lout end")
    company.rule("slip set", "solution", 809, "even", from_id="s1", target_set="both nords")
    company.rule("comma", "solution", 810, "even", from_id="s1,s2", target_set="c")
    company.rule("zeros", "cost_pool", 811, "even", account_id="08100", target_set="c")
    company.rule("digit", "cost_pool", 812, "even", account_id="8200", target_set="c")


def write_misread_rows(company: EngineWorkspace) -> None:
    """Rows and headers that can be read, and would be read otherwise than they are meant."""
    company.rule("misspelt", "solution", 901, "even", target_set="c", from_id="s1",
                 valid_too="2025-01-31", x_note="a column of our own")  # fmt: skip
    company.driver("mixed", "s1", {"c1": 5, "c2": 7})
    company.tables["consumption/drivers"][-2]["unit"] = "TB"
    company.tables["consumption/drivers"][-1]["unit"] = "GB"
    company.driver("mixed", "s2", {"c1": 5})
    company.tables["consumption/drivers"][-1]["unit"] = "TB"
    company.rule("mixed", "solution", 902, "driver", driver_id="mixed", from_id="s1")
    company.driver("twice a month", "s1", {"c1": 5}, day="2025-01-10")
    company.driver("twice a month", "s1", {"c1": 7}, day="2025-01-20")
    company.rule("twice a month", "solution", 903, "driver", driver_id="twice a month")
    company.driver("nobody", "s1", {"c1": 5, "c2": 7})
    company.rule("late start", "solution", 904, "even", target_set="c", valid_from="2025-01-02")
    company.rule("early end", "solution", 905, "even", target_set="c", valid_to="2025-01-30")


def write_unreadable_rows(company: EngineWorkspace) -> None:
    """Rows that cannot be read, each on a line of its own."""
    company.rule("x1", "solution", 501, "magic", target_set="c")
    company.rule("x2", "solution", 502, "", target_set="c")
    company.rule("x3", "solution", 503, "even", target_set="c", valid_from="2025-02-30")
    company.rule("x4", "solution", 504, "capacity", driver_id="d", capacity="many")
    company.rule("x5", "solution", 505, "capacity", driver_id="d", capacity=-1)
    company.rule("x6", "solution", 506, "standard_rate", driver_id="d", rate=-1)
    company.rule("x7", "solution", 507, "even", target_set="c", network="sideways")
    company.rule("x8", "solution", 508, "dual_rate", fixed_percentage="half")
    company.rule("x9", "solution", 509, "even", target_set="c", no_gaps="perhaps")
    company.rule("plain", "solution", 510, "even", target_set="c")
    company.driver("d", "s1", {"c1": "abc", "c2": -3})
    company.percentages("set and shares", "consumer", {"c2": "half"})


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> EngineWorkspace:
    """Build one company with all of them."""
    folder = tmp_path_factory.mktemp("rule_faults")
    company = EngineWorkspace(folder / "ws")
    company.services("s1", "s2")
    company.consumers("c1", "c2")
    company.line(100)
    company.line(100, account_id="8100")
    company.line(100, account_id="8100", day="2025-02-10")
    company.classify("all", 900, "Staffing", "Internal Labor")
    company.target_set("c", "consumer", "*")
    company.target_set("s", "solution", "s*")
    company.target_set("t", "resource_tower", "Servers")
    company.driver("d", "s1", {"c1": 1, "c2": 1}, day="2025-02-01")
    for write in (
        write_wrong_columns,
        write_wrong_fallbacks,
        write_wrong_names,
        write_wrong_dates,
        write_wrong_drivers,
        write_wrong_places,
        write_odd_rates,
        write_wrong_units,
        write_wrong_cases,
        write_misread_rows,
        write_unreadable_rows,
    ):
        write(company)
    company.built = company.build(f"{ALLOCATION} +rec_rejected_rows")  # type: ignore[attr-defined]
    return company


FAULTS = [
    ("error", "no size", "capacity for s1, which has no capacity_quantity"),
    ("error", "no size tried", "at position 1 uses the method capacity for s2, which has no cap"),
    ("error", "rated", "which does not read rate"),
    ("error", "with capacity", "which does not read capacity"),
    ("error", "with budget", "which does not read budget_driver_id"),
    ("error", "with part", "which does not read fixed_percentage"),
    ("error", "idle even", "which does not read idle"),
    ("error", "even driver", "which does not read driver_id"),
    ("error", "set and shares", "which does not read target_set"),
    ("error", "tagged network", "which does not read network"),
    ("error", "no rate", "names no rate; say what one unit of the driver costs"),
    ("error", "no part", "names no fixed_percentage; say which part"),
    ("error", "no budget", "names no budget_driver_id; say by which driver the fixed part"),
    ("error", "no use", "names no driver_id; say by which driver"),
    ("error", "no room", "names no capacity; only services bring one"),
    ("error", "over part", "fixed_percentage above 100"),
    ("error", "huge", "capacity of a million millions or more"),
    ("error", "tries nothing", "no row in allocation_fallbacks; say what it tries"),
    ("error", "plain", "defines no hybrid rule of that id; make the rule hybrid"),
    ("error", "nowhere", "defines no hybrid rule of that id; make the rule hybrid"),
    ("warning", "hybrid", "at position 1 weighs by the driver nothing, of which no value"),
    ("error", "hybrid", "at position 2 names the target set nobody"),
    ("error", "hybrid", "at position 3 sends from solution to target set t"),
    ("error", "hybrid", "at position 4 uses the method even, which does not read driver_id"),
    ("error", "hybrid", "at position 5 uses the method fixed_percent"),
    ("error", "hybrid", "at position 6 uses the method driver and names no driver_id"),
    ("error", "hybrid set", "uses the method hybrid, which does not read target_set"),
    ("error", "ghost sender", "filters on ghost, but no object has such a name; correct it"),
    ("warning", "ghost pattern", "filters on ghost*, but no object"),
    ("error", "ghost pool", "but no cost pool has such a name (did you mean Staffing?); correct"),
    ("error", "ghost sub-pool", "filters on Labour, but no cost sub-pool"),
    ("warning", "ghost account", "filters on 999, but no account"),
    ("warning", "ghost centre", "filters on CC77, but no cost centre"),
    ("warning", "ghost vendor", "filters on Nobody & Co, but no vendor"),
    ("error", "ghost type", "but no expense type has such a name (did you mean OpEx?); correct it"),
    (
        "error",
        "ghost class",
        "does not have (did you mean Staffing?); correct the name of the pool",
    ),
    ("warning", "own sub-pool", "the sub-pool counts as an addition of the company"),
    ("error", None, "target set ghosts names casper, but no object has such a name; correct it"),
    ("error", None, "names mial, but no object has such a name (did you mean mail?); correct"),
    ("error", None, "the sub-tower Servers is one of the standard"),
    ("error", "filters network", "a network is the same for all money: empty the filters"),
    ("error", "rate inside", "name a target_set of a later layer"),
    ("error", "gap", "no rule takes Staffing / Internal Labor / OpEx in 1 of the periods"),
    ("warning", "covers nothing", "holds in no period that has money"),
    ("error", "twin a", "and rule twin b both take what their equal filters name"),
    ("warning", "ghost use", "weighs by the driver ghosts, of which no value is known"),
    ("warning", "ghost use", "values for objects that do not exist, such as g1"),
    ("warning", "no plan", "budgets by the driver nothing, of which no value is known; its fixed"),
    ("warning", "no goal", "budgets by the driver nothing, of which no value is known; its var"),
    ("error", "use below", "weighs by the driver service_usage, which is negative in some"),
    ("error", "plan below", "budgets by the driver service_usage, which is negative in some"),
    ("error", "tries", "at position 1 weighs by the driver service_usage, which is negative"),
    ("warning", "tries", "at position 2 weighs by cloud charges of every provider, of which"),
    ("warning", "tries", "at position 3 names the target set none, none of whose members"),
    ("warning", "tries", "filters on servr, but no class of configuration items"),
    ("warning", "early", "the driver early, which has no value from a sender to a receiver of"),
    ("warning", "outside", "the driver d, which has no value from a sender to a receiver of"),
    ("warning", "own", "the driver own, which has no value from a sender to a receiver of"),
    ("warning", "typo", "1 value from objects that do not exist, such as s9; they are never"),
    ("warning", "no cloud", "weighs by cloud charges of acme*, of which there is none"),
    ("error", "of consumers", "filters on c1, which only the layer consumer knows; correct"),
    ("warning", "of towers", "filters on Serv*, which only the layer resource_tower knows"),
    ("error", None, "target set misplaced takes receivers from the consumer layer and names s1"),
    ("error", None, "names s1 of the kind application, which is of the kind service; correct"),
    ("error", None, "target set c has members in the rule set nxt, which rule_sets does not list"),
    ("error", "bar", "filters on 6000|, of which one member is empty; write a|b, or !a"),
    ("error", "no bar", "filters on !|!nobody, of which one member is empty; write a|b, or"),
    (
        "warning",
        "no bar",
        "leaves out nobody, but no vendor of the ledger has such a name; correct",
    ),
    (
        "error",
        "no such",
        "leaves out Staffin, but no cost pool has such a name (did you mean Staff",
    ),
    ("error", None, "target set two halves has a row that only leaves out, !c2, beside others, to"),
    ("error", "text bar", "filters on the description a||b, of which one member is empty"),
    ("error", "elsewhere", "a percentage for c1 in the rule set curent, which rule_sets does not"),
    ("error", "elsewhere", "a fallback at position 1 in the rule set curent, which rule_sets"),
    ("error", "no percent", "nor a hybrid rule that tries it; copy the rule into the set"),
    (
        "error",
        "some percent",
        "add up to 60 and not to 100; correct them, or say who takes the rest",
    ),
    (
        "error",
        "two rests",
        "cost_model.allocation_percentages that cannot be used: repeated_key in per",
    ),
    ("error", "beyond", "add up to 130 and not to 100; correct them."),
    ("warning", "tiny", "gives one receiver 99.4 percent and all others together 1 or less; if"),
    ("error", "all out", "filters on !**, which leaves out everything; write !a for all but a"),
    ("error", "all clouds out", "filters on aws|!*, which leaves out everything; write !a for all"),
    ("warning", "minus", "what is meant to be left out has ! in front, !a"),
    ("error", None, "target set hollow has an empty member; write a|b, or !a to leave a out"),
    ("error", None, "target set hollow leaves out everything; write !a for all but a"),
    ("error", "pool network", "names a network, but cost pools do not pay each other; empty"),
    ("error", "hundredth", "add up to 100.00001 and not to 100"),
    ("error", "thirds", "100.000000000001 and not to 100; correct them: they count to the twelfth"),
    (
        "warning",
        "two units",
        "by the driver in hours in hours and budgets by the driver in days in",
    ),
    ("warning", "sized", "measures the use of sized in hours, and its capacity in users; write"),
    ("warning", "sized tried", "measures the use of sized in days, and its capacity in users; wr"),
    ("warning", None, "rule set current is current and based on idea, which is only proposed"),
    (
        "error",
        "by heads",
        "driver headcount, a row of which cannot be used: negative_value in headc",
    ),
    (
        "error",
        "by hours",
        "timesheet_hours, a row of which cannot be used: unparsable_number in hou",
    ),
    (
        "error",
        None,
        "configuration_items cannot be used: unparsable_number in cost_weight; mend it",
    ),
    ("error", "too dear", "charges 999999999999 for each unit of the driver much, together more"),
    ("error", "too high", "charges 999999999999 for each unit of the driver much, together more"),
    ("error", "plan below", "driver service_usage, a row of which cannot be used: mixed_units in"),
    (
        "error",
        "plan below",
        "driver service_usage, a row of which cannot be used: unparsable_number in quantity",
    ),
    (
        "error",
        "plan below",
        "driver service_usage, a row of which cannot be used: missing_value in quantity",
    ),
    ("error", "wild", "gives a percentage to c*, which is no object of the consumer layer"),
    ("error", "parent", "and rule part both take"),
    ("warning", "free", "charges a rate of 0, so it bills nobody and all of its cost is a var"),
    ("warning", "twice", "its fixed and its variable part by the driver d, so both go alike; n"),
    ("warning", "budget twice", "charges and budgets by the driver d, so its volume variance"),
    ("warning", "no use rated", "no value is known; it charges nothing and all of its cost is"),
    ("warning", "both mails", "filters on Mail, which takes both MAIL and mail, for filters"),
    ("warning", None, "target set both norths names NORTH, which takes both North and north"),
    ("warning", "both accounts", "filters on a1, which takes both A1 and a1, for filters ignore"),
    ("error", "loud", "no object of the consumer layer (did you mean c1? Ids keep their case);"),
    ("error", "loud set", "no row in target_sets (did you mean c? Ids keep their case); add"),
    ("warning", "loud driver", "no value is known (did you mean d? Ids keep their case); its"),
    ("warning", "slip", "lout end, of which no value is known (did you mean loud ends?); its"),
    ("error", "slip set", "no row in target_sets (did you mean both norths?); add it, or"),
    ("error", "comma", "no object has such a name; correct it, or take it out: a list is written"),
    ("warning", "zeros", "but no account has such a name (did you mean 8100?); correct it, or"),
    ("warning", "digit", "filters on 8200, but no account has such a name; correct it, or take"),
    ("warning", "loud ends", "do not exist, such as C2 (did you mean c2? Ids keep their case);"),
    ("warning", "loud ends", "do not exist, such as S1 (did you mean s1? Ids keep their case);"),
    ("error", "budget twice", "driver d, a row of which cannot be used: unparsable_number in quan"),
    (
        "error",
        "budget twice",
        "driver d, a row of which cannot be used: negative_value in quantity",
    ),
    (
        "error",
        "mixed",
        "a row of which cannot be used: mixed_units in unit, for a driver, or the use of a",
    ),
    (
        "error",
        None,
        "the header 'valid_too' is no column of cost_model.allocation_rules, and a rule is",
    ),
    (
        "error",
        None,
        "is never read in part. Did you mean valid_to? Correct it, or begin it with x_",
    ),
    ("warning", "twice a month", "driver twice a month, which has 1 value without effect, since a"),
    ("warning", None, "the driver nobody has 2 values and is read by no rule; correct its name"),
    ("warning", None, "target set both norths is named by no rule; name it in one, or remove"),
    (
        "warning",
        "late start",
        "is valid from 2025-01-02, within the period from 2025-01-01; a rule",
    ),
    (
        "warning",
        "early end",
        "is valid to 2025-01-30, within the period from 2025-01-01; a rule holds",
    ),
    ("error", "x1", "allocation_rules that cannot be used: unknown_code in method; mend"),
    ("error", "x2", "allocation_rules that cannot be used: missing_value in method; mend"),
    ("error", "x3", "allocation_rules that cannot be used: unparsable_date in valid_from; mend"),
    ("error", "x4", "allocation_rules that cannot be used: unparsable_number in capacity; mend"),
    ("error", "x5", "allocation_rules that cannot be used: not_positive in capacity; mend"),
    ("error", "x6", "allocation_rules that cannot be used: negative_value in rate; mend"),
    ("error", "x7", "allocation_rules that cannot be used: unknown_code in network; mend"),
    ("error", "x8", "that cannot be used: unparsable_number in fixed_percentage; mend"),
    ("error", "x9", "allocation_rules that cannot be used: unparsable_boolean in no_gaps; mend"),
    ("error", "plain", "allocation_rules that cannot be used: repeated_key in rule_set,rule_id"),
    ("error", "set and shares", "that cannot be used: unparsable_number in percentage; mend"),
    ("error", "hybrid", "allocation_fallbacks that cannot be used: repeated_key"),
    ("error", "hybrid", "allocation_fallbacks that cannot be used: unknown_code in method; mend"),
    ("error", None, "cmdb.services cannot be used: reserved_name in service_id, for such names"),
    ("error", None, "cmdb.applications cannot be used: reserved_name in application_id, for"),
    ("error", None, "consumption.consumers cannot be used: reserved_name in consumer_id, for"),
    ("error", None, "cost_model.towers cannot be used: reserved_name in sub_tower, for such"),
    ("warning", None, "The id s2 stands in cmdb/services and in cmdb/applications; the service"),
]


@pytest.mark.parametrize(("severity", "rule_id", "words"), FAULTS)
def test_a_wrong_rule_is_told(
    faulty: EngineWorkspace, severity: str, rule_id: str | None, words: str
) -> None:
    messages = faulty.query(
        "select message from allocation.alloc_rule_faults"
        " where severity = ? and rule_id is not distinct from ? and contains(message, ?)",
        severity,
        rule_id,
        words,
    )
    assert len(messages) == 1
    if "stands in cmdb" not in words:
        assert ", line " in messages[0][0]


def test_only_a_name_that_takes_two_is_told(faulty: EngineWorkspace) -> None:
    rows = faulty.query(
        "select rule_id, file_name from allocation.alloc_rule_faults"
        " where fault = 'two_of_one_name' order by all"
    )
    assert rows == [
        ("both accounts", "cost_model/classification_rules.csv"),
        ("both mails", "cost_model/allocation_rules.csv"),
        (None, "cost_model/target_sets.csv"),
    ]


def test_a_rejected_row_names_its_rule(faulty: EngineWorkspace) -> None:
    rows = faulty.query(
        "select distinct rule_id from reconciliation.rec_rejected_rows"
        " where table_name in ('allocation_percentages', 'drivers', 'services')"
    )
    assert sorted(rows, key=str) == [("set and shares",), ("two rests",), (None,)]


def test_rows_of_kinds_that_do_not_meet_are_no_fault(faulty: EngineWorkspace) -> None:
    rows = faulty.query(
        "select message from allocation.alloc_rule_faults"
        " where fault = 'leaves_out_alone' order by all"
    )
    assert len(rows) == 1
    assert "target set two halves has a row that only leaves out, !c2" in rows[0][0]


def test_no_money_moves(faulty: EngineWorkspace) -> None:
    assert faulty.built.returncode != 0  # type: ignore[attr-defined]
    built = faulty.query(
        "select table_name from information_schema.tables where table_schema = 'allocation'"
    )
    assert ("alloc_rule_faults",) in built
    assert ("alloc_rules",) not in built


def test_only_different_units_are_told(faulty: EngineWorkspace) -> None:
    rows = faulty.query(
        "select rule_id from allocation.alloc_rule_faults where fault = 'different_units'"
        " order by all"
    )
    assert rows == [("sized",), ("sized tried",), ("two units",)]


def test_plain_dbt_says_what_is_wrong(faulty: EngineWorkspace) -> None:
    told = faulty.built.stdout.split("cost_model_has_no_errors:")[1]  # type: ignore[attr-defined]
    errors = faulty.query(
        "select message from allocation.alloc_rule_faults where severity = 'error' order by message"
    )
    assert all(message in told for (message,) in errors[:5])
    assert errors[5][0] not in told
    assert f"... {len(errors) - 5} more" in told


def test_a_driver_that_begins_in_the_last_period_is_not_late(faulty: EngineWorkspace) -> None:
    late = faulty.query(
        "select distinct rule_id from allocation.alloc_rule_faults"
        " where fault = 'driver_begins_late' and contains(message, 'the driver d,')"
    )
    assert late == []


def test_use_of_others_is_no_fault_of_a_rule(faulty: EngineWorkspace) -> None:
    rows = faulty.query(
        "select distinct rule_id from allocation.alloc_rule_faults where fault = 'negative_weight'"
        " and contains(message, 'service_usage')"
    )
    assert ("sized well",) not in rows
    assert ("use below",) in rows


def test_only_what_a_rule_takes_is_too_dear(faulty: EngineWorkspace) -> None:
    rows = faulty.query(
        "select rule_id from allocation.alloc_rule_faults where fault = 'charge_too_large'"
        " order by all"
    )
    assert rows == [("too dear",), ("too high",)]
