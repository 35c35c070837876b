"""Every rule of the house finds what breaks it, and nothing in a project that keeps it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itfm.errors import UserError
from itfm.structure import Manifest, check, read_manifest, violations

HEADER = "-- grain: one row\n-- why: to test\n-- reads: another\n-- conserves: all\n\n"
SAID = {"description": "Something is said here."}
ACCESS = {"staging": "private", "input_layer": "protected", "allocation": "protected"}


def model(folder: str, name: str, *parents: str, **more: Any) -> dict[str, Any]:
    """Return a model of the manifest that keeps every rule."""
    layer = folder.split("/")[0]
    file = f"models/{folder}/{name}.sql"
    return {
        "unique_id": f"model.itfm.{name}",
        "resource_type": "model",
        "package_name": "itfm",
        "name": name,
        "fqn": ["itfm", *folder.split("/"), name],
        "original_file_path": file,
        "patch_path": f"itfm://models/{folder}/{name}.yml",
        "raw_code": HEADER + "select 1 as id",
        "depends_on": {"nodes": list(parents)},
        "columns": {"id": {"name": "id", **SAID}},
        "access": ACCESS.get(layer, "public"),
        "config": {"group": "owners", "contract": {"enforced": True}, "meta": {"key": ["id"]}},
        "constraints": [],
        **SAID,
        **more,
    }


def project() -> dict[str, Any]:
    """Return the manifest of a small project that keeps every rule."""
    models = [
        model("staging/files", "stg_files__lines", "source.itfm.landing.lines"),
        model("input_layer/ledger", "input_ledger__lines", "model.itfm.stg_files__lines"),
        model("input_layer/cost_model", "input_cost_model__rules", "model.itfm.stg_files__lines"),
        model("core/finance", "fct_lines", "model.itfm.input_ledger__lines", "seed.itfm.towers"),
        model("allocation/flows", "alloc_flows", "model.itfm.fct_lines"),
        model("marts/cost", "fct_cost", "model.itfm.alloc_flows", "model.itfm.fct_lines"),
        model("reconciliation", "rec_tie_out", "model.itfm.fct_cost"),
    ]
    seed = {
        "unique_id": "seed.itfm.towers",
        "resource_type": "seed",
        "package_name": "itfm",
        "name": "towers",
        "fqn": ["itfm", "taxonomy", "towers"],
        "original_file_path": "seeds/taxonomy/towers.csv",
        "columns": {},
        **SAID,
    }
    source = {
        "unique_id": "source.itfm.landing.lines",
        "resource_type": "source",
        "name": "lines",
        "fqn": ["itfm", "staging", "files", "landing", "lines"],
        "original_file_path": "models/staging/files/_files__sources.yml",
        **SAID,
    }
    macro = {
        "name": "as_text",
        "package_name": "itfm",
        "original_file_path": "macros/schema/text.sql",
        "macro_sql": "{% macro as_text(column, other=['a', 'b'], last={'x': 1}) -%}{% endmacro %}",
        "arguments": [{"name": name, **SAID} for name in ("column", "other", "last")],
        **SAID,
    }
    branch = {**macro, "name": "duckdb__as_text", "description": "", "arguments": []}
    exposure = {
        "name": "report",
        "resource_type": "exposure",
        "original_file_path": "models/exposures.yml",
        "depends_on": {"nodes": ["model.itfm.fct_cost"]},
        **SAID,
    }
    return {
        "metadata": {"project_name": "itfm"},
        "nodes": {node["unique_id"]: node for node in (*models, seed)},
        "sources": {source["unique_id"]: source},
        "macros": {"macro.itfm.as_text": macro, "macro.itfm.duckdb__as_text": branch},
        "exposures": {"exposure.itfm.report": exposure},
        "unit_tests": {},
    }


def found(document: dict[str, Any]) -> list[str]:
    return [str(violation) for violation in violations(Manifest(document))]


def reads(name: str, parent: str) -> Callable[[dict[str, Any]], None]:
    """Return a change that has a model read one more relation."""

    def change(document: dict[str, Any]) -> None:
        document["nodes"][f"model.itfm.{name}"]["depends_on"]["nodes"].append(parent)

    return change


def sets(model_name: str, /, **values: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change that sets values of a model."""

    def change(document: dict[str, Any]) -> None:
        document["nodes"][f"model.itfm.{model_name}"].update(copy.deepcopy(values))

    return change


def with_key(kind: str, key: str, **values: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change that sets values of another entry of the manifest."""

    def change(document: dict[str, Any]) -> None:
        document[kind][key].update(copy.deepcopy(values))

    return change


def test_a_project_that_keeps_the_rules_has_no_violation() -> None:
    assert found(project()) == []


BROKEN = {
    "a mart reads staging": (
        reads("fct_cost", "model.itfm.stg_files__lines"),
        "models/marts/cost/fct_cost.sql: marts reads stg_files__lines of staging/files",
    ),
    "a mart reads a source": (
        reads("fct_cost", "source.itfm.landing.lines"),
        "read the staging model of the source",
    ),
    "reconciliation reads a source": (
        reads("rec_tie_out", "source.itfm.landing.lines"),
        "reconciliation reads lines of source",
    ),
    "core reads a mart": (reads("fct_lines", "model.itfm.fct_cost"), "core reads fct_cost"),
    "core reads staging": (
        reads("fct_lines", "model.itfm.stg_files__lines"),
        "core reads stg_files__lines",
    ),
    "allocation reads the ledger of the input layer": (
        reads("alloc_flows", "model.itfm.input_ledger__lines"),
        "allocation reads input_ledger__lines of input_layer/ledger",
    ),
    "staging reads core": (
        reads("stg_files__lines", "model.itfm.fct_lines"),
        "staging reads fct_lines",
    ),
    "a folder that is no layer": (
        sets("fct_cost", fqn=["itfm", "reports", "fct_cost"]),
        "it stands in no known layer",
    ),
    "a staging name without its system": (
        sets("stg_files__lines", name="stg_lines"),
        "a model in staging is called stg_files__...",
    ),
    "an input name of another domain": (
        sets("input_ledger__lines", name="input_cloud__lines"),
        "is called input_ledger__...",
    ),
    "a mart with another prefix": (sets("fct_cost", name="cost"), "is called fct_..."),
    "a copy with a suffix": (sets("fct_cost", name="fct_cost_v2"), "a copy with a version suffix"),
    "a model without a description": (
        sets("fct_lines", description=" "),
        "fct_lines has no description",
    ),
    "a column without a description": (
        sets("fct_lines", columns={"id": {"name": "id", "description": ""}}),
        "column id of fct_lines has no description",
    ),
    "a model without columns": (
        sets("alloc_flows", columns={}),
        "alloc_flows describes none of its columns",
    ),
    "a source without a description": (
        with_key("sources", "source.itfm.landing.lines", description=""),
        "lines has no description",
    ),
    "a contract that is switched off": (
        sets("fct_cost", config={"group": "owners", "contract": {"enforced": False}}),
        "its contract is not enforced",
    ),
    "a model without a group": (
        sets("fct_cost", config={"contract": {"enforced": True}}),
        "it belongs to no group",
    ),
    "a public staging model": (
        sets("stg_files__lines", access="public"),
        "its access is public, that of staging is private",
    ),
    "a long model": (
        sets("fct_cost", raw_code=HEADER + "select 1\n" * 196),
        "201 lines, at most 200",
    ),
    "a header without what it conserves": (
        sets("fct_cost", raw_code="-- grain: a\n-- why: b\n-- reads: c\nselect 1"),
        "conserves missing",
    ),
    "a header in another order": (
        sets("fct_cost", raw_code="-- why: b\n-- grain: a\n-- reads: c\n-- conserves: d\nselect 1"),
        "they are in another order",
    ),
    "a dictionary of many models": (
        sets("fct_cost", patch_path="itfm://models/marts/all.yml"),
        "move that to models/marts/cost/fct_cost.yml",
    ),
    "a mart that nobody reads": (
        with_key("exposures", "exposure.itfm.report", depends_on={"nodes": []}),
        "no exposure names it",
    ),
    "a macro without a description": (
        with_key("macros", "macro.itfm.as_text", description=""),
        "macro as_text has no description",
    ),
    "an argument without a description": (
        with_key("macros", "macro.itfm.as_text", arguments=[{"name": "column", **SAID}]),
        "argument other of macro as_text has no description",
    ),
    "an argument that is not there": (
        with_key(
            "macros",
            "macro.itfm.as_text",
            arguments=[{"name": n, **SAID} for n in ("column", "other", "last", "gone")],
        ),
        "macro as_text has no argument gone",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_rule_finds_what_breaks_it(name: str) -> None:
    change, message = BROKEN[name]
    document = project()
    change(document)
    told = found(document)
    assert any(message in line for line in told), told
    assert all(": " in line and line.endswith("]") for line in told)


def test_a_model_kept_by_period_reads_what_has_a_version_and_filters_it() -> None:
    document = project()
    kept = document["nodes"]["model.itfm.alloc_flows"]
    kept["config"] = {**kept["config"], "materialized": "incremental"}
    told = "\n".join(found(document))
    assert "it is incremental, but filters nothing" in told
    assert "has no column fiscal_period" in told
    assert "reads fct_lines, of which fct_input_versions keeps no version" in told

    kept["raw_code"] = HEADER + "select 1 as id where {{ in_stale_periods() }}"
    kept["columns"]["fiscal_period"] = {"name": "fiscal_period", **SAID}
    versions = model("core/finance", "fct_input_versions", "model.itfm.fct_lines")
    document["nodes"][versions["unique_id"]] = versions
    assert not [line for line in found(document) if "kept_periods" in line]


def test_a_model_kept_by_file_reads_what_has_a_part_in_its_versions_and_filters_it() -> None:
    document = project()
    nodes = document["nodes"]
    kept = nodes["model.itfm.fct_lines"]
    kept["config"] |= {"materialized": "incremental", "incremental_strategy": "by_file"}
    assert any("has no model of versions" in line for line in found(document))

    versions = model("core/finance", "dim_files")
    nodes[versions["unique_id"]] = versions
    kept["config"]["pre-hook"] = [{"sql": "{{ note_stale_files(ref('dim_files')) }}"}]
    told = "\n".join(found(document))
    assert "it is kept by file, but filters nothing" in told
    parent = nodes[kept["depends_on"]["nodes"][0]]
    assert f"reads {parent['name']}, which has no part in the versions of dim_files" in told

    kept["raw_code"] = HEADER + "select 1 as id where {{ in_stale_files() }}"
    versions["depends_on"]["nodes"] = kept["depends_on"]["nodes"]
    assert not [line for line in found(document) if "kept_files" in line]


def test_a_staging_model_needs_a_test_or_a_keyed_input_model() -> None:
    document = project()
    nodes = document["nodes"]
    for name in ("input_ledger__lines", "input_cost_model__rules"):
        nodes[f"model.itfm.{name}"]["config"]["meta"] = {}
    message = "it has no test and feeds no input model with a key"
    assert any(message in line for line in found(document))
    with_constraint = copy.deepcopy(document)
    keyed = with_constraint["nodes"]["model.itfm.input_ledger__lines"]
    keyed["constraints"] = [{"type": "primary_key", "columns": ["id"]}]
    assert found(with_constraint) == []
    with_test = copy.deepcopy(document)
    with_test["nodes"]["test.itfm.unique"] = {
        "unique_id": "test.itfm.unique",
        "resource_type": "test",
        "package_name": "itfm",
        "name": "unique",
        "depends_on": {"nodes": ["model.itfm.stg_files__lines"]},
    }
    assert found(with_test) == []


def test_staging_may_be_proven_through_other_staging() -> None:
    document = project()
    calendar = model("staging/files", "stg_files__calendar")
    document["nodes"][calendar["unique_id"]] = calendar
    assert any("stg_files__calendar" in line for line in found(document))
    reads("stg_files__lines", calendar["unique_id"])(document)
    assert found(document) == []


def test_the_command_names_file_and_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "manifest.json"
    document = project()
    file.write_text(json.dumps(document), encoding="utf-8")
    assert check(file) == 0
    assert "structure: 7 models, 2 macros, no violation" in capsys.readouterr().out
    sets("fct_cost", name="cost")(document)
    file.write_text(json.dumps(document), encoding="utf-8")
    assert check(file) == 1
    told = capsys.readouterr().out
    assert "models/marts/cost/fct_cost.sql" in told
    assert "[names]" in told


def test_a_file_that_is_no_manifest_is_said(tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match="is not a manifest of dbt"):
        read_manifest(file)
