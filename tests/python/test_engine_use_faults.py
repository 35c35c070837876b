"""What a rule meets otherwise than the deliveries say: the build goes on, and somebody is told."""

from __future__ import annotations

import pytest

from engine_workspace import EngineWorkspace


def write_retired(company: EngineWorkspace) -> None:
    """Retired applications and consumers in tags, percentages, drivers and target sets."""
    company.add("cmdb/applications", application_id="old app", retired_on="2025-01-20")
    for consumer_id, day in [("gone", "2025-01-31"), ("left", "2024-12-31"), ("last", "")]:
        company.add("consumption/consumers", consumer_id=consumer_id, retired_on=day)
    company.line(100, day="2025-01-15", application_id="old app")  # open in its last month
    company.line(100, day="2025-02-15", application_id="old app")
    company.line(100, day="2025-03-15", application_id="old app")
    company.line(50, day="2025-02-15", consumer_id="left")
    company.rule("old app", "solution", 10, "even", from_id="old app", target_set="open")
    company.services("percent", "driver", "empty", "even", "hybrid", "rated", "room")
    for service_id in ("percent", "driver", "empty", "even", "hybrid", "rated", "room"):
        company.line(100, day="2025-02-15", service_id=service_id)
    company.rule("percent", "solution", 20, "fixed_percent", from_id="percent")
    company.percentages("percent", "consumer", {"gone": 40, "north": 60})
    company.rule("driver", "solution", 30, "driver", from_id="driver", driver_id="heads")
    company.driver("heads", "", {"gone": 1, "left": 2, "north": 3})
    company.rule("empty", "solution", 40, "driver", from_id="empty", driver_id="badges")
    company.driver("badges", "", {"gone": 1, "north": 0})
    company.target_set("retired", "consumer", "gone|left")
    company.rule("even", "solution", 50, "even", from_id="even", target_set="retired")
    company.rule("hybrid", "solution", 60, "hybrid", from_id="hybrid")
    for position, values in enumerate(
        [{"method": "driver", "driver_id": "desks"}, {"method": "even", "target_set": "open"}], 1
    ):
        company.add("cost_model/allocation_fallbacks", rule_set="current", rule_id="hybrid",
                    position=position, **values)  # fmt: skip
    company.driver("desks", "", {"gone": 1}, day="2025-02-01")
    company.rule("rated", "solution", 70, "standard_rate", from_id="rated", driver_id="badges",
                 rate=2)  # fmt: skip
    company.rule("room", "solution", 80, "capacity", from_id="room", driver_id="heads", capacity=9)


def write_layers_and_sets(company: EngineWorkspace) -> None:
    """One id in two layers, and use by receivers that a rule does not send to."""
    company.services("twin", "inner", "outer", "fenced", "walled")
    company.consumers("twin")
    for service_id in ("inner", "outer", "fenced", "walled"):
        company.line(100, day="2025-02-15", service_id=service_id)
    company.driver("calls", "", {"twin": 3, "north": 1})
    company.rule("calls", "resource_tower", 10, "driver", from_id="Servers", driver_id="calls")
    company.rule("inner", "solution", 90, "driver", from_id="inner", driver_id="calls")
    company.rule("twin", "solution", 91, "even", from_id="twin", target_set="open")
    # a target set chooses: nothing is hidden
    company.rule("outer", "solution", 92, "driver", from_id="outer", driver_id="calls",
                 target_set="open")  # fmt: skip
    company.driver("slots", "", {"north": 30, "south": 20, "last": 10})
    company.driver("slots", "", {"north": 30, "south": 25, "last": 10}, day="2025-02-01")
    company.target_set("north", "consumer", "north|twin")
    company.rule("fenced", "solution", 93, "capacity", from_id="fenced", driver_id="slots",
                 capacity=100, target_set="north")  # fmt: skip
    company.rule("walled", "solution", 94, "capacity", from_id="walled", driver_id="slots",
                 capacity=100, target_set="north", idle="recovered")  # fmt: skip


def write_own_part(company: EngineWorkspace) -> None:
    """A percentage of a service to itself."""
    company.services("keeps")
    company.line(100, day="2025-02-15", service_id="keeps")
    company.rule("keeps", "solution", 97, "fixed_percent", from_id="keeps")
    company.percentages("keeps", "solution", {"keeps": 20})
    company.percentages("keeps", "consumer", {"north": 30, "south": 50})


def write_unread_weights(company: EngineWorkspace) -> None:
    """Rows that cannot be used, of drivers that no rule reads: they are left out."""
    company.add("consumption/service_usage", usage_id=1, service_id="keeps", quantity="many",
                usage_date="2025-01-01", used_by_type="consumer", used_by_id="north")  # fmt: skip
    for measure in ("kgCO2e", "KgCO2e"):
        company.add("consumption/quantities", quantity_id=measure, measure=measure, unit="kg",
                    quantity_date="2025-01-15", account_id="6000", quantity=1)  # fmt: skip
    company.add("consumption/consumers", consumer_id="no heads", headcount=-4)
    company.add("workforce/timesheets", timesheet_id=1, employee_id="e1", work_date="2025-01-01",
                object_type="service", object_id="keeps", hours="all")  # fmt: skip
    company.add("cmdb/configuration_items", ci_id="x", ci_class="server", cost_weight="heavy")


def write_dead_ends(company: EngineWorkspace) -> None:
    """Receivers that nobody takes further, and tags with slips."""
    company.services("Portal", "orphan")
    for day, service_id in [("2025-01-15", "portal"), ("2025-01-16", "portal"),
                            ("2025-01-15", "Portl"), ("2025-01-15", "elsewhere"),
                            ("2025-01-15", "orphan"), ("2025-01-15", "Portal")]:  # fmt: skip
        company.line(10, day=day, service_id=service_id)
    company.rule("Portal", "solution", 98, "even", from_id="Portal", target_set="open")


def write_idle(company: EngineWorkspace) -> None:
    """Rules that take nothing, for two reasons; and a rule for the rest, which may find none."""
    company.classify("late class", 950, "Staffing", "Internal Labor", account_id="6000")
    company.rule("no hardware", "resource_tower", 5, "even", from_id="Servers",
                 cost_pool="Hardware", target_set="open")  # fmt: skip
    company.rule("late", "solution", 95, "even", from_id="e*n", target_set="open")
    company.rule("next decade", "solution", 89, "even", from_id="e*n", target_set="open",
                 valid_from="2035-01-01")  # fmt: skip
    company.rule("rest", "solution", 96, "even", from_id="e*", target_set="open")
    # lines without tags are not what a tagged rule before it takes
    company.line(70, account_id="9200")
    company.classify("desks", 880, "Data Center Facilities", "Other Operating", account_id="9200")
    company.rule("desk tags", "cost_pool", 880, "tagged", cost_pool="Data Center Facilities")
    company.rule("desks", "cost_pool", 881, "even", cost_pool="Data C*", target_set="open")
    company.rule("late desks", "cost_pool", 882, "even", cost_pool="Data Center*",
                 target_set="open")  # fmt: skip
    # money of other days is not what a rule before it takes
    company.line(30, account_id="9300")
    company.classify("clouds", 885, "Cloud Services", "IaaS", account_id="9300")
    company.rule("clouds", "cost_pool", 885, "even", cost_pool="Cloud*", target_set="open",
                 valid_from="2025-02-01")  # fmt: skip


def write_stops(company: EngineWorkspace) -> None:
    """Rules that end and nobody follows, and rules that pay nobody in some period."""
    one: dict[str, object] = {"valid_from": "2025-01-01", "valid_to": "2025-01-31"}
    company.services("hole", "followed", "zero", "closed")
    for service_id in ("hole", "followed", "zero", "closed"):
        company.line(100, day="2025-02-15", service_id=service_id)
    company.rule("hole", "solution", 101, "even", from_id="hole", target_set="open", **one)
    company.rule("followed", "solution", 102, "even", from_id="followed", target_set="open", **one)
    company.rule("follows", "solution", 103, "even", from_id="followed", target_set="open",
                 valid_from="2025-02-01")  # fmt: skip
    for day in ("2025-01-15", "2025-02-15"):
        company.line(70, day=day, account_id="9000")
    company.classify("nine", 890, "Telecom", "Other Operating", account_id="9000")
    company.rule("pool hole", "cost_pool", 890, "even", cost_pool="Telecom", target_set="open",
                 **one)  # fmt: skip
    company.driver("zeros", "zero", {"north": 1})
    company.driver("zeros", "zero", {"north": 0}, day="2025-02-01")
    company.rule("zero", "solution", 104, "driver", from_id="zero", driver_id="zeros")
    # values may begin later than their sender; from some they never come
    company.services("mute", "mute too", "mute and poor", "late talker")
    for service_id in ("mute", "mute too"):
        company.line(100, day="2025-02-15", service_id=service_id)
    company.driver("talk", "late talker", {"north": 1}, day="2025-02-01")
    company.rule("talk", "solution", 106, "driver", from_id="mute*|late talker", driver_id="talk")
    # of one part of a dual rate too
    company.services("half", "whole")
    company.driver("plans", "whole", {"north": 1})
    for service_id in ("half", "whole"):
        company.line(100, service_id=service_id)
        company.driver("talk", service_id, {"north": 1})
    company.rule("dual", "solution", 107, "dual_rate", from_id="half|whole", driver_id="talk",
                 budget_driver_id="plans", fixed_percentage=50)  # fmt: skip
    company.target_set("colleagues", "solution", "even|hybrid")
    company.rule("closed", "solution", 105, "even", from_id="closed", target_set="colleagues",
                 network="direct")  # fmt: skip


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> EngineWorkspace:
    """Build one company with all of them."""
    folder = tmp_path_factory.mktemp("use_faults")
    company = EngineWorkspace(folder / "ws")
    company.classify("all", 900, "Staffing", "Internal Labor")
    company.rule("tagged", "cost_pool", 900, "tagged")
    company.consumers("north", "south")
    company.target_set("open", "consumer", "north|south")
    write_retired(company)
    write_layers_and_sets(company)
    write_own_part(company)
    write_unread_weights(company)
    write_dead_ends(company)
    write_idle(company)
    write_stops(company)
    result = company.build()
    assert result.returncode == 0, result.stdout[-5000:]
    return company


@pytest.mark.parametrize(
    ("fault", "rule_id", "object_id", "words"),
    [
        ("retired_payer", "tagged", "old app",
         "bills old app by the tags of lines, though it retired on 2025-01-20, in 2 of the periods,"
         " first in that from 2025-02-01; name who pays now"),
        ("retired_payer", "tagged", "left",
         "bills left by the tags of lines, though it retired on 2024-12-31, in 1 of the periods"),
        ("retired_payer", "percent", "gone",
         "bills gone by a fixed percentage, though it retired on 2025-01-31"),
        ("retired_receiver", "driver", "left",
         "weighs by the driver heads, which has a value for left, which retired on 2024-12-31 and"
         " receives nothing of driver in the period from 2025-01-01, one of 3 such cases;"
         " the other receivers carry its part"),
        ("retired_receiver", "room", "left", "its use counts as idle capacity"),
        ("no_open_receiver", "empty", "gone",
         "weighs by the driver badges, which has a value for gone, which retired on 2025-01-31 and"
         " receives nothing of empty in the period from 2025-02-01, one of 2 such cases;"
         " every receiver has retired, and the money stays unallocated as no_driver_data"),
        ("no_open_receiver", "even", "gone",
         "sends evenly to the target set retired, a member of which is gone, which retired"),
        ("no_open_receiver", "hybrid", "gone", "and the next position is tried"),
        ("no_open_receiver", "rated", "gone", "and all of the cost is a variance"),
        ("nothing_charged", "rated", "rated",
         "finds no use of rated by the driver badges in 2 of the periods, first in that from"
         " 2025-02-01; nothing is charged there and all of its cost is a variance: deliver"),
        ("receiver_of_two_layers", "calls", "twin",
         "weighs by the driver calls, which has a value for twin, an object of the solution and of"
         " the consumer layer; the solution layer took it"),
        ("receiver_of_two_layers", "inner", "twin",
         "an object of the consumer and of the solution layer; the consumer layer took it"),
        ("use_outside_target_set", "fenced", "fenced",
         "finds 35.00 used of the capacity of fenced by receivers outside the target set north,"
         " such as last, in the period from 2025-02-01; it counts as idle: widen"),
        ("use_outside_target_set", "walled", "walled", "those inside carry it: widen"),
        ("pays_itself", "keeps", "keeps",
         "gives keeps 20 percent of its own cost, which comes back and is shared by its other"
         " receivers in their proportions; leave it out, or name UNALLOCATED to keep a part back"),
        ("takes_nothing", "no hardware", None, "no money of a tower meets all of its filters"),
        ("takes_nothing", "late", "even",
         "rule even of the earlier sequence 50 takes all that it matches, such as even; give it"),
        ("takes_nothing", "late desks", "Data Center Facilities / Other Operating / OpEx",
         "rule desks of the earlier sequence 881 takes all that it matches, such as Data Center"),
        ("takes_nothing", "desk tags", "Data Center Facilities / Other Operating / OpEx",
         "takes nothing: nothing that it matches, such as Data Center Facilities / Other Operating"
         " / OpEx, carries a tag; tag the lines, or remove the rule"),
        ("takes_nothing", "clouds", "Cloud Services / IaaS / OpEx",
         "takes nothing: what it matches, such as Cloud Services / IaaS / OpEx, has no money within"
         " its dates; correct them, or remove the rule"),
        ("takes_nothing", "late class", "a ledger bucket",
         "rule all of the earlier sequence 900 takes all that it matches, such as a ledger bucket"),
        ("uncovered_period", "hole", "hole",
         "takes hole in its days only, and no rule takes it in 2 of the periods that have money,"
         " first in that from 2025-02-01; there it stays unallocated: widen the dates, or add"),
        ("receiver_without_rule", "tagged", "orphan",
         "may send to orphan, which no rule of the layer solution takes further; money that"
         " arrives there stays unallocated as no_matching_rule: add a rule that takes it"),
        ("nearly_a_tag", "tagged", "portal",
         "finds the tag portal on 2 lines (did you mean Portal? Ids keep their case), and nearly"
         " names in 1 other tag; money so tagged stays unallocated as tag_unknown: correct"),
        ("uncovered_period", "clouds", "Cloud Services / IaaS / OpEx",
         "no rule takes it in 1 of the periods that have money, first in that from 2025-01-01"),
        ("uncovered_period", "pool hole", "Telecom / Other Operating / OpEx",
         "no rule takes it in 1 of the periods that have money, first in that from 2025-02-01"),
        ("stopped_sender", "zero", "zero",
         "pays nobody in 1 period, first in that from 2025-02-01, such as for zero: all weights"
         " are 0; money that it takes there stays unallocated as zero_weights"),
        ("stopped_sender", "closed", "closed",
         "such as for closed: its network leaves out everybody who would receive; money that it"
         " takes there stays unallocated as receivers_closed"),
        ("sender_without_values", "talk", "mute",
         "finds no weights for mute and one other sender in any period; money that it takes there"
         " stays unallocated as no_driver_data: deliver values from there, or let another rule"),
        ("sender_without_values", "dual", "half",
         "finds no weights for the fixed part of half in any period; money that it takes there"),
    ],
)  # fmt: skip
def test_it_is_told(
    company: EngineWorkspace, fault: str, rule_id: str, object_id: str | None, words: str
) -> None:
    messages = company.query(
        "select message from allocation.alloc_use_faults"
        " where fault = ? and rule_id = ? and object_id is not distinct from ?",
        fault, rule_id, object_id,
    )  # fmt: skip
    assert len(messages) == 1
    assert words in messages[0][0]
    assert messages[0][0].startswith("cost_model/")
    assert f": rule {rule_id} " in messages[0][0]


def test_nothing_else_is_told(company: EngineWorkspace) -> None:
    assert company.number("select count(*) from allocation.alloc_use_faults") == 31


def test_measures_that_differ_in_case_are_told(company: EngineWorkspace) -> None:
    told = company.query("select message from allocation.alloc_use_faults where rule_id is null")
    assert told == [
        ("The measures KgCO2e and kgCO2e differ in case only; deliver them under one name, unless"
         " both are meant.",),
    ]  # fmt: skip


def test_weights_that_no_rule_reads_stop_nothing(company: EngineWorkspace) -> None:
    rows = company.query(
        "select table_name from input_layer.input_cost_model__rejected_rules order by all"
    )
    assert [one for (one,) in rows] == [
        "configuration_items", "consumers", "service_usage", "timesheets",
    ]  # fmt: skip
    told = "select count(*) from allocation.alloc_rule_faults where fault = 'rejected_row'"
    assert company.number(told) == 0


def test_what_is_told_is_what_happens(company: EngineWorkspace) -> None:
    rows = company.query(
        "select service_id, to_id, sum(amount_minor) from allocation.alloc_consumer_flows"
        " where fiscal_period = '2025-02-01' and amount_minor <> 0 group by all order by all"
    )
    assert rows == [
        ("closed", "UNALLOCATED", 10000),
        ("driver", "north", 10000),
        ("empty", "UNALLOCATED", 10000),
        ("even", "UNALLOCATED", 10000),
        ("fenced", "IDLE_CAPACITY", 7000),
        ("fenced", "north", 3000),
        ("followed", "north", 5000),
        ("followed", "south", 5000),
        ("hole", "UNALLOCATED", 10000),
        ("hybrid", "north", 5000),
        ("hybrid", "south", 5000),
        ("inner", "north", 2500),
        ("inner", "twin", 7500),
        ("keeps", "north", 3750),
        ("keeps", "south", 6250),
        ("mute", "UNALLOCATED", 10000),
        ("mute too", "UNALLOCATED", 10000),
        ("old app", "north", 5000),
        ("old app", "south", 5000),
        ("outer", "north", 10000),
        ("percent", "gone", 4000),
        ("percent", "north", 6000),
        ("rated", "VOLUME_VARIANCE", 10000),
        ("room", "IDLE_CAPACITY", 6667),
        ("room", "north", 3333),
        ("walled", "north", 10000),
        ("zero", "UNALLOCATED", 10000),
    ]
