#!/usr/bin/env python3
"""The same edits by treepatch and by other tools, side by side: first the sites, then the time.

    benches/peers/compare.py FOLDER [--release DIR] [--only CASE]... [--sites] [--write docs/performance.md]

FOLDER is what corpora.sh made. Prints one table a case and lists every difference of the sites in FOLDER/differences.txt; with
--write replaces the generated part of that page. benches/peers.sh installs the tools and calls this.
"""
import argparse, sys, tempfile, tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import measure, page
import tools

HERE = Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--treepatch", default="target/release/treepatch")
    parser.add_argument("--release", type=Path, help="a checkout of garden-runc-release v1.11.1 with its submodules")
    parser.add_argument("--only", action="append", default=[], metavar="CASE")
    parser.add_argument("--sites", action="store_true", help="compare the sites, and time nothing")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    asked = parser.parse_args()
    cases = tomllib.loads((HERE / "cases.toml").read_text())["case"]
    wanted = lambda name: not asked.only or name in asked.only
    parts, differences = [tools.versions(asked.treepatch)], []
    with tempfile.TemporaryDirectory() as scratch:
        for case in filter(lambda c: wanted(c["name"]), cases):
            root = (asked.folder / case["corpus"]).resolve()
            kit = tools.kit(case, root, Path(scratch), asked.treepatch)
            part, different = compare(case, root, kit, asked.sites)
            show(parts, part)
            differences += different
        if not asked.sites and wanted("release") and asked.release:
            show(parts, floors("garden-runc-arm32 on garden-runc-release 1.11.1", {
                "treepatch check": [asked.treepatch, "check", "-q", "garden-runc-arm32", asked.release],
                "rg --files -uu": ["rg", "--files", "-uu", asked.release],
            }))
        if not asked.sites and wanted("start"):
            show(parts, floors("Start-up with nothing to do", tools.idle(Path(scratch), asked.treepatch)))
    (asked.folder / "differences.txt").write_text("".join(f"{d}\n" for d in differences))
    if asked.write:
        page.replace(asked.write, "peers", "\n".join(parts))


def show(parts, part):
    print(part, flush=True)
    parts.append(part)


def compare(case, root, kit, only_sites):
    """One case: a table of tools, and every difference of their sites to treepatch's."""
    ours, torn = kit.pop("treepatch sites")()
    rows, differences = [], []
    for name, tool in kit.items():
        theirs = tool["sites"]() if "sites" in tool else None
        row = [name]
        if not only_sites:
            row += measure.cells(measure.best(tool["run"]))
        if name == "treepatch":
            row += [len(ours), "", ""]
        elif theirs is None:
            row += ["", "", ""]
        else:
            more, fewer = sorted(theirs - ours), sorted(ours - theirs)
            classes = [(place, reason(root, place, torn)) for place in more]
            row += [len(theirs), explained(classes), len(fewer) or "none"]
            differences += [f"{case['name']}: only {name}: {p[0]}:{p[1]}: {why}" for p, why in classes]
            differences += [f"{case['name']}: not {name}: {p[0]}:{p[1]}: {text(root, p)}" for p in fewer]
        rows.append(row)
    head = ["tool"] + ([] if only_sites else measure.HEAD) + ["sites", "only it", "only treepatch"]
    edit = f"`{case['before']}` to `{case['after']}`"
    files = f"{sum(1 for _ in tools.files(root, case['language'])):,} files"
    return f"### {case['title']}\n\n{edit}, {files}.\n\n" + page.table(head, ratios(rows, only_sites)), differences


def floors(title, commands):
    rows = ratios([[name, *measure.cells(measure.best(command))] for name, command in commands.items()], False)
    return f"### {title}\n\n" + page.table(["command", *measure.HEAD], rows)


def ratios(rows, only_sites):
    """Says in each row how much longer it takes than treepatch, which comes first."""
    if not only_sites:
        first = float(rows[0][1])
        for row in rows:
            row[2:2] = [f"{float(row[1]) / first:.2f}"]
    return rows


def reason(root, place, torn):
    """Why a place that another tool finds is no site of treepatch, as far as one can tell from its line."""
    lines = (root / place[0]).read_bytes().decode("latin-1").split("\n")
    first = place[1] - 1
    while first > 0 and lines[first - 1].rstrip().endswith("\\"):
        first -= 1
    if lines[first].lstrip().startswith("#"):
        return "in the value of a macro"
    if any(path == place[0] and abs(line - place[1]) <= 3 for path, line in torn):
        return "unreadable, and told"
    return f"other: {lines[place[1] - 1].strip()}"


def text(root, place):
    return (root / place[0]).read_bytes().decode("latin-1").split("\n")[place[1] - 1].strip()


def explained(classes):
    counts = {}
    for _, why in classes:
        why = why.split(":")[0]
        counts[why] = counts.get(why, 0) + 1
    return ", ".join(f"{n} {why}" for why, n in sorted(counts.items())) or "none"


if __name__ == "__main__":
    main()
