#!/usr/bin/env python3
"""Counts the instructions of fixed runs, and fails where one takes 10% more than benches/instructions.toml says.

    benches/instructions.py            compare with the record
    benches/instructions.py --record   write it

One thread, inputs that are made here, valgrind as the counter: nothing is timed, and the counts differ by less than 1% from run to
run. They hold for one compiler and one set of CPU features. Where these are others than the record's, the commit that wrote the
record is built, too, and both are counted here. The program is the one of the dev profile, which `cargo test` has built anyway:
our own code without optimisation, all dependencies with it.
"""
import argparse, os, re, subprocess, sys, tempfile, tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import made

REPOSITORY = Path(__file__).resolve().parent.parent
RECORD = REPOSITORY / "benches/instructions.toml"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")).resolve()
ALLOWED = 1.10
# What code that looks at the CPU when it runs (memchr, glibc) asks for, and valgrind has.
FEATURES = "ssse3 sse4_1 sse4_2 popcnt avx avx2 fma bmi1 bmi2 abm movbe erms asimd sve".split()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="write the record")
    asked = parser.parse_args()
    counts = count(build(REPOSITORY))
    if asked.record:
        return write(counts)
    record = tomllib.loads(RECORD.read_text())
    if {k: v for k, v in record.items() if k != "instructions"} == surroundings():
        known = record["instructions"]
    else:
        known = count_recorded_commit(counts)
    return compare(known, counts)


def compare(known, counts):
    """Prints all counts; 1 if one has grown too much or has no record."""
    wrong = []
    for name, now in counts.items():
        before = known.get(name)
        if before is None:
            wrong.append(f"{name} is not recorded")
            continue
        print(f"{name:12} {before:14,} -> {now:14,}  {now / before - 1:+.1%}")
        if now > before * ALLOWED:
            wrong.append(f"{name} takes {now / before - 1:.0%} more instructions than recorded")
    for line in wrong:
        print(f"error: {line}")
    if wrong:
        print("Mend it; or, if it must be so, run benches/instructions.py --record and say in the commit why.")
    return 1 if wrong else 0


def count_recorded_commit(counts):
    """The counts of the commit that wrote the record, on this machine."""
    commit, changed = git("log", "-1", "--format=%H", "--", RECORD), git("status", "--porcelain", "--", RECORD)
    if changed or commit == git("rev-parse", "HEAD"):
        print("The record is of another compiler or CPU, and new in this very commit: there is nothing to compare with.")
        return counts
    if not commit:
        sys.exit("the record is of another compiler or CPU, and the history that holds its commit is not here: fetch it")
    print(f"The record is of another compiler or CPU: its commit {commit[:12]} is built and counted, too.", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "recorded"
        git("worktree", "add", "--quiet", "--detach", tree, commit)
        try:
            return count(build(tree))
        finally:
            git("worktree", "remove", "--force", tree)
            # Both commits share one target folder; the program in it is to be today's again.
            build(REPOSITORY)


def build(tree):
    """The program of a work tree, as `cargo test` builds it: its features, and so its dependencies, are shared."""
    subprocess.run(["cargo", "test", "--quiet", "--no-run", "--test", "cases"], cwd=tree, check=True,
                   env=os.environ | {"CARGO_TARGET_DIR": str(TARGET)}, stderr=subprocess.DEVNULL)
    return TARGET / "debug/treepatch"


def count(program):
    with tempfile.TemporaryDirectory() as folder:
        all_runs = runs(Path(folder))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            counted = pool.map(lambda arguments: instructions([program, *arguments]), all_runs.values())
            return dict(zip(all_runs, counted))


def runs(folder):
    """What is counted: each run stands for one kind of work."""
    absent = [f"absent_call_{n}" for n in range(60)]
    sets = {
        "call": made.patchset(folder / "call.toml", ["old_call"]),
        "absent": made.patchset(folder / "absent.toml", ["absent_call"]),
        "many": made.patchset(folder / "many.toml", ["old_call", *absent]),
        "gocall": made.patchset(folder / "gocall.toml", ["old_call"], "go"),
        "elsewhere": made.patchset(folder / "elsewhere.toml", ["old_call"], files="part0/file0.c"),
    }
    made.tree(folder / "wide", 1000, functions=1, every=1001)
    made.tree(folder / "c", 20, every=4)
    made.tree(folder / "go", 12, every=4, language="go")
    made.tree(folder / "dense", 1, functions=200, every=1)
    one = ["-j", "1"]
    dry = ["apply", "--dry-run", *one]
    return {
        "start": ["list"],
        "builtin": [*dry, "garden-runc-arm32", REPOSITORY / "testdata/release"],
        "list": ["check", *one, sets["elsewhere"], folder / "wide"],
        "search": ["check", *one, sets["absent"], folder / "wide"],
        "load": ["check", *one, sets["many"], folder / "dense"],
        "c": [*dry, sets["call"], folder / "c"],
        "go": [*dry, sets["gocall"], folder / "go"],
        "patches": [*dry, sets["many"], folder / "c"],
    }


def instructions(command):
    counter = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    done = subprocess.run([*counter, *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    found = re.search(r"I +refs: +([\d,]+)", done.stderr)
    if not found or done.returncode not in (0, 1):
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stderr}")
    return int(found[1].replace(",", ""))


def surroundings():
    """All that the counts depend on beside the code."""
    first = lambda *command: subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[0]
    cpu = set(re.findall(r"^(?:flags|Features)\s*:(.*)$", Path("/proc/cpuinfo").read_text(), re.M)[0].split())
    return {
        "rustc": first("rustc", "--version"),
        "cc": first("cc", "--version"),
        "libc": first("getconf", "GNU_LIBC_VERSION"),
        "valgrind": first("valgrind", "--version"),
        "machine": os.uname().machine,
        "cpu": [f for f in FEATURES if f in cpu],
    }


def write(counts):
    text = "# Written by `benches/instructions.py --record`: what the counts hold for, and the counts.\n"
    for name, value in surroundings().items():
        text += f"{name} = {value!r}\n".replace("'", '"')
    RECORD.write_text(text + "\n[instructions]\n" + "".join(f"{name} = {n:_}\n" for name, n in counts.items()))
    print(RECORD.read_text(), end="")
    return 0


def git(*arguments):
    command = ["git", "-C", str(REPOSITORY), *map(str, arguments)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


sys.exit(main())
