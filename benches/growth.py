#!/usr/bin/env python3
"""How the cost of a run grows: with files, patches, sites, and the size of a file.

    benches/growth.py [files|patches|sites|size]... [--treepatch PROGRAM] [--write docs/performance.md]

Makes trees in a temporary folder, times `apply --dry-run`, fits a line through the logarithms by least squares and prints its
slope: 1 is in proportion, 0 is not at all. With --write replaces that part of the page, and draws growth-*.svg beside it.
"""
import argparse, math, shutil, tempfile
from pathlib import Path

import made, measure, page, plot


def by_files(folder, treepatch):
    names = made.patchset(folder / "set.toml", ["old_call"])
    for times in (1, 2, 4, 8):
        root = folder / f"tree{times}"
        made.tree(root, 1500 * times)
        yield 1500 * times, [treepatch, "apply", "--dry-run", names, root]


def by_patches(folder, treepatch):
    """Ten of the patches have sites, where there are so many; the others name words that occur nowhere."""
    root = folder / "tree"
    for n in range(10):
        made.tree(root / f"name{n}", 200, name=f"old_call_{n}")
    for patches in (1, 10, 100, 1000):
        names = [f"old_call_{n}" if n < 10 else f"absent_call_{n}" for n in range(patches)]
        yield patches, [treepatch, "apply", "--dry-run", made.patchset(folder / f"{patches}.toml", names), root]


def by_sites(folder, treepatch):
    """All files have the same number of functions; more and more of them are sites."""
    names = made.patchset(folder / "set.toml", ["old_call"])
    for sites in (1, 10, 100, 1000, 10_000, 100_000):
        root = folder / f"tree{sites}"
        root.mkdir()
        for n in range(100):
            here = sites // 100 if sites >= 100 else int(n < sites)
            (root / f"file{n}.c").write_text(made.source("c", 1000, here, n))
        yield sites, [treepatch, "apply", "--dry-run", names, root]


def by_size(folder, treepatch):
    """One file, with a site in one of twenty functions."""
    names = made.patchset(folder / "set.toml", ["old_call"])
    function = len(made.source("c", 1000)) / 1000
    for size in (1_000, 10_000, 100_000, 1_000_000, 10_000_000):
        functions = max(1, round(size / function))
        root = folder / f"tree{size}"
        root.mkdir()
        text = made.source("c", functions, max(1, functions // 20))
        (root / "file.c").write_text(text)
        yield len(text), [treepatch, "apply", "--dry-run", names, root]


KINDS = {
    "files": ("files of 8 KB, one in twenty has a site", by_files),
    "patches": ("patches, over 2,000 files; at most ten have sites", by_patches),
    "sites": ("sites, in 100 files of 1,000 functions", by_sites),
    "size": ("bytes of one file, with a site in one of twenty functions", by_size),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", nargs="*", default=[], metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--treepatch", default="target/release/treepatch", type=lambda p: shutil.which(p) or p)
    parser.add_argument("--write", type=Path, metavar="PAGE")
    asked = parser.parse_args()
    parts = []
    for kind in asked.kind or KINDS:
        what, series = KINDS[kind]
        points = []
        with tempfile.TemporaryDirectory() as folder:
            for x, command in series(Path(folder), asked.treepatch):
                points.append((x, measure.best(command)))
        times = [(x, run.seconds) for x, run in points]
        # What a process and a listing cost flattens the beginning, so the last step is told apart.
        whole, last, cpu = slope(times), slope(times[-2:]), slope([(x, run.cpu) for x, run in points])
        rows = [[f"{x:,}", *measure.cells(run)] for x, run in points]
        head = [kind if kind != "size" else "bytes", "seconds", "CPU seconds", "peak MB"]
        picture = f"![{kind}](growth-{kind}.svg)\n" if asked.write else ""
        parts.append(f"### With {kind}\n\n{what[0].upper()}{what[1:]}. Slope {whole:.2f}, of the last step {last:.2f}, of CPU time {cpu:.2f}.\n\n"
                     f"{page.table(head, rows)}\n{picture}")
        print(parts[-1], flush=True)
        if asked.write:
            (asked.write.parent / f"growth-{kind}.svg").write_text(plot.loglog(times, whole, head[0]))
    if asked.write and not asked.kind:
        page.replace(asked.write, "growth", "\n".join(parts))


def slope(points):
    """The exponent of the power that fits best."""
    logs = [(math.log(x), math.log(y)) for x, y in points]
    x0, y0 = (sum(p[i] for p in logs) / len(logs) for i in (0, 1))
    return sum((x - x0) * (y - y0) for x, y in logs) / sum((x - x0) ** 2 for x, _ in logs)


if __name__ == "__main__":
    main()
