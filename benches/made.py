"""Trees of C and Go files that are made, the same ones every time, and patchsets for them."""
import random
from pathlib import Path

C = """
/* step{n} adds up what {a} has seen. */
static int step{n}(struct {a} *m, int count)
{{
	int sum = 0;

	for (int i = 0; i < count; i++) {{
		if (m->{b}[i] > {n})
			sum += {call};
		else if (m->next)
			sum -= {b}_of(m->next, "{a} {n}");
	}}
	return sum;
}}
"""
GO = """
// step{n} adds up what {a} has seen.
func step{n}(m *{a}, count int) int {{
	sum := 0
	for i := 0; i < count; i++ {{
		if m.{b}[i] > {n} {{
			sum += {call}
		}} else if m.next != nil {{
			sum -= {b}Of(m.next, "{a} {n}")
		}}
	}}
	return sum
}}
"""
WORDS = "meter queue packet buffer device driver table index channel handle stream record window marker ledger counter".split()


def source(language, functions, sites=0, seed=0, name="old_call"):
    """A file of small functions; `sites` of them, spread evenly, call `name`."""
    draw = random.Random(seed)
    parts = ["package made\n" if language == "go" else "#include <made.h>\n"]
    for n in range(functions):
        a, b = draw.sample(WORDS, 2)
        is_site = sites and n * sites // functions != (n - 1) * sites // functions
        parts.append((GO if language == "go" else C).format(n=n, a=a, b=b, call=f"{name if is_site else b}(i, {n})"))
    return "".join(parts)


def tree(folder, files, functions=30, every=20, language="c", name="old_call"):
    """`files` files in folders of fifty; one of `every` has a site."""
    for n in range(files):
        path = Path(folder) / f"part{n // 50}" / f"file{n}.{language}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source(language, functions, n % every == 0, n, name))


def patchset(path, names, language="c", files=None):
    """A patchset with one patch for each name: its two arguments are exchanged."""
    out = ['format = 1\n[patchset]\nname = "made"\ntitle = "Made"\n']
    for n, name in enumerate(names):
        out.append(f'[[patch]]\nid = "p{n}"\ntitle = "Made"\nwhy = "Made"\nexpect = "any"\nfiles = ["{files or f"**/*.{language}"}"]\n'
                   f"diff = '''\n-{name}($a, $b)\n+new_{name}($b, $a)\n'''\n")
    Path(path).write_text("".join(out))
    return path
