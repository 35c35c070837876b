"""The waterfall in the SQL that DuckDB and PostgreSQL share, and how DuckDB runs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from itfm.bench.inputs import ATTRIBUTES, LINES, TABLES, TEXTS
from itfm.bench.steps import UNIT, Waterfall

STEP_LIMIT = 500

_SPLIT = """cast(
    sign({0}.amount_minor) * (
        floor(abs(cast({0}.amount_minor as double precision)) * {1}.c1 + 0.5)
        - floor(abs(cast({0}.amount_minor as double precision)) * {1}.c0 + 0.5)
    ) as bigint
)"""

BUCKETS = f"""
    select
        lines.fiscal_period,
        {", ".join(f"coalesce(lines.{name}, '') as {name}" for name in TEXTS)},
        coalesce(texts.description_class, '') as description_class,
        lines.amount < 0 as is_credit,
        cast(sum(cast(lines.amount * 100 as bigint)) as bigint) as amount_minor
    from lines left join texts on lines.description = texts.description
    group by lines.fiscal_period, {", ".join(f"coalesce(lines.{name}, '')" for name in TEXTS)},
        coalesce(texts.description_class, ''), lines.amount < 0
"""

POOL_SENDERS = f"""
    select buckets.fiscal_period, assignment.kind, buckets.is_credit,
        cast(sum(buckets.amount_minor) as bigint) as amount_minor
    from buckets
    inner join assignment
        on {" and ".join(f"buckets.{name} = assignment.{name}" for name in ATTRIBUTES)}
    group by buckets.fiscal_period, assignment.kind, buckets.is_credit
"""

# Tagged money and money without a place stays whole; all other money is split by its rule.
POOL_FLOWS = f"""
    select senders.fiscal_period, senders.kind, senders.is_credit, shares.to_layer, shares.to_id,
        false as is_tagged, {_SPLIT.format("senders", "shares")} as amount_minor
    from pool_senders as senders
    inner join kinds on senders.kind = kinds.kind
    inner join pool_shares as shares
        on senders.fiscal_period = shares.fiscal_period and kinds.rule_id = shares.rule_id
    where kinds.reason_code is null and kinds.tag_id is null
    union all
    select senders.fiscal_period, senders.kind, senders.is_credit,
        coalesce(kinds.tag_layer, 'resource_tower'), coalesce(kinds.tag_id, 'UNALLOCATED'),
        kinds.reason_code is null, senders.amount_minor
    from pool_senders as senders
    inner join kinds on senders.kind = kinds.kind
    where kinds.reason_code is not null or kinds.tag_id is not null
"""

FIRST_HOPS = f"""
    select fiscal_period, rule_id, from_id, to_layer, to_id,
        floor(cast({UNIT:.0f} as double precision) * share) as quantity
    from tower_shares
    union all
    select distinct fiscal_period, 'tagged', to_id, to_layer, to_id,
        cast({UNIT:.0f} as double precision)
    from pool_flows where is_tagged and to_layer = 'solution'
"""

FIRST_STEP = """
    select fiscal_period, rule_id, from_id, to_id as object_id, quantity
    from first_hops where to_layer = 'solution' and to_id <> 'UNALLOCATED'
"""

NEXT_STEP = """
    select walk.fiscal_period, walk.rule_id, walk.from_id, edges.to_id as object_id,
        sum(floor(walk.quantity * edges.share)) as quantity
    from {walk} as walk
    inner join edges
        on walk.fiscal_period = edges.fiscal_period and walk.object_id = edges.from_id
    group by walk.fiscal_period, walk.rule_id, walk.from_id, edges.to_id
    having sum(floor(walk.quantity * edges.share)) > 0
"""

PATHS = """
    with rests as (
        select visits.fiscal_period, visits.rule_id, visits.from_id, 'solution' as to_layer,
            visits.object_id as to_id,
            floor(sum(visits.quantity) * coalesce(max(exits.exit_share), 1)) as weight
        from visits
        left join exits
            on
                visits.fiscal_period = exits.fiscal_period
                and visits.object_id = exits.object_id
        group by visits.fiscal_period, visits.rule_id, visits.from_id, visits.object_id
        union all
        select fiscal_period, rule_id, from_id, to_layer, to_id, quantity
        from first_hops where to_layer <> 'solution' or to_id = 'UNALLOCATED'
    ),
    running as (
        select *,
            sum(weight) over (
                partition by fiscal_period, rule_id, from_id
                order by to_layer, to_id rows unbounded preceding
            ) as running_weight,
            sum(weight) over (partition by fiscal_period, rule_id, from_id) as total_weight
        from rests where weight > 0
    )
    select fiscal_period, rule_id, from_id, to_layer, to_id,
        (running_weight - weight) / total_weight as c0, running_weight / total_weight as c1
    from running
"""

TOWER_SENDERS = """
    select flows.fiscal_period, flows.kind, flows.is_credit, flows.to_id as tower,
        rules.rule_id, cast(sum(flows.amount_minor) as bigint) as amount_minor
    from pool_flows as flows
    left join tower_rules as rules
        on
            flows.fiscal_period = rules.fiscal_period
            and flows.kind = rules.kind
            and flows.to_id = rules.tower
    where flows.to_layer = 'resource_tower' and flows.to_id <> 'UNALLOCATED'
    group by flows.fiscal_period, flows.kind, flows.is_credit, flows.to_id, rules.rule_id
"""

TOWER_FLOWS = f"""
    select senders.fiscal_period, senders.kind, senders.is_credit, senders.tower,
        paths.to_layer, paths.to_id, {_SPLIT.format("senders", "paths")} as amount_minor
    from tower_senders as senders
    inner join paths
        on
            senders.fiscal_period = paths.fiscal_period
            and senders.rule_id = paths.rule_id
            and senders.tower = paths.from_id
    union all
    select senders.fiscal_period, senders.kind, senders.is_credit, 'DIRECT',
        paths.to_layer, paths.to_id, {_SPLIT.format("senders", "paths")}
    from pool_flows as senders
    inner join paths
        on
            senders.fiscal_period = paths.fiscal_period
            and senders.to_id = paths.from_id
            and paths.rule_id = 'tagged'
    where senders.is_tagged and senders.to_layer = 'solution'
    union all
    select fiscal_period, kind, is_credit, tower, 'solution', 'UNALLOCATED', amount_minor
    from tower_senders where rule_id is null
"""

SOLUTION_SENDERS = """
    select flows.fiscal_period, flows.to_id as object_id, kinds.expense_type,
        cast(sum(flows.amount_minor) as bigint) as amount_minor
    from tower_flows as flows inner join kinds on flows.kind = kinds.kind
    where flows.to_layer = 'solution' and flows.to_id <> 'UNALLOCATED'
    group by flows.fiscal_period, flows.to_id, kinds.expense_type
"""

CONSUMER_FLOWS = f"""
    select senders.fiscal_period, senders.object_id, senders.expense_type, shares.to_id,
        {_SPLIT.format("senders", "shares")} as amount_minor
    from solution_senders as senders
    inner join exit_shares as shares
        on
            senders.fiscal_period = shares.fiscal_period
            and senders.object_id = shares.object_id
    union all
    select senders.fiscal_period, senders.object_id, senders.expense_type, 'UNALLOCATED',
        senders.amount_minor
    from solution_senders as senders
    left join exits
        on
            senders.fiscal_period = exits.fiscal_period
            and senders.object_id = exits.object_id
    where exits.object_id is null
"""

ARRIVED = """
    select cast(fiscal_period as varchar), layer, to_id, cast(sum(amount_minor) as bigint)
    from (
        select fiscal_period, 'consumer' as layer, to_id, amount_minor from consumer_flows
        union all
        select fiscal_period, 'tower flow', to_layer || ' ' || to_id, amount_minor
        from tower_flows where to_layer <> 'solution' or to_id = 'UNALLOCATED'
        union all
        select fiscal_period, 'pool flow', to_layer || ' ' || to_id, amount_minor
        from pool_flows
        where to_layer = 'consumer' or to_id = 'UNALLOCATED'
    ) as places
    group by fiscal_period, layer, to_id
"""


def run_sql(create: Callable[[str, str], int], done: Waterfall) -> None:
    """Run the steps; `create` makes a table of a query and returns its number of rows."""

    def make(name: str, query: str) -> None:
        done.rows[name] = create(name, query)

    with done.step("buckets"):
        make("buckets", BUCKETS)
        make("pool_senders", POOL_SENDERS)
    with done.step("pool flows"):
        make("pool_flows", POOL_FLOWS)
        make("tower_senders", TOWER_SENDERS)
    with done.step("network"):
        make("first_hops", FIRST_HOPS)
        make("walk_0", FIRST_STEP)
        walks = ["walk_0"]
        while done.rows[walks[-1]]:
            if len(walks) > STEP_LIMIT:
                raise RuntimeError(f"The network still moves after {STEP_LIMIT} steps.")
            make(f"walk_{len(walks)}", NEXT_STEP.format(walk=walks[-1]))
            walks.append(f"walk_{len(walks)}")
        visits = " union all ".join(f"select * from {walk}" for walk in walks)
        make("paths", PATHS.replace("from visits", f"from ({visits}) as visits"))
    with done.step("tower flows"):
        make("tower_flows", TOWER_FLOWS)
        make("solution_senders", SOLUTION_SENDERS)
    with done.step("consumer flows"):
        make("consumer_flows", CONSUMER_FLOWS)


def run_duckdb(folder: Path, database: Path | None = None) -> Waterfall:
    """Run it in DuckDB: lines from the work database when one is given, else from Parquet."""
    done = Waterfall()
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"set temp_directory = '{folder / 'spill'}'")
        for name in TABLES:
            connection.execute(f"create view {name} as from '{folder / name}.parquet'")
        if database is None:
            connection.execute(f"create view lines as from '{folder / 'lines.parquet'}'")
        else:
            connection.execute(f"attach '{database}' as work (read_only)")
            lines = LINES.replace(" core.", " work.core.")
            connection.execute(f"create view lines as {lines}")

        def create(name: str, query: str) -> int:
            row = connection.execute(f"create temp table {name} as {query}").fetchone()
            return int(row[0]) if row else 0

        run_sql(create, done)
        done.arrived = connection.execute(ARRIVED).fetchall()
    return done
