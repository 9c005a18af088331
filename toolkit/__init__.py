"""Count, read and compare Chinese government reports.

`build` turns a folder of reports into tables and `load` reads tables back. From there on every
function takes tables and gives a table, and every plot draws the table it is given.
"""

from importlib import import_module
from pathlib import Path

__version__ = "0.1.0"
_HERE = Path(__file__).resolve().parent
DATA = next(
    (d for d in (_HERE / "data", _HERE.parent / "data") if d.is_dir()), _HERE.parent / "data"
)

_WHERE = {
    "corpus": ("build", "verify"),
    "tables": ("load",),
    "checking": ("inspect", "write_manifest"),
    "counts": (
        "coverage",
        "count_terms",
        "count_tokens_by",
        "add_region",
        "role_shares",
        "frequent_tokens",
        "concordance",
    ),
    "claims": ("find_claims",),
    "reuse": (
        "find_reuse",
        "add_relation",
        "previous",
        "nearest",
        "shared_text",
        "copied_shares",
        "reused",
        "passages",
    ),
    "uncertainty": ("pool_rates", "add_blocks", "add_shares"),
    "markers": ("symbolic_ratio", "machine_labels", "coding_sheet", "agreement", "nominal_alpha"),
    "design": ("check_design",),
    "trends": ("trend", "shape"),
    "adoption": ("first_use", "adoption_curve", "hazard", "compare_hazards"),
    "compare": ("contrast", "profile"),
    "keywords": ("keyness", "log_likelihood", "log_odds", "dispersion"),
    "similarity": (
        "add_tf_idf",
        "compare_pairs",
        "cluster_order",
        "correspondence",
        "collocates",
    ),
    "simulate": ("simulate_counts", "simulate_reports"),
    "segment": ("cutter",),
    "lexicon": ("load_lexicon", "add_gloss", "naive_counts"),
    "style": ("save", "use_style"),
    "plots": (
        "plot_coverage",
        "plot_roles",
        "plot_frequent",
        "plot_cloud",
        "plot_copied",
        "plot_reuse",
        "plot_matrix",
        "plot_symbolic",
    ),
    "plots_trends": (
        "plot_trends",
        "plot_shares",
        "plot_shapes",
        "plot_forest",
    ),
    "plots_spread": (
        "plot_spread",
        "plot_adoption",
        "plot_timeline",
    ),
    "plots_contrast": (
        "plot_contrast",
        "plot_profile",
        "plot_keyness",
        "plot_map",
        "plot_clouds",
    ),
    "plots_names": ("plot_presence", "plot_naive", "plot_standing"),
    "plots_truth": ("plot_power", "plot_interval_coverage"),
    "papers": ("save_table", "methods_paragraph"),
    "explorer": ("explore", "explore_term"),
}
_MODULE = {name: module for module, names in _WHERE.items() for name in names}
__all__ = ["DATA", *_MODULE]
_USED = {}  # the functions taken from here since import: `methods_paragraph` speaks of no others


def __getattr__(name):  # pandas and matplotlib are imported when first used, not at import
    if name in _MODULE:
        _USED[name] = True
        return getattr(import_module(f".{_MODULE[name]}", __name__), name)
    raise AttributeError(f"toolkit has no '{name}'; it has: {', '.join(__all__)}")


def __dir__():
    return __all__
