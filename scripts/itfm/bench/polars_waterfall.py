"""The waterfall in polars: lazy frames, the network in numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from itfm.bench.inputs import ATTRIBUTES, TABLES, TEXTS
from itfm.bench.network import rests, unit
from itfm.bench.steps import UNIT, Waterfall

PATH = ["fiscal_period", "rule_id", "from_id"]
RECEIVER = ["to_layer", "to_id"]


def run(folder: Path) -> Waterfall:
    """Run the waterfall on the Parquet files in the folder."""
    done = Waterfall()
    tables = {name: pl.scan_parquet(folder / f"{name}.parquet") for name in TABLES}
    with done.step("buckets"):
        pool_senders = _pool_senders(pl.scan_parquet(folder / "lines.parquet"), tables)
    with done.step("pool flows"):
        pool_flows = _pool_flows(pool_senders, tables)
        tower_senders = _tower_senders(pool_flows, tables)
    with done.step("network"):
        paths = _paths(pool_flows, tables)
    with done.step("tower flows"):
        tower_flows = _tower_flows(pool_flows, tower_senders, paths)
        solution_senders = _solution_senders(tower_flows, tables)
    with done.step("consumer flows"):
        consumer_flows = _consumer_flows(solution_senders, tables)
    for name, frame in (
        ("pool_senders", pool_senders),
        ("pool_flows", pool_flows),
        ("paths", paths),
        ("tower_flows", tower_flows),
        ("consumer_flows", consumer_flows),
    ):
        done.rows[name] = frame.height
    placeless = pl.col("to_id") == "UNALLOCATED"
    done.arrived = [
        *_totals(consumer_flows, "consumer"),
        *_totals(tower_flows.filter((pl.col("to_layer") != "solution") | placeless), "tower flow"),
        *_totals(pool_flows.filter((pl.col("to_layer") == "consumer") | placeless), "pool flow"),
    ]
    return done


def _split() -> pl.Expr:
    amount = pl.col("amount_minor").cast(pl.Float64)
    pieces = [(amount.abs() * pl.col(end) + 0.5).floor() for end in ("c1", "c0")]
    return (amount.sign() * (pieces[0] - pieces[1])).cast(pl.Int64).alias("amount_minor")


def _pool_senders(lines: pl.LazyFrame, tables: dict[str, pl.LazyFrame]) -> pl.DataFrame:
    buckets = (
        lines.join(tables["texts"], on="description", how="left")
        .with_columns(
            *(pl.col(name).fill_null("") for name in (*TEXTS, "description_class")),
            (pl.col("amount") < 0).alias("is_credit"),
            (pl.col("amount") * 100).cast(pl.Int64).alias("amount_minor"),
        )
        .group_by(*ATTRIBUTES, "is_credit")
        .agg(pl.col("amount_minor").sum())
    )
    return (
        buckets.join(tables["assignment"], on=ATTRIBUTES)
        .group_by("fiscal_period", "kind", "is_credit")
        .agg(pl.col("amount_minor").sum())
        .collect(engine="streaming")
    )


def _pool_flows(senders: pl.DataFrame, tables: dict[str, pl.LazyFrame]) -> pl.DataFrame:
    known = senders.lazy().join(tables["kinds"], on="kind")
    keys = ["fiscal_period", "kind", "is_credit", *RECEIVER, "is_tagged", "amount_minor"]
    is_shared = pl.col("reason_code").is_null() & pl.col("tag_id").is_null()
    shared = known.filter(is_shared).join(tables["pool_shares"], on=["fiscal_period", "rule_id"])
    whole = known.filter(~is_shared).with_columns(
        pl.col("tag_layer").fill_null("resource_tower").alias("to_layer"),
        pl.col("tag_id").fill_null("UNALLOCATED").alias("to_id"),
        pl.col("reason_code").is_null().alias("is_tagged"),
    )
    return pl.concat(
        [
            shared.with_columns(_split(), pl.lit(False).alias("is_tagged")).select(keys),
            whole.select(keys),
        ]
    ).collect()


def _tower_senders(flows: pl.DataFrame, tables: dict[str, pl.LazyFrame]) -> pl.DataFrame:
    return (
        flows.lazy()
        .filter((pl.col("to_layer") == "resource_tower") & (pl.col("to_id") != "UNALLOCATED"))
        .group_by("fiscal_period", "kind", "is_credit", pl.col("to_id").alias("from_id"))
        .agg(pl.col("amount_minor").sum())
        .join(
            tables["tower_rules"].rename({"tower": "from_id"}),
            on=["fiscal_period", "kind", "from_id"],
            how="left",
        )
        .collect()
    )


def _paths(pool_flows: pl.DataFrame, tables: dict[str, pl.LazyFrame]) -> pl.DataFrame:
    shares = tables["tower_shares"].collect()
    tagged = pool_flows.filter(pl.col("is_tagged") & (pl.col("to_layer") == "solution"))
    hops = pl.concat(
        [
            shares.select(
                *PATH, *RECEIVER, pl.lit(unit(shares["share"].to_numpy())).alias("weight")
            ),
            tagged.select(
                "fiscal_period",
                pl.lit("tagged").alias("rule_id"),
                pl.col("to_id").alias("from_id"),
                *RECEIVER,
                pl.lit(UNIT).alias("weight"),
            ).unique(),
        ]
    )
    is_inside = (pl.col("to_layer") == "solution") & (pl.col("to_id") != "UNALLOCATED")
    edges = _by_period(tables["edges"].collect())
    exits = _by_period(tables["exits"].collect())
    found = [hops.filter(~is_inside)]
    for (period,), entries in hops.filter(is_inside).group_by(["fiscal_period"]):
        found.append(_rests(entries, edges.get(period), exits.get(period)))
    keys = PATH
    return (
        pl.concat(found)
        .lazy()
        .sort(*keys, *RECEIVER)
        .with_columns(
            pl.col("weight").cum_sum().over(keys).alias("running"),
            pl.col("weight").sum().over(keys).alias("total"),
        )
        .select(
            *keys,
            *RECEIVER,
            ((pl.col("running") - pl.col("weight")) / pl.col("total")).alias("c0"),
            (pl.col("running") / pl.col("total")).alias("c1"),
        )
        .collect()
    )


def _by_period(frame: pl.DataFrame) -> dict[object, pl.DataFrame]:
    return {period: part for (period,), part in frame.group_by(["fiscal_period"])}


def _rests(
    entries: pl.DataFrame, edges: pl.DataFrame | None, exits: pl.DataFrame | None
) -> pl.DataFrame:
    if edges is None or exits is None:
        return entries
    names = pl.concat(
        [entries["to_id"], edges["from_id"], edges["to_id"], exits["object_id"]]
    ).unique()
    objects = pl.DataFrame({"name": names, "number": np.arange(len(names))})
    paths = entries.select(PATH).unique().with_row_index("path")

    def numbers(column: pl.Series) -> np.ndarray:
        return (
            pl.DataFrame({"name": column})
            .join(objects, on="name", how="left", maintain_order="left")["number"]
            .to_numpy()
        )

    exit_shares = np.ones(len(names))
    exit_shares[numbers(exits["object_id"])] = exits["exit_share"].to_numpy()
    numbered = entries.join(paths, on=PATH, maintain_order="left")
    path, reached, weights = rests(
        (
            numbered["path"].to_numpy(),
            numbers(numbered["to_id"]),
            numbered["weight"].to_numpy(),
        ),
        (numbers(edges["from_id"]), numbers(edges["to_id"]), edges["share"].to_numpy()),
        exit_shares,
        paths.height,
    )
    return paths.select(PATH)[path].select(
        *PATH,
        pl.lit("solution").alias("to_layer"),
        objects["name"].gather(reached).alias("to_id"),
        pl.Series("weight", weights),
    )


def _tower_flows(
    pool_flows: pl.DataFrame, senders: pl.DataFrame, paths: pl.DataFrame
) -> pl.DataFrame:
    direct = pool_flows.lazy().filter(pl.col("is_tagged") & (pl.col("to_layer") == "solution"))
    tagged = direct.select(
        "fiscal_period",
        "kind",
        "is_credit",
        pl.lit("tagged").alias("rule_id"),
        pl.col("to_id").alias("from_id"),
        "amount_minor",
    )
    ruled = (
        senders.lazy()
        .filter(pl.col("rule_id").is_not_null())
        .select(*PATH[:1], "kind", "is_credit", *PATH[1:], "amount_minor")
    )
    keys = ["fiscal_period", "kind", "is_credit", "from_id", *RECEIVER, "amount_minor"]
    moved = (
        pl.concat([ruled, tagged]).join(paths.lazy(), on=PATH).with_columns(_split()).select(keys)
    )
    stuck = (
        senders.lazy()
        .filter(pl.col("rule_id").is_null())
        .with_columns(pl.lit("solution").alias("to_layer"), pl.lit("UNALLOCATED").alias("to_id"))
    )
    return pl.concat([moved, stuck.select(keys)]).collect()


def _solution_senders(flows: pl.DataFrame, tables: dict[str, pl.LazyFrame]) -> pl.DataFrame:
    return (
        flows.lazy()
        .filter((pl.col("to_layer") == "solution") & (pl.col("to_id") != "UNALLOCATED"))
        .join(tables["kinds"].select("kind", "expense_type"), on="kind")
        .group_by("fiscal_period", pl.col("to_id").alias("object_id"), "expense_type")
        .agg(pl.col("amount_minor").sum())
        .collect()
    )


def _consumer_flows(senders: pl.DataFrame, tables: dict[str, pl.LazyFrame]) -> pl.DataFrame:
    keys = ["fiscal_period", "object_id", "expense_type", "to_id", "amount_minor"]
    moved = senders.lazy().join(tables["exit_shares"], on=["fiscal_period", "object_id"])
    stuck = (
        senders.lazy()
        .join(tables["exits"], on=["fiscal_period", "object_id"], how="anti")
        .with_columns(pl.lit("UNALLOCATED").alias("to_id"))
    )
    return pl.concat([moved.with_columns(_split()).select(keys), stuck.select(keys)]).collect()


def _totals(flows: pl.DataFrame, layer: str) -> list[tuple[str, str, str, int]]:
    sums = flows.group_by("fiscal_period", "to_id").agg(pl.col("amount_minor").sum())
    return [(str(period), layer, to_id, amount) for period, to_id, amount in sums.iter_rows()]
