"""How long a command takes: the best of several runs, with what it costs in CPU time and memory."""
import os, resource, subprocess, time
from dataclasses import dataclass

HEAD = ["seconds", "of treepatch's", "CPU seconds", "peak MB"]


@dataclass
class Run:
    seconds: float
    cpu: float
    megabytes: float


def once(command):
    """Runs a command, its output thrown away; its findings are not judged here."""
    start = time.perf_counter()
    child = subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1, 2):
        raise SystemExit(f"exit code {child.returncode}: {' '.join(map(str, command))}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def best(command, budget=5.0):
    """The fastest of at least three runs, and of as many as fit into the budget; of fewer where one takes very long."""
    runs = [once(command)]
    least = 3 if runs[0].seconds < 60 else 2 if runs[0].seconds < 120 else 1
    while len(runs) < least or sum(r.seconds for r in runs) < budget and len(runs) < 100:
        runs.append(once(command))
    return min(runs, key=lambda r: r.seconds)


def cells(run):
    digits = 4 if run.seconds < 0.1 else 2
    # A child begins as a copy of this process, so its peak is never told below ours.
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    peak = f"{run.megabytes:.0f}" if run.megabytes > ours * 1.1 else f"< {ours * 1.1:.0f}"
    return [f"{run.seconds:.{digits}f}", f"{run.cpu:.{digits}f}", peak]
