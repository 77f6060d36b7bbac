//! `treepatch rebase` as its users meet it: folders, revisions and submodules in, a proposal or a patchset out.

#![allow(clippy::unwrap_used)]

use crate::common::treepatch;
use crate::needs;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const OLD: &str = "int scale(struct meter *m, int value)
{
	if (value < 0)
		return -1;
	trace(\"scaling\");
	m->total += value;
	return 0;
}

int meter_read(struct meter *m)
{
	int value = probe(m->fd);
	return scale(m, value);
}
";

const NEW: &str = "int scale(struct meter *m, int value, int unit)
{
	if (value < 0)
		return -1;
	trace(\"scaling\", unit);
	m->total += value * unit;
	return 0;
}

int meter_read(struct meter *m)
{
	int value = probe(m->fd, m->port);
	return scale(m, value, 1);
}
";

const PATCHES: &str = "# Ours.
format = 1

[patchset]
name = \"meter\"

[[patch]]
id    = \"limit\" # see the manual
title = \"Limit what one reading adds\"
why   = \"A broken probe gives huge values.\"
files = [\"meter.c\"]
diff  = '''
 	trace(\"scaling\");
+	if (value > m->limit)
+		value = m->limit;
 	m->total += value;
'''

# The second.
[[patch]]
id    = \"again\"
title = \"Ask twice\"
why   = \"Probes lie.\"
needs = [\"limit\"]
files = [\"meter.c\"]
diff  = '''
-	int value = probe(m->fd);
+	int value = probe_again(m->fd);
'''
";

/// Two folders and a patchset that fits the first.
struct Place {
    dir: TempDir,
}

impl Place {
    fn new(old: &str, new: &str, patches: &str) -> Place {
        let place = Place { dir: TempDir::new().unwrap() };
        for (name, text) in [("a/meter.c", old), ("b/meter.c", new), ("set.toml", patches)] {
            place.write(name, text);
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        treepatch().current_dir(self.dir.path()).args(arguments).output().unwrap()
    }

    /// The exit code, and what was printed.
    fn told(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.run(arguments);
        let text = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(text).unwrap())
    }
}

fn git(dir: &Path, arguments: &[&str]) {
    let who = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"];
    let done = Command::new("git").current_dir(dir).args(who).args(arguments).output().unwrap();
    assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

const FOLDERS: [&str; 6] = ["rebase", "./set.toml", "--from", "a", "--onto", "b"];

#[test]
fn a_proposal_writes_nothing() {
    let place = Place::new(OLD, NEW, PATCHES);
    let (exit, text) = place.told(&FOLDERS);
    assert_eq!(exit, 0, "{text}");
    let wanted = "limit  fits with a new body
    meter.c:6: context changed, a neighbour is similar
again  fits with a new body
    meter.c:14: edited below the line
new bodies for 2 patches; --write adds them to the patchset as alternatives, --replace puts them in the old ones' place
";
    assert_eq!(text, wanted);
    assert_eq!(place.read("set.toml"), PATCHES);
    assert_eq!((place.read("a/meter.c"), place.read("b/meter.c")), (OLD.to_owned(), NEW.to_owned()));
}

#[test]
fn the_new_bodies_are_shown() {
    let place = Place::new(OLD, NEW, PATCHES);
    let (_, text) = place.told(&[&FOLDERS[..], &["-v"]].concat());
    assert!(text.contains("    +    if (value > m->limit)\n"), "{text}");
    assert!(text.contains("    -    int value = probe(m->fd, m->port);\n"), "{text}");
}

#[test]
fn with_write_the_patchset_fits_both() {
    let place = Place::new(OLD, NEW, PATCHES);
    let (exit, text) = place.told(&[&FOLDERS[..], &["--write"]].concat());
    assert_eq!(exit, 0, "{text}");
    let set = place.read("set.toml");
    let bare: String =
        set.lines().filter(|line| PATCHES.lines().any(|old| old == *line)).map(|l| format!("{l}\n")).collect();
    assert!(bare.starts_with("# Ours.\n") && bare.contains("\n# The second.\n") && bare.contains("# see the manual"));
    assert_eq!(set.matches("[[patch.alternative]]\nnote = \"for b\"\n").count(), 2, "{set}");
    for (dir, row) in [("a", "probe_again(m->fd);"), ("b", "probe_again(m->fd, m->port);")] {
        assert_eq!(place.told(&["apply", "./set.toml", dir]).0, 0);
        assert!(place.read(&format!("{dir}/meter.c")).contains(row));
    }
    assert!(place.read("b/meter.c").contains("\t\tvalue = m->limit;\n\tm->total += value * unit;\n"));
    // What fits is left alone.
    let place = Place::new(OLD, NEW, &set);
    let (exit, text) = place.told(&[&FOLDERS[..], &["--write"]].concat());
    assert_eq!((exit, text.as_str()), (0, "limit  fits as it is\nagain  fits as it is\nnothing is to be written\n"));
    assert_eq!(place.read("set.toml"), set);
}

#[test]
fn with_replace_the_old_is_forgotten() {
    let place = Place::new(OLD, NEW, PATCHES);
    let (exit, text) = place.told(&[&FOLDERS[..], &["--replace"]].concat());
    assert_eq!(exit, 0, "{text}");
    let set = place.read("set.toml");
    assert!(!set.contains("alternative") && !set.contains("probe(m->fd);"), "{set}");
    assert!(set.contains("id    = \"limit\" # see the manual"), "{set}");
    assert_eq!(place.told(&["check", "./set.toml", "b"]).0, 0);
    assert_eq!(place.told(&["check", "./set.toml", "a"]).0, 1);
}

#[test]
fn what_has_no_place_is_refused_and_what_needs_it_waits() {
    let new = NEW
        .replace("\ttrace(\"scaling\", unit);\n", "\tif (unit)\n\t\tm->unit = unit;\n")
        .replace("\tm->total += value * unit;\n", "");
    let place = Place::new(OLD, &new, PATCHES);
    let (exit, text) = place.told(&[&FOLDERS[..], &["--write"]].concat());
    assert_eq!(exit, 1, "{text}");
    assert!(text.contains("limit  refused: no row beside the place is left\n    meter.c:6 (in A):"), "{text}");
    assert!(text.contains("again  waits for limit\n"), "{text}");
    assert_eq!(place.read("set.toml"), PATCHES);
}

#[test]
fn names_are_exchanged_only_where_that_is_asked() {
    let new = OLD.replace("value", "reading");
    let place = Place::new(OLD, &new, PATCHES);
    let (exit, text) = place.told(&FOLDERS);
    assert_eq!(exit, 1, "{text}");
    assert!(text.contains("`--fit rename` would exchange value -> reading"), "{text}");
    let (exit, text) = place.told(&[&FOLDERS[..], &["--fit", "rename", "--write"]].concat());
    assert_eq!(exit, 0, "{text}");
    assert!(text.contains("    renamed value -> reading\n"), "{text}");
    assert!(place.read("set.toml").contains("\n+\tif (reading > m->limit)\n"), "{}", place.read("set.toml"));
}

#[test]
fn what_is_there_already_needs_nothing() {
    let new = OLD
        .replace("\tm->total", "\tif (value > m->limit)\n\t\tvalue = m->limit;\n\tm->total")
        .replace("\"scaling\"", "\"scaling %d\", value");
    let place = Place::new(OLD, &new, PATCHES);
    let (_, text) = place.told(&FOLDERS);
    assert!(text.starts_with("limit  is there already\n"), "{text}");
}

#[test]
fn a_file_that_has_moved_is_found_by_its_name() {
    let place = Place::new(OLD, NEW, PATCHES);
    fs::create_dir(place.path("b/src")).unwrap();
    fs::rename(place.path("b/meter.c"), place.path("b/src/meter.c")).unwrap();
    let (exit, text) = place.told(&[&FOLDERS[..], &["--write"]].concat());
    assert_eq!(exit, 0, "{text}");
    assert!(text.contains("src/meter.c:6: context changed, a neighbour is similar, moved from meter.c\n"), "{text}");
    assert!(place.read("set.toml").contains("files = [\"src/meter.c\"]"));
}

#[test]
fn revisions_are_read_and_the_tree_is_not_touched() {
    needs!("git");
    let place = Place::new(OLD, NEW, PATCHES);
    let inner = place.path("inner");
    fs::create_dir(&inner).unwrap();
    git(&inner, &["init", "-q"]);
    for (name, text) in [("v1", OLD), ("v2", NEW)] {
        fs::write(inner.join("meter.c"), text).unwrap();
        git(&inner, &["add", "."]);
        git(&inner, &["commit", "-qm", name]);
        git(&inner, &["tag", name]);
    }
    let outer = place.path("outer");
    fs::create_dir(&outer).unwrap();
    git(&outer, &["init", "-q"]);
    git(&outer, &["submodule", "--quiet", "add", "../inner", "lib"]);
    for name in ["v1", "v2"] {
        git(&outer.join("lib"), &["checkout", "-q", name]);
        git(&outer, &["add", "."]);
        git(&outer, &["commit", "-qm", name]);
        git(&outer, &["tag", name]);
    }
    fs::write(outer.join("lib/meter.c"), "int edited;\n").unwrap();
    place.write("set.toml", &PATCHES.replace("\"meter.c\"", "\"lib/meter.c\""));
    let (exit, text) = place.told(&["rebase", "./set.toml", "outer", "--from", "v1", "--onto", "v2", "--write"]);
    assert_eq!(exit, 0, "{text}");
    assert!(text.contains("lib/meter.c:6: context changed, a neighbour is similar\n"), "{text}");
    assert!(place.read("set.toml").contains("note = \"for v2\""));
    assert_eq!(fs::read_to_string(outer.join("lib/meter.c")).unwrap(), "int edited;\n");
}

#[test]
fn wrong_arguments_are_told() {
    let place = Place::new(OLD, NEW, PATCHES);
    let (exit, text) = place.told(&["rebase", "./set.toml", "--from", "a", "--onto", "nowhere"]);
    assert_eq!(exit, 2, "{text}");
    assert!(
        text.contains("--onto nowhere: is no folder, and no revision, since ./ lies in no git repository"),
        "{text}"
    );
    let (exit, text) = place.told(&[&FOLDERS[..], &["--write", "--replace"]].concat());
    assert_eq!(exit, 2, "{text}");
    place.write("broken.toml", "format = 1\n");
    assert_eq!(place.told(&["rebase", "./broken.toml", "--from", "a", "--onto", "b"]).0, 2);
    // A patch that does not fit A tells nothing of its place.
    let (exit, text) = place.told(&["rebase", "./set.toml", "--from", "b", "--onto", "b"]);
    assert_eq!(exit, 1, "{text}");
    assert!(text.starts_with("limit  does not fit A (drifted)"), "{text}");
}

#[test]
fn programs_get_json() {
    let place = Place::new(OLD, NEW, PATCHES);
    let output = place.run(&[&FOLDERS[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["command"], "rebase");
    assert_eq!(json["written"], false);
    assert_eq!(json["patches"][0]["outcome"], "rebased");
    assert_eq!(json["patches"][1]["files"][0]["changes"][0]["way"], "below-the-line");
    assert_eq!(json["patches"][1]["files"][0]["changes"][0]["onto_line"], 14);
    assert!(json["patches"][1]["bodies"][0]["diff"].as_str().unwrap().contains("+\tint value = probe_again"));
}
