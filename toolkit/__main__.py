"""The command line: python -m toolkit inspect | build | figures | check | simulate | handout."""

import argparse
import sys
from pathlib import Path

from .reading import MAX_MEMORY, MAX_SECONDS, MAX_SIZE


def main(arguments=None):
    """Run one command; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m toolkit", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="turn a folder of reports into tables")
    build.add_argument("folder", help="the folder with the reports")
    goal = build.add_mutually_exclusive_group(required=True)
    goal.add_argument("--out", metavar="DIR", help="write the tables there")
    goal.add_argument("--verify", metavar="DIR", help="compare with the tables there")
    build.add_argument("--lexicon", metavar="CSV", help="another lexicon than data/lexicon.csv")
    build.add_argument(
        "--large",
        action="store_true",
        help="hold nothing long in memory: for many thousand reports",
    )
    look = commands.add_parser("inspect", help="list what is understood of each report, to correct")
    look.add_argument("folder", help="the folder with the reports")
    for command in (build, look):
        command.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (1)")
        command.add_argument("--text-column", metavar="NAME", help="of tables with a report a row")
        command.add_argument("--simplify", action="store_true", help="traditional to simplified")
        command.add_argument("--fresh", action="store_true", help="reuse no finished work")
        for limit, most, what in (
            ("seconds", MAX_SECONDS, "to convert one file"),
            ("memory", MAX_MEMORY, "MB to convert one file"),
            ("size", MAX_SIZE, "MB of one file"),
        ):
            command.add_argument(
                f"--max-{limit}", type=int, default=most, metavar="N", help=f"{what} ({most})"
            )
    figures = commands.add_parser("figures", help="run the notebooks in order and rewrite figures/")
    check = commands.add_parser(
        "check", help="rebuild all and say what is not the same to the byte"
    )
    for command in (figures, check):
        command.add_argument("notebooks", nargs="*", type=Path, help="only these (all by default)")
    check.add_argument("--texts", metavar="FOLDER", help="holds work-reports/ and bureau-reports/")
    made = commands.add_parser("simulate", help="write fictional reports and what is true of them")
    made.add_argument("folder", help="where to; the shipped sample is data/sample")
    for name, value, what in (
        ("places", 12, "places"), ("years", 5, "years, from 2020"), ("seed", 1, "seed"),
        ("n-han", 1200, "Han characters of a report"), ("missing", 0.05, "share of reports missing"),
    ):  # fmt: skip
        made.add_argument(
            f"--{name}", type=type(value), default=value, metavar="N", help=f"{what} ({value})"
        )
    commands.add_parser("handout", help="write student notebooks and a timetable: build/handout")
    options = parser.parse_args(arguments)
    try:
        run = {
            "build": _build, "inspect": _inspect, "figures": _figures, "check": _check,
            "simulate": _simulate, "handout": _handout,
        }  # fmt: skip
        return run[options.command](options)
    except (ValueError, OSError, RuntimeError, ImportError) as error:
        print(f"toolkit: {error}", file=sys.stderr)
        return 1


def _build(options):
    from .corpus import build, verify
    from .lexicon import load_lexicon

    how = {"lexicon": load_lexicon(options.lexicon), **_how(options)}
    if options.verify:
        result = verify(options.folder, options.verify, **how)
        for row in result.itertuples():
            print(
                f"{row.table:10} {'identical' if row.identical else 'differs: ' + row.difference}"
            )
        return 0 if result["identical"].all() else 1
    corpus = build(options.folder, options.out, large=options.large, **how)
    _print_problems(corpus.problems)
    evidence = corpus.evidence
    if options.large:
        evidence = evidence.filter("source = 'manifest'").df()
    corrected = evidence.loc[evidence["source"] == "manifest", "report_id"].nunique()
    print(f"{corpus!r}")
    print(_summary(len(corpus.reports), corpus.problems, f"see {options.out}/problems.csv"))
    for column in ("place", "year"):
        values = corpus.reports[column]
        unknown = corpus.reports.loc[values.isna() | (values == ""), "report_id"]
        if len(unknown):
            some = ", ".join(unknown[:5]) + (" ..." if len(unknown) > 5 else "")
            print(
                f"{len(unknown)} without {column}: {some}. Set it in {options.folder}/manifest.csv"
            )
    if corrected:
        print(f"{corrected} corrected by the manifest")
    print(f"written to {options.out}; look at reports.csv first")
    return 0


def _how(options):
    """Give the options of `build` that the command line set."""
    names = ("jobs", "text_column", "simplify", "fresh", "max_seconds", "max_memory", "max_size")
    return {name: getattr(options, name) for name in names}


_MOST = 20  # problems of a kind that are printed one by one


def _print_problems(problems):
    """Print the first problems of each kind; all of them stand in problems.csv."""
    for _, rows in problems.groupby("kind", sort=False):
        for row in rows[:_MOST].itertuples():
            print(f"  {row.file}: {row.reason}")
        if len(rows) > _MOST:
            print(f"  ... and {len(rows) - _MOST} more")


def _summary(read, problems, where):
    """Say how many reports were read and how many files were not: the honest line of a build."""
    kinds = problems["kind"].value_counts()
    lines = [f"{read} reports read, {kinds.get('quarantined', 0)} quarantined"]
    for kind, what in (("noted", "with a note"), ("manifest", "entries of the manifest not used")):
        lines += [f"{kinds[kind]} {what}"] if kind in kinds else []
    return ", ".join(lines) + (f": {where}" if len(problems) else "")


def _inspect(options):
    """Print what a person should check, and write the manifest that the next build obeys."""
    from .checking import inspect, write_manifest

    table, problems = inspect(options.folder, **_how(options))
    for row in table.itertuples():
        said = " · ".join(filter(None, (row.place, row.year, row.genre, row.issuer)))
        print(
            f"{row.file}: {said or 'nothing understood'}"
            + (f"  [{row.check}]" if row.check else "")
        )
    _print_problems(problems)
    path, added = write_manifest(table, options.folder)
    look = (table["check"] != "").sum()
    print(_summary(len(table), problems, "as listed above") + f"; {look} to look at")
    print(f"{added} added to {path}; correct it in a spreadsheet, then build")
    return 0


def _simulate(options):
    """Write a fictional panel."""
    from .simulate import simulate_reports

    panel = {
        name: getattr(options, name) for name in ("places", "years", "n_han", "missing", "seed")
    }
    reports, _ = simulate_reports(options.folder, **panel)
    print(f"{len(reports)} fictional reports of {reports['place'].nunique()} invented places, and")
    print(f"what is true of them, written to {options.folder}: build {options.folder}/reports")
    return 0


def _handout(options):
    """Write what students work in and what a teacher goes by."""
    from .handout import write_handout
    from .notebooks import ROOT, notebooks

    template = ROOT / "notebooks" / "timetable-template.md"
    folder = write_handout(notebooks(), template, ROOT / "build" / "handout").relative_to(ROOT)
    print(f"{len(notebooks())} notebooks without solutions, and timetable.md, written to {folder}")
    return 0


def _figures(options):
    """Run notebooks in place; what they draw lands in figures/."""
    from .notebooks import draw, notebooks

    draw(options.notebooks or notebooks())
    return 0


def _check(options):
    """Say of everything that is made from something else whether it is made the same again."""
    from .notebooks import check, notebooks

    paths = [path.resolve() for path in options.notebooks] or notebooks()
    result = check(paths, options.texts)
    for row in result.itertuples():
        said = f"differs: {row.difference}" if row.difference else "identical"
        print(f"{row.file}  {said if row.rebuilt else 'not rebuilt: its texts are not shipped'}")
    if not result["rebuilt"].all():
        print("whoever holds the texts rebuilds the tables as well: --texts FOLDER")
    differ = (result["difference"] != "").sum()
    print(f"{differ} of {result['rebuilt'].sum()} differ" if differ else "all identical")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
