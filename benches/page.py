"""Parts of a page that scripts write: everything between two marks is replaced, the rest is for people."""


def replace(path, name, text):
    begin, end = f"<!-- {name}: written by a script -->", f"<!-- {name}: end -->"
    page = path.read_text()
    if begin not in page or end not in page:
        raise SystemExit(f"{path}: there is no part `{begin}` … `{end}`")
    before, rest = page.split(begin, 1)
    path.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{rest.split(end, 1)[1]}")


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "".join(f"| {' | '.join(str(c) for c in line)} |\n" for line in lines)
