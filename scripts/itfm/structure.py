"""The rules of the house, checked over dbt's manifest; there is no list of exceptions.

Every rule is a function that yields a violation with the file and what to do about it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from itfm.contract import project_folder
from itfm.errors import UserError
from itfm.process import python_module
from itfm.progress import console

Node = dict[str, Any]

MAX_LINES = 200
HEADER = ("grain", "why", "reads", "conserves")
LAYERS = ("staging", "input_layer", "core", "allocation", "marts", "reconciliation", "metrics")
MAY_READ = {
    "staging": ("source", "staging"),
    "input_layer": ("staging", "input_layer"),
    "core": ("input_layer", "core", "seed"),
    "allocation": ("core", "input_layer/cost_model", "input_layer/consumption", "allocation"),
    "marts": ("core", "allocation", "marts"),
    "reconciliation": (*LAYERS[:-1], "seed"),
    "metrics": ("marts", "core/time", "metrics"),
}
PREFIXES = {
    "staging": ("stg_{folder}__",),
    "input_layer": ("input_{folder}__",),
    "core": ("dim_", "fct_", "bridge_"),
    "allocation": ("alloc_",),
    "marts": ("fct_",),
    "reconciliation": ("rec_",),
    "metrics": ("",),
}
ACCESS = {
    "staging": "private",
    "input_layer": "protected",
    "core": "public",
    "allocation": "protected",
    "marts": "public",
    "reconciliation": "public",
    "metrics": "protected",
}
KEPT_LAYERS = ("allocation", "marts")
INPUT_VERSIONS = "fct_input_versions"
BY_FILE = "by_file"
LANDED_FILES = ".landing.files"
FILE_VERSIONS = re.compile(r"note_stale_files\(ref\('(\w+)'\)\)")
WITH_CONTRACT = ("input_layer", "marts", "reconciliation")
SIGNATURE = re.compile(r"{%-?\s*(?:macro|test)\s+(\w+)\s*\((.*?)\)\s*-?%}", re.DOTALL)


@dataclass(frozen=True, order=True)
class Violation:
    """A rule that is broken: in which file, how, and what to do."""

    file: str
    rule: str
    message: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.file}: {self.message} [{self.rule}]"


class Manifest:
    """The parts of dbt's manifest that the rules look at."""

    def __init__(self, document: dict[str, Any]):
        """Take the parsed manifest.json."""
        self.project = document["metadata"]["project_name"]
        own = {
            key: node
            for key, node in document["nodes"].items()
            if node.get("package_name") == self.project
        }
        self.models = [node for node in own.values() if node["resource_type"] == "model"]
        self.seeds = [node for node in own.values() if node["resource_type"] == "seed"]
        self.tests = [node for node in own.values() if node["resource_type"] == "test"]
        self.tests += document.get("unit_tests", {}).values()
        self.sources = list(document.get("sources", {}).values())
        self.exposures = list(document.get("exposures", {}).values())
        self.macros = [
            macro
            for macro in document.get("macros", {}).values()
            if macro.get("package_name") == self.project
        ]
        self.by_id = {**document["nodes"], **document.get("sources", {})}

    def parents(self, node: Node) -> list[Node]:
        """Return the models, seeds and sources that a node reads."""
        ids = (node.get("depends_on") or {}).get("nodes") or []
        return [self.by_id[one] for one in ids if one in self.by_id]

    def children(self, node: Node) -> list[Node]:
        """Return the models that read a node."""
        return [
            model
            for model in self.models
            if node["unique_id"] in ((model.get("depends_on") or {}).get("nodes") or [])
        ]


def violations(manifest: Manifest) -> list[Violation]:
    """Return everything that breaks a rule, by file."""
    found: list[Violation] = []
    for rule in (
        layers,
        names,
        descriptions,
        contracts,
        owners,
        sizes,
        headers,
        dictionaries,
        staging_is_tested,
        marts_have_readers,
        kept_periods,
        kept_files,
        macros,
    ):
        found += rule(manifest)
    return sorted(set(found))


# rules ------------------------------------------------------------------------------------


def layers(manifest: Manifest) -> Iterator[Violation]:
    """A model reads only the layers before it; only staging reads sources."""
    for model in manifest.models:
        layer = layer_of(model)
        if layer not in MAY_READ:
            yield _violation(
                model,
                "layers",
                f"it stands in no known layer; move it to models/{'|'.join(LAYERS)}/.",
            )
            continue
        for parent in manifest.parents(model):
            place = _place(parent)
            allowed = MAY_READ[layer]
            if not any(place == one or place.startswith(f"{one}/") for one in allowed):
                advice = (
                    "read the staging model of the source"
                    if place == "source"
                    else "take what it needs from a model of a layer that it may read"
                )
                yield _violation(
                    model,
                    "layers",
                    f"{layer} reads {parent['name']} of {place}, but may read only "
                    f"{', '.join(allowed)}; {advice}.",
                )


def names(manifest: Manifest) -> Iterator[Violation]:
    """A name starts with the prefix of its layer."""
    for model in manifest.models:
        layer = layer_of(model)
        folder = model["fqn"][2] if len(model["fqn"]) > 3 else ""
        prefixes = [prefix.format(folder=folder) for prefix in PREFIXES.get(layer, ("",))]
        if not model["name"].startswith(tuple(prefixes)):
            yield _violation(
                model,
                "names",
                f"a model in {layer} is called {' or '.join(prefixes)}...; rename it.",
            )
        if re.search(r"_v\d+$", model["name"]):
            yield _violation(
                model, "names", "a copy with a version suffix; change the model itself."
            )


def descriptions(manifest: Manifest) -> Iterator[Violation]:
    """Models, seeds, sources and exposures are described, and so is each of their columns."""
    kinds = (*manifest.models, *manifest.seeds, *manifest.sources, *manifest.exposures)
    for node in kinds:
        if not _said(node):
            yield _violation(
                node, "descriptions", f"{node['name']} has no description; say what one row is."
            )
        for column in (node.get("columns") or {}).values():
            if not _said(column):
                yield _violation(
                    node,
                    "descriptions",
                    f"column {column['name']} of {node['name']} has no description; give its "
                    "meaning, unit and sign.",
                )
    for model in manifest.models:
        if not model.get("columns") and layer_of(model) != "staging":
            yield _violation(
                model, "descriptions", f"{model['name']} describes none of its columns; list them."
            )


def contracts(manifest: Manifest) -> Iterator[Violation]:
    """What others rely on keeps an enforced contract."""
    for model in manifest.models:
        if layer_of(model) not in WITH_CONTRACT:
            continue
        contract = (model.get("config") or {}).get("contract") or {}
        if not contract.get("enforced"):
            yield _violation(
                model, "contracts", "its contract is not enforced; remove what switches it off."
            )


def owners(manifest: Manifest) -> Iterator[Violation]:
    """Every model belongs to a group, and its access is that of its layer."""
    for model in manifest.models:
        config = model.get("config") or {}
        if not (config.get("group") or model.get("group")):
            yield _violation(model, "owners", "it belongs to no group; set +group for its folder.")
        expected = ACCESS.get(layer_of(model))
        access = model.get("access") or config.get("access")
        if expected and access != expected:
            yield _violation(
                model,
                "owners",
                f"its access is {access}, that of {layer_of(model)} is {expected}; remove the "
                "setting that differs.",
            )


def sizes(manifest: Manifest) -> Iterator[Violation]:
    """No model is longer than a person wants to read."""
    for model in manifest.models:
        count = len((model.get("raw_code") or "").splitlines())
        if count > MAX_LINES:
            yield _violation(
                model, "sizes", f"{count} lines, at most {MAX_LINES}; cut it into two models."
            )


def headers(manifest: Manifest) -> Iterator[Violation]:
    """A model starts with its four facts: grain, why, reads, conserves."""
    for model in manifest.models:
        lines = (model.get("raw_code") or "").lstrip().splitlines()
        facts = []
        for line in lines:
            if not line.startswith("--"):
                break
            if found := re.match(r"--\s*(\w+):\s*\S", line):
                facts.append(found.group(1))
        known = [fact for fact in facts if fact in HEADER]
        if known != list(HEADER):
            missing = [fact for fact in HEADER if fact not in known]
            what = f"{', '.join(missing)} missing" if missing else "they are in another order"
            yield _violation(
                model,
                "headers",
                f"it starts with the lines {', '.join(f'-- {fact}:' for fact in HEADER)}; {what}.",
            )


def dictionaries(manifest: Manifest) -> Iterator[Violation]:
    """From the input layer up, a model has a YAML file of its own beside it."""
    for model in manifest.models:
        if layer_of(model) in ("staging", "metrics") or not model.get("patch_path"):
            continue
        path = Path(str(model["patch_path"]).split("://", 1)[-1])
        expected = Path(model["original_file_path"]).with_suffix(".yml")
        if path != expected:
            yield _violation(
                model, "dictionaries", f"it is described in {path}; move that to {expected}."
            )


def staging_is_tested(manifest: Manifest) -> Iterator[Violation]:
    """A staging model has a test, or ends in an input model with a key."""
    tested = {parent["unique_id"] for test in manifest.tests for parent in manifest.parents(test)}
    for model in manifest.models:
        if layer_of(model) == "staging" and not _is_proven(manifest, model, tested, set()):
            yield _violation(
                model,
                "tests",
                "it has no test and feeds no input model with a key; add a test beside it.",
            )


def marts_have_readers(manifest: Manifest) -> Iterator[Violation]:
    """A mart is named by an exposure, so that one sees who would miss it."""
    named = {parent["unique_id"] for one in manifest.exposures for parent in manifest.parents(one)}
    for model in manifest.models:
        if layer_of(model) == "marts" and model["unique_id"] not in named:
            yield _violation(
                model, "exposures", "no exposure names it; add it to models/exposures.yml."
            )


def kept_periods(manifest: Manifest) -> Iterator[Violation]:
    """What a model kept by period reads from outside is versioned; it computes stale periods only.

    A table that is missing in the versions could change without any period being built again.
    """
    versions = next((one for one in manifest.models if one["name"] == INPUT_VERSIONS), None)
    versioned = _versioned(manifest, versions) if versions else set()
    for model in manifest.models:
        config = model.get("config") or {}
        if config.get("materialized") != "incremental" or _is_by_file(model):
            continue
        if "in_stale_periods(" not in (model.get("raw_code") or ""):
            yield _violation(
                model,
                "kept_periods",
                "it is incremental, but filters nothing; import tables where "
                "{{ in_stale_periods() }}.",
            )
        period = config.get("unique_key") or "fiscal_period"
        if period not in (model.get("columns") or {}):
            yield _violation(
                model, "kept_periods", f"it is kept by period, but has no column {period}."
            )
        for parent in _read_from_outside(manifest, model):
            if parent["unique_id"] not in versioned and parent["name"] != INPUT_VERSIONS:
                yield _violation(
                    model,
                    "kept_periods",
                    f"it is kept by period and reads {parent['name']}, of which {INPUT_VERSIONS} "
                    "keeps no version; add it there.",
                )


def kept_files(manifest: Manifest) -> Iterator[Violation]:
    """What a model kept by file reads has a part in the version of a file; it computes stale files.

    It reads its model of versions, what that one reads, or what is kept by the same versions. Of
    every delivered table landing.files has the versions.
    """
    kept = [model for model in manifest.models if _is_by_file(model)]
    versions_of = {model["unique_id"]: _file_versions(model) for model in kept}
    for model in kept:
        name = versions_of[model["unique_id"]]
        versions = next((one for one in manifest.models if one["name"] == name), None)
        if versions is None:
            yield _violation(
                model,
                "kept_files",
                "it is kept by file, but has no model of versions; give it the pre-hook "
                "{{ note_stale_files(ref('...')) }}.",
            )
            continue
        if "in_stale_files(" not in (model.get("raw_code") or ""):
            yield _violation(
                model,
                "kept_files",
                "it is kept by file, but filters nothing; import tables where "
                "{{ in_stale_files() }}.",
            )
        known = {versions["unique_id"], *_ancestors(manifest, versions)}
        has_files = any(one.endswith(LANDED_FILES) for one in known)
        for parent in manifest.parents(model):
            is_known = (
                parent["unique_id"] in known
                or versions_of.get(parent["unique_id"]) == name
                or (parent["resource_type"] == "source" and has_files)
            )
            if not is_known:
                yield _violation(
                    model,
                    "kept_files",
                    f"it is kept by file and reads {parent['name']}, which has no part in the "
                    f"versions of {name}; add it there.",
                )


def macros(manifest: Manifest) -> Iterator[Violation]:
    """Every macro and each of its arguments is described; a dispatched one under its own name."""
    documented = {macro["name"] for macro in manifest.macros if _said(macro)}
    for macro in manifest.macros:
        name = macro["name"]
        base = name.split("__", 1)[1] if "__" in name else name
        if base != name and base in documented:
            continue
        if not _said(macro):
            yield _violation(
                macro, "macros", f"macro {name} has no description; add it to _macros.yml."
            )
        described = {
            str(argument["name"])
            for argument in macro.get("arguments") or []
            if str(argument.get("description") or "").strip()
        }
        for argument in _arguments(macro.get("macro_sql") or ""):
            if argument not in described:
                yield _violation(
                    macro, "macros", f"argument {argument} of macro {name} has no description."
                )
        for argument in macro.get("arguments") or []:
            if str(argument["name"]) not in _arguments(macro.get("macro_sql") or ""):
                yield _violation(
                    macro, "macros", f"macro {name} has no argument {argument['name']}; remove it."
                )


# helpers ----------------------------------------------------------------------------------


def _read_from_outside(manifest: Manifest, model: Node) -> list[Node]:
    """Return the tables of other layers that a model reads, also through models of its own."""
    found: dict[str, Node] = {}
    seen: set[str] = set()
    waiting = manifest.parents(model)
    while waiting:
        parent = waiting.pop()
        if parent["unique_id"] in seen:
            continue
        seen.add(parent["unique_id"])
        if parent["resource_type"] == "model" and layer_of(parent) in KEPT_LAYERS:
            waiting += manifest.parents(parent)
        else:
            found[parent["unique_id"]] = parent
    return list(found.values())


def _versioned(manifest: Manifest, versions: Node) -> set[str]:
    """Return what has a version by period: what is counted, or is by a table kept by file."""
    counted = manifest.parents(versions)
    through = [one for parent in counted if _is_by_file(parent) for one in manifest.parents(parent)]
    return {one["unique_id"] for one in (*counted, *through)}


def _is_by_file(node: Node) -> bool:
    config = node.get("config") or {}
    return (
        config.get("materialized") == "incremental"
        and config.get("incremental_strategy") == BY_FILE
    )


def _file_versions(model: Node) -> str:
    """Return the name of the model that holds the versions of a table kept by file."""
    hooks = (model.get("config") or {}).get("pre-hook") or []
    found = FILE_VERSIONS.search(" ".join(str(hook.get("sql")) for hook in hooks))
    return found.group(1) if found else ""


def _ancestors(manifest: Manifest, node: Node) -> set[str]:
    """Return everything that a model reads, directly or through others."""
    found: set[str] = set()
    waiting = manifest.parents(node)
    while waiting:
        parent = waiting.pop()
        if parent["unique_id"] not in found:
            found.add(parent["unique_id"])
            waiting += manifest.parents(parent)
    return found


def layer_of(node: Node) -> str:
    """Return the layer of a model: the folder below models/."""
    return str(node["fqn"][1]) if len(node["fqn"]) > 2 else ""


def _place(node: Node) -> str:
    """Return source, seed, or the folders of a model: input_layer/cost_model."""
    kind = node["resource_type"]
    return "/".join(node["fqn"][1:-1]) if kind == "model" else str(kind)


def _is_proven(manifest: Manifest, model: Node, tested: set[str], seen: set[str]) -> bool:
    if model["unique_id"] in tested:
        return True
    seen.add(model["unique_id"])
    for child in manifest.children(model):
        if layer_of(child) == "input_layer" and _has_key(child, tested):
            return True
        is_open = layer_of(child) == "staging" and child["unique_id"] not in seen
        if is_open and _is_proven(manifest, child, tested, seen):
            return True
    return False


def _has_key(model: Node, tested: set[str]) -> bool:
    meta = (model.get("config") or {}).get("meta") or {}
    constraints = list(model.get("constraints") or [])
    for column in (model.get("columns") or {}).values():
        constraints += column.get("constraints") or []
    is_keyed = any(one.get("type") in ("primary_key", "unique") for one in constraints)
    return bool(meta.get("key")) or is_keyed or model["unique_id"] in tested


def _arguments(sql: str) -> list[str]:
    found = SIGNATURE.search(sql)
    if not found:
        return []
    text = re.sub(r"'[^']*'|\"[^\"]*\"", "", found.group(2))
    text = re.sub(r"\[[^\]]*\]|\{[^}]*\}|\([^)]*\)", "", text)
    return [part.split("=")[0].strip() for part in text.split(",") if part.strip()]


def _said(node: Node) -> bool:
    return bool(str(node.get("description") or "").strip())


def _violation(node: Node, rule: str, message: str) -> Violation:
    return Violation(str(node.get("original_file_path", "?")), rule, message)


# command ----------------------------------------------------------------------------------


def check(manifest_file: Path | None = None, out: Console | None = None) -> int:
    """Check the project, or one manifest; print what breaks a rule and return the exit code."""
    shown = out or console()
    manifest = read_manifest(manifest_file or parse())
    found = violations(manifest)
    for violation in found:
        shown.print(str(violation), style="red", markup=False)
    what = f"{len(manifest.models)} models, {len(manifest.macros)} macros"
    if found:
        shown.print(f"structure: {len(found)} violations in {what}", markup=False)
        return 1
    shown.print(f"structure: {what}, no violation", markup=False)
    return 0


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.json."""
    try:
        return Manifest(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{path} is not a manifest of dbt: {error}") from error


def parse() -> Path:
    """Have dbt read the project, which needs no database, and return its manifest."""
    project = project_folder()
    target = project / "target"
    command = python_module("dbt.cli.main", "parse", "--project-dir", str(project))
    command += ["--profiles-dir", str(project), "--target-path", str(target), "--quiet"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True)
    if done.returncode != 0:
        sys.stderr.write(done.stdout + done.stderr)
        raise UserError("dbt could not read the project; see the lines above.")
    return target / "manifest.json"
