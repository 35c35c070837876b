"""What every tool starts from: the ledger lines, and the rules as the engine resolved them.

Rules are resolved apart: which kind of money a bucket is (`kinds`, `assignment`), which rule takes
a kind from a tower (`tower_rules`), and all shares are given. Where money goes is not.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

RULE_SET = "current"
ATTRIBUTES = (
    "fiscal_period",
    "account_id",
    "cost_center_id",
    "vendor",
    "project_id",
    "entry_type",
    "description_class",
    "expense_type",
    "service_id",
    "application_id",
    "consumer_id",
)
TEXTS = tuple(name for name in ATTRIBUTES if name not in ("fiscal_period", "description_class"))
LINE_COLUMNS = ("fiscal_period", *TEXTS, "description", "amount")

LINES = f"select {', '.join(LINE_COLUMNS)} from core.fct_ledger_lines"

PREPARE = f"""
create temp table ruled as
select
    {", ".join(f"buckets.{name}" for name in ATTRIBUTES)},
    classified.cost_pool,
    classified.cost_sub_pool,
    classified.expense_type as kind_expense_type,
    rules.rule_id,
    rules.tag_layer,
    rules.tag_id,
    coalesce(rules.reason_code, classified.reason_code) as reason_code
from allocation.alloc_cost_buckets as buckets
inner join allocation.alloc_classified_buckets as classified
    on buckets.bucket_id = classified.bucket_id
left join allocation.alloc_pool_rules as rules
    on classified.rule_set = rules.rule_set and classified.bucket_id = rules.bucket_id
where buckets.scenario = 'actual' and classified.rule_set = '{RULE_SET}';

create temp table kinds as
select
    cast(
        row_number() over (
            order by cost_pool, cost_sub_pool, expense_type, rule_id, tag_id, reason_code
        ) as integer
    ) as kind,
    *
from (
    select distinct cost_pool, cost_sub_pool, kind_expense_type as expense_type,
        rule_id, tag_layer, tag_id, reason_code
    from ruled
);

create temp table shares as
select * from allocation.alloc_shares where rule_set = '{RULE_SET}';
"""

TABLES = {
    "texts": """
        select distinct description, description_class
        from allocation.alloc_description_classes
    """,
    "kinds": "select * from kinds",
    "assignment": f"""
        select distinct {", ".join(f"ruled.{name}" for name in ATTRIBUTES)}, kinds.kind
        from ruled
        inner join kinds
            on
                ruled.cost_pool = kinds.cost_pool
                and ruled.cost_sub_pool = kinds.cost_sub_pool
                and ruled.kind_expense_type = kinds.expense_type
                and ruled.rule_id is not distinct from kinds.rule_id
                and ruled.tag_id is not distinct from kinds.tag_id
                and ruled.reason_code is not distinct from kinds.reason_code
    """,
    "pool_shares": """
        select fiscal_period, rule_id, to_layer, to_id, c0, c1
        from shares where sender_layer = 'cost_pool'
    """,
    "tower_rules": f"""
        select distinct rules.fiscal_period, kinds.kind, rules.from_id as tower, rules.rule_id
        from allocation.alloc_object_rules as rules
        inner join kinds using (cost_pool, cost_sub_pool, expense_type)
        where rules.rule_set = '{RULE_SET}' and rules.sender_layer = 'resource_tower'
    """,
    "tower_shares": """
        select fiscal_period, rule_id, from_id, to_layer, to_id,
            cast(units as double) / cast(total_units as double) as share
        from shares where sender_layer = 'resource_tower'
    """,
    "edges": """
        select fiscal_period, from_id, to_id,
            cast(units as double) / cast(total_units as double) as share
        from shares where sender_layer = 'solution' and to_layer = 'solution'
    """,
    "exits": """
        select fiscal_period, from_id as object_id,
            cast(sum(case when to_layer = 'solution' then 0 else units end) as double)
            / cast(max(total_units) as double) as exit_share
        from shares where sender_layer = 'solution' group by all
    """,
    "exit_shares": """
        select fiscal_period, from_id as object_id, to_id,
            cast(running_units - units as double) / cast(leaving_units as double) as c0,
            cast(running_units as double) / cast(leaving_units as double) as c1
        from (
            select *,
                sum(units) over (
                    partition by fiscal_period, from_id order by to_id rows unbounded preceding
                ) as running_units,
                sum(units) over (partition by fiscal_period, from_id) as leaving_units
            from shares where sender_layer = 'solution' and to_layer = 'consumer'
        )
    """,
}

# What the engine made of the same: consumer flows of the ledger, by period and consumer.
ENGINE_TOTALS = f"""
    select fiscal_period, to_id, cast(sum(amount_minor) as bigint) as amount_minor,
        count(*) as flow_count
    from allocation.alloc_consumer_flows
    where scenario = 'actual' and rule_set = '{RULE_SET}'
    group by all
"""


def export(database: Path, folder: Path, *, with_lines: bool = True) -> None:
    """Write the given tables, and the lines, of a work database as Parquet files."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set preserve_insertion_order = false")
        for statement in PREPARE.split(";"):
            if statement.strip():
                connection.execute(statement)
        tables = {**TABLES, "engine_totals": ENGINE_TOTALS}
        if with_lines:
            tables["lines"] = LINES
        for name, query in tables.items():
            connection.execute(f"copy ({query}) to '{folder / name}.parquet' (format parquet)")
