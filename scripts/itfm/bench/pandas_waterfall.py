"""The waterfall in pandas: texts as categories for the lines, the network in numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from itfm.bench.inputs import ATTRIBUTES, TABLES, TEXTS
from itfm.bench.network import rests, unit
from itfm.bench.steps import UNIT, Waterfall

PATH = ["fiscal_period", "rule_id", "from_id"]
RECEIVER = ["to_layer", "to_id"]
KIND = ["fiscal_period", "kind", "is_credit"]
MONEY = "amount_minor"


def run(folder: Path) -> Waterfall:
    """Run the waterfall on the Parquet files in the folder."""
    done = Waterfall()
    with done.step("buckets"):
        tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
        pool_senders = _pool_senders(_lines(folder, tables["texts"]), tables)
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
        done.rows[name] = len(frame)
    placeless = pool_flows["to_id"].eq("UNALLOCATED") | pool_flows["to_layer"].eq("consumer")
    done.arrived = [
        *_totals(consumer_flows, "consumer"),
        *_totals(tower_flows[~_is_inside(tower_flows)], "tower flow"),
        *_totals(pool_flows[placeless], "pool flow"),
    ]
    return done


def _is_inside(flows: pd.DataFrame) -> pd.Series:
    return flows["to_layer"].eq("solution") & flows["to_id"].ne("UNALLOCATED")


def _split(flows: pd.DataFrame) -> np.ndarray:
    amount = flows[MONEY].to_numpy(dtype="float64")
    ends = [np.floor(np.abs(amount) * flows[end].to_numpy() + 0.5) for end in ("c1", "c0")]
    return (np.sign(amount) * (ends[0] - ends[1])).astype("int64")


def _lines(folder: Path, texts: pd.DataFrame) -> pd.DataFrame:
    columns = [*TEXTS, "description"]
    table = pq.read_table(folder / "lines.parquet", read_dictionary=columns)
    amount = table.column("amount").cast(pa.float64()).to_numpy()
    lines = table.drop_columns(["amount"]).to_pandas()
    del table
    described = lines.pop("description")
    classes = texts.set_index("description")["description_class"]
    names = described.cat.categories.map(classes).fillna("")
    codes = described.cat.codes.to_numpy()
    levels, places = np.unique(np.append(names.to_numpy(dtype=object), ""), return_inverse=True)
    lines["description_class"] = pd.Categorical.from_codes(places[codes], levels)
    for name in TEXTS:
        column = lines[name]
        if column.isna().any():
            lines[name] = column.cat.add_categories("").fillna("")
    lines["is_credit"] = amount < 0
    lines[MONEY] = np.rint(amount * 100).astype("int64")
    return lines


def _pool_senders(lines: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    keys = [*ATTRIBUTES, "is_credit"]
    buckets = lines.groupby(keys, observed=True, sort=False)[MONEY].sum().reset_index()
    texts = dict.fromkeys(ATTRIBUTES, "object")
    ruled = buckets.astype(texts).merge(
        tables["assignment"].astype(texts), on=list(ATTRIBUTES), how="inner"
    )
    return ruled.groupby(KIND, sort=False, as_index=False)[MONEY].sum()


def _pool_flows(senders: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    known = senders.merge(tables["kinds"], on="kind")
    keys = [*KIND, *RECEIVER, "is_tagged", MONEY]
    is_shared = known["reason_code"].isna() & known["tag_id"].isna()
    shared = known[is_shared].merge(tables["pool_shares"], on=["fiscal_period", "rule_id"])
    shared[MONEY] = _split(shared)
    shared["is_tagged"] = False
    whole = known[~is_shared].copy()
    whole["to_layer"] = whole["tag_layer"].fillna("resource_tower")
    whole["to_id"] = whole["tag_id"].fillna("UNALLOCATED")
    whole["is_tagged"] = whole["reason_code"].isna()
    return pd.concat([shared[keys], whole[keys]], ignore_index=True)


def _tower_senders(flows: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    is_tower = flows["to_layer"].eq("resource_tower") & flows["to_id"].ne("UNALLOCATED")
    towers = flows[is_tower].rename(columns={"to_id": "from_id"})
    towers = towers.groupby([*KIND, "from_id"], sort=False, as_index=False)[MONEY].sum()
    rules = tables["tower_rules"].rename(columns={"tower": "from_id"})
    return towers.merge(rules, on=["fiscal_period", "kind", "from_id"], how="left")


def _paths(pool_flows: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    shares = tables["tower_shares"]
    shares = shares.assign(weight=unit(shares["share"].to_numpy()))
    tagged = pool_flows[pool_flows["is_tagged"] & pool_flows["to_layer"].eq("solution")]
    tagged = tagged[["fiscal_period", *RECEIVER]].drop_duplicates()
    tagged = tagged.assign(rule_id="tagged", from_id=tagged["to_id"], weight=UNIT)
    columns = [*PATH, *RECEIVER, "weight"]
    hops = pd.concat([shares[columns], tagged[columns]], ignore_index=True)
    is_inside = _is_inside(hops)
    edges = dict(tuple(tables["edges"].groupby("fiscal_period")))
    exits = dict(tuple(tables["exits"].groupby("fiscal_period")))
    found = [hops[~is_inside]]
    for period, entries in hops[is_inside].groupby("fiscal_period"):
        found.append(_rests(entries, edges.get(period), exits.get(period)))
    paths = pd.concat(found, ignore_index=True).sort_values([*PATH, *RECEIVER])
    groups = paths.groupby(PATH, sort=False)["weight"]
    running, total = groups.cumsum(), groups.transform("sum")
    return paths.assign(c0=(running - paths["weight"]) / total, c1=running / total)


def _rests(
    entries: pd.DataFrame, edges: pd.DataFrame | None, exits: pd.DataFrame | None
) -> pd.DataFrame:
    if edges is None or exits is None:
        return entries
    named = [entries["to_id"], edges["from_id"], edges["to_id"], exits["object_id"]]
    objects = pd.Index(pd.concat(named).unique())
    paths = entries[PATH].drop_duplicates()
    path_numbers = pd.MultiIndex.from_frame(paths)
    exit_shares = np.ones(len(objects))
    exit_shares[objects.get_indexer(exits["object_id"])] = exits["exit_share"].to_numpy()
    path, reached, weights = rests(
        (
            path_numbers.get_indexer(pd.MultiIndex.from_frame(entries[PATH])),
            objects.get_indexer(entries["to_id"]),
            entries["weight"].to_numpy(),
        ),
        (
            objects.get_indexer(edges["from_id"]),
            objects.get_indexer(edges["to_id"]),
            edges["share"].to_numpy(),
        ),
        exit_shares,
        len(paths),
    )
    return (
        paths.iloc[path]
        .reset_index(drop=True)
        .assign(to_layer="solution", to_id=objects.to_numpy()[reached], weight=weights)
    )


def _tower_flows(
    pool_flows: pd.DataFrame, senders: pd.DataFrame, paths: pd.DataFrame
) -> pd.DataFrame:
    direct = pool_flows[pool_flows["is_tagged"] & pool_flows["to_layer"].eq("solution")]
    columns = [*PATH, "kind", "is_credit", MONEY]
    tagged = direct.assign(rule_id="tagged", from_id=direct["to_id"])[columns]
    ruled = senders[senders["rule_id"].notna()][columns]
    moved = pd.concat([ruled, tagged], ignore_index=True).merge(paths, on=PATH)
    moved[MONEY] = _split(moved)
    stuck = senders[senders["rule_id"].isna()].assign(to_layer="solution", to_id="UNALLOCATED")
    keys = [*KIND, "from_id", *RECEIVER, MONEY]
    return pd.concat([moved[keys], stuck[keys]], ignore_index=True)


def _solution_senders(flows: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    resting = flows[_is_inside(flows)].rename(columns={"to_id": "object_id"})
    resting = resting.merge(tables["kinds"][["kind", "expense_type"]], on="kind")
    keys = ["fiscal_period", "object_id", "expense_type"]
    return resting.groupby(keys, sort=False, as_index=False)[MONEY].sum()


def _consumer_flows(senders: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    place = ["fiscal_period", "object_id"]
    moved = senders.merge(tables["exit_shares"], on=place)
    moved[MONEY] = _split(moved)
    known = tables["exits"][place].assign(has_rule=True)
    stuck = senders.merge(known, on=place, how="left")
    stuck = stuck[stuck["has_rule"].isna()].assign(to_id="UNALLOCATED")
    keys = [*place, "expense_type", "to_id", MONEY]
    return pd.concat([moved[keys], stuck[keys]], ignore_index=True)


def _totals(flows: pd.DataFrame, layer: str) -> list[tuple[str, str, str, int]]:
    sums = flows.groupby(["fiscal_period", "to_id"], observed=True)[MONEY].sum()
    return [(str(period)[:10], layer, to_id, int(v)) for (period, to_id), v in sums.items()]
