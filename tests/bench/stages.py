"""Where a build spends its time: python stages.py FOLDER OUT prints seconds of each stage as JSON.

The functions of a stage are timed where they are called, each without the stages within it.
"""

import json
import sys
import time
from collections import defaultdict
from importlib import import_module

import toolkit

STAGES = {
    "read": ("reading.list_files", "reading.file_bytes", "reading.read_file"),
    "clean": ("cleaning.clean", "cleaning.as_read"),
    "metadata": ("metadata.infer_metadata", "manifest.override"),
    "split": ("sections.split_clauses",),
    "hits": ("lexicon.find_hits",),
    "tokens": ("segment.count_tokens",),
    "claims": ("claims.find_claims",),
    "reuse": ("corpus._compared",),  # of `reuse.compare` the pairs are made when they are taken
    "keep": ("cache.get", "cache.put", "cache.find", "parts.packed", "parts.unpacked"),
    "join": ("parts._tables", "parts.take", "tables.as_frame"),
    "write": ("tables.write",),
}
seconds, within = defaultdict(float), []


def timed(stage, function):
    """Give a function that counts its time, less that of stages within it, to a stage."""

    def run(*given, **named):
        marks = function.__name__ == "find_hits" and "symbolic" in set(given[1]["category"])
        start, _ = time.perf_counter(), within.append(0.0)
        try:
            return function(*given, **named)
        finally:
            spent = time.perf_counter() - start
            seconds["marks" if marks else stage] += spent - within.pop()
            if within:
                within[-1] += spent

    return run


def watch():
    """Put timed functions in the place of those of the stages, wherever the package holds them."""
    for names in (("corpus.",), *STAGES.values()):
        import_module(f"toolkit.{names[0].partition('.')[0]}")
    modules = [module for name, module in sys.modules.items() if name.startswith("toolkit.")]
    for stage, names in STAGES.items():
        for name in names:
            module, function = name.split(".")
            known = getattr(import_module(f"toolkit.{module}"), function)
            new = timed(stage, known)
            for module in modules:
                for key in [key for key, value in vars(module).items() if value is known]:
                    setattr(module, key, new)


if __name__ == "__main__":
    watch()
    start = time.perf_counter()
    toolkit.build(*sys.argv[1:])
    spent = time.perf_counter() - start
    print(json.dumps({**seconds, "all else": spent - sum(seconds.values())}))
