"""How each tool is asked for an edit: `run` plans it and writes nothing, `sites` gives its places as (file, line)."""
import json, os, platform, re, subprocess
from pathlib import Path

JOBS = str(os.cpu_count())
# Nobody is to be called while others are timed.
os.environ |= {"SEMGREP_ENABLE_VERSION_CHECK": "0", "SEMGREP_SEND_METRICS": "off"}
ENDINGS = {"c": (".c", ".h"), "go": (".go",)}


def files(root, language):
    for folder, _, names in os.walk(root):
        yield from (os.path.join(folder, n) for n in names if n.endswith(ENDINGS[language]))


def kit(case, root, scratch, treepatch):
    """The tools that can express a case; treepatch comes first, the mere search last."""
    out = {"treepatch": {"run": treepatch_command(case, root, scratch, treepatch, "apply", "--dry-run")}}
    out["treepatch sites"] = lambda: treepatch_sites(case, root, scratch, treepatch)
    for name, tool in [("ast-grep", ast_grep), ("semgrep", semgrep), ("spatch", spatch), ("gofmt", gofmt)]:
        if name in case:
            out[name if name != "gofmt" else "gofmt -r"] = tool(case, root, scratch)
    names = [f"*{e}" for e in ENDINGS[case["language"]]]
    out["rg"] = {"run": ["rg", "--count", "-uu", "-F", *[x for n in names for x in ("-g", n)], case["word"], root]}
    out["grep"] = {"run": ["grep", "-rcF", *[f"--include={n}" for n in names], case["word"], root]}
    return out


def output(command):
    return subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def below(root, path):
    return os.path.relpath(os.path.realpath(path), root)


def patchset(text, scratch, name):
    path = scratch / f"{name}.toml"
    path.write_text(f'format = 1\n[patchset]\nname = "{name}"\ntitle = "Compared"\n{text}')
    return path


def patch(identity, files, before, after):
    return (f'[[patch]]\nid = "{identity}"\ntitle = "Compared"\nwhy = "Compared"\nexpect = "any"\n'
            f"files = {json.dumps(files)}\ndiff = '''\n-{before}\n+{after}\n'''\n")


def treepatch_command(case, root, scratch, treepatch, *arguments, every=False):
    # A patch with a site that nobody can read is refused, not edited; such files are left out to time the edits.
    globs = [f"**/*{e}" for e in ENDINGS[case["language"]]] + ([] if every else [f"!{f}" for f in case.get("without", [])])
    name = case["name"] + ("-every" if every else "")
    path = patchset(patch(case["name"], globs, case["before"], case["after"]), scratch, name)
    return [treepatch, *arguments, path, root]


def treepatch_sites(case, root, scratch, treepatch):
    """The sites that are to do, and the places that treepatch says it cannot read."""
    command = treepatch_command(case, root, scratch, treepatch, "check", "--format", "json", every=True)
    report = json.loads(output(command))["patches"][0]
    places = [r["place"] for r in report.get("reasons", []) if isinstance(r, dict) and r.get("place")]
    torn = {(p["path"], p["line"]) for p in places}
    return {(s["path"], s["line"]) for s in report["sites"] if not s["done"]}, torn


def ast_grep(case, root, _):
    pattern, rewrite, *kind = case["ast-grep"]
    every = [x for kind in ("hidden", "dot", "exclude", "global", "parent", "vcs") for x in ("--no-ignore", kind)]
    run = ["ast-grep", "run", "-p", pattern, "-r", rewrite, *(f"--selector={k}" for k in kind), "-l", case["language"], "--json=stream", *every, root]

    def sites():
        found = map(json.loads, output(run).splitlines())
        return {(below(root, f["file"]), f["range"]["start"]["line"] + 1) for f in found}
    return {"run": run, "sites": sites}


def semgrep(case, root, scratch):
    pattern, fix = case["semgrep"]
    rule = {"id": "compared", "pattern": pattern, "fix": fix, "message": "-", "severity": "INFO", "languages": [case["language"]]}
    config = scratch / f"{case['name']}.json"
    config.write_text(json.dumps({"rules": [rule]}))
    run = ["semgrep", "scan", "--metrics=off", "--disable-version-check", "--no-git-ignore", "--x-ignore-semgrepignore-files",
           "--max-target-bytes=0", "--timeout=0", "--autofix", "--dryrun", "--json", "-q", "-j", JOBS, "--config", config, root]

    def sites():
        return {(below(root, f["path"]), f["start"]["line"]) for f in json.loads(output(run))["results"]}
    return {"run": run, "sites": sites}


def spatch(case, root, scratch):
    metavariable, name, rest, after = case["spatch"]
    edit, find = scratch / f"{case['name']}.cocci", scratch / f"{case['name']}-find.cocci"
    edit.write_text(f"@@\n{metavariable}\n@@\n- {name}{rest}\n+ {after}\n")
    find.write_text(f"@r@\n{metavariable}\nposition p;\n@@\n{name}@p{rest}\n@script:python@\np << r.p;\n@@\n"
                    "for q in p: print('site %s:%s' % (q.file, q.line))\n")
    run = lambda script: ["spatch", "--sp-file", script, "--dir", root, "--no-includes", "--include-headers", "--use-coccigrep",
                          "--very-quiet", "-j", JOBS]

    def sites():
        found = re.findall(r"^site (.*):(\d+)$", output(run(find)).decode("utf-8", "surrogateescape"), re.M)
        return {(below(root, path), int(line)) for path, line in found}
    return {"run": run(edit), "sites": sites}


def gofmt(case, root, _):
    run = ["gofmt", "-d", "-r", " -> ".join(case["gofmt"]), root]

    def sites():
        found, path, line = set(), None, 0
        for row in output(run).decode("utf-8", "surrogateescape").split("\n"):
            if row.startswith("--- "):
                path = below(root, row[4:].removesuffix(".orig"))
            elif head := re.match(r"@@ -(\d+)", row):
                line = int(head[1])
            elif row.startswith(("-", " ")):
                # gofmt lays out the whole file, so that other lines change, too.
                if row.startswith("-") and case["word"] in row:
                    found.add((path, line))
                line += 1
        return found
    return {"run": run, "sites": sites}


def idle(scratch, treepatch):
    """A folder in which there is nothing to do."""
    folder = scratch / "idle"
    folder.mkdir()
    (folder / "a.go").write_text("package a\n")
    nothing = patchset(patch("nothing", ["*.go"], "absent($a)", "gone($a)"), scratch, "idle")
    return {"treepatch check": [treepatch, "check", nothing, folder], "treepatch list": [treepatch, "list"], "true": ["/bin/true"]}


def versions(treepatch):
    first = lambda *command: output(command).decode().strip().split("\n")[0]
    cpu = next((l.split(":")[1].strip() for l in Path("/proc/cpuinfo").read_text().split("\n") if l.startswith("model name")), "?")
    named = [first(treepatch, "--version"), first("ast-grep", "--version"), "semgrep " + first("semgrep", "--version"),
             "coccinelle " + first("spatch", "--version").removeprefix("spatch version ").split(" ")[0],
             first("go", "version").removeprefix("go version "), first("rg", "--version"), first("grep", "--version")]
    return f"{cpu}, {os.cpu_count()} cores, Linux {platform.release()}; {', '.join(named)}.\n"
