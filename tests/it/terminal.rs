//! The program on a real terminal, which Python makes.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A terminal of so many columns, what a program prints there, and how it ends; with a signal that comes meanwhile.
const TERMINAL: &str = r#"
import fcntl, os, pty, select, signal, struct, sys, termios, time
columns, wait_for, send = int(sys.argv[1]), sys.argv[2].encode(), int(sys.argv[3])
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    os.execv(sys.argv[4], sys.argv[4:])
seen, sent = b"", False
until = time.time() + 60
while time.time() < until:
    if not select.select([terminal], [], [], 0.05)[0]:
        continue
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    seen += piece
    if send and not sent and wait_for in seen:
        sent = True
        # As the terminal does it on Ctrl-C, or as somebody else ends the run.
        os.write(terminal, b"\x03") if send == signal.SIGINT else os.kill(child, send)
else:
    os.kill(child, signal.SIGKILL)
_, status = os.waitpid(child, 0)
sys.stdout.buffer.write(seen)
sys.stdout.flush()
sys.stderr.write("signal %d" % os.WTERMSIG(status) if os.WIFSIGNALED(status) else "exit %d" % os.WEXITSTATUS(status))
"#;

struct Ground {
    dir: tempfile::TempDir,
}

/// What was seen, and how it ended.
struct Seen {
    text: String,
    end: String,
}

impl Ground {
    fn new() -> Option<Ground> {
        crate::tools::find("python3")?;
        let ground = Ground { dir: tempfile::tempdir().unwrap() };
        ground.put("root/src/a.c", "int before;\nint width = 3; /* \u{202e}\u{9b}31m kept */\nint after;\n");
        ground.put("mine.toml", &set("Because.", 3));
        Some(ground)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Files that take a while: about so many megabytes.
    fn put_much(&self, megabytes: usize) {
        // Everything of the patch is there, and never a site.
        let line = "static int width_of(int width) { return (width + 1) * 3; }\n\n";
        let text = line.repeat((1 << 20) / line.len());
        for n in 0..megabytes {
            self.put(&format!("root/src/much/f{n}.c"), &text);
        }
    }

    fn run(&self, columns: usize, args: &[&str]) -> Seen {
        self.run_until(columns, "", 0, args)
    }

    /// Sends a signal when a text is seen.
    fn run_until(&self, columns: usize, text: &str, signal: i32, args: &[&str]) -> Seen {
        let mut command = Command::new("python3");
        command.args(["-c", TERMINAL, &columns.to_string(), text, &signal.to_string()]);
        command.arg(env!("CARGO_BIN_EXE_treepatch")).args(args).current_dir(self.dir.path()).stdin(Stdio::null());
        command.env("TERM", "xterm").env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        Seen { text, end: String::from_utf8(output.stderr).unwrap() }
    }
}

fn set(why: &str, value: usize) -> String {
    format!(
        "format = 1\n[patchset]\nname = \"mine\"\ntitle = \"Mine\"\n[[patch]]\nid = \"width\"\n\
         title = \"numbers: give the width sixty-four bits, wherever it is declared in the sources\"\nwhy = \"{why}\"\n\
         files = [\"src/**/*.c\"]\nexpect = \"any\"\ndiff = '''\n-int width = {value};\n+long width = {value};\n'''\n"
    )
}

/// What is left on the screen: lines that were cleared are gone.
fn screen(text: &str) -> String {
    let lines = plain(text);
    lines.lines().map(|line| line.rsplit('\r').next().unwrap_or("").to_owned()).collect::<Vec<_>>().join("\n")
}

/// Without colours and without what clears a line, and with line ends as files have them.
fn plain(text: &str) -> String {
    anstream::adapter::strip_str(&text.replace("\r\n", "\n")).to_string()
}

#[test]
fn lines_break_between_words() {
    let Some(ground) = Ground::new() else { return };
    ground.put("drifted.toml", &set("w", 4).replace("expect = \"any\"\n", ""));
    ground.put("wrong.toml", &set("w", 4).replace("expect = ", "expects = "));
    let runs: [&[&str]; 9] = [
        &["check", "drifted.toml", "root"],
        &["check", "drifted.toml", "root", "-v"],
        &["apply", "drifted.toml", "root"],
        &["apply", "wrong.toml", "root"],
        &["apply", "none/of/these.toml", "root"],
        &["apply", "not-a-patchset", "root"],
        &["list", "drifted.toml"],
        &["test", "drifted.toml"],
        &["recover", "root"],
    ];
    let dictionary = |text: &str| text.split_whitespace().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
    for args in runs {
        let wide = ground.run(400, args);
        let narrow = ground.run(60, args);
        let (wide, narrow) = (screen(&wide.text), screen(&narrow.text));
        let words = dictionary(&wide);
        for line in narrow.lines() {
            assert!(line.chars().count() <= 60 || line.split_whitespace().count() < 3, "{args:?}: {line:?}\n{narrow}");
        }
        let broken: Vec<_> =
            dictionary(&narrow).into_iter().filter(|word| !words.contains(word) && word != "...").collect();
        assert!(broken.is_empty(), "{args:?}: {broken:?}\n{narrow}");
        assert!(narrow.lines().count() >= wide.lines().count(), "{narrow}");
    }
}

#[test]
fn machines_get_whole_lines() {
    let Some(ground) = Ground::new() else { return };
    let narrow = ground.run(40, &["check", "mine.toml", "root", "--format", "json"]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_treepatch"));
    command.args(["check", "mine.toml", "root", "--format", "json"]).current_dir(ground.dir.path());
    let json = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert!(json.lines().any(|line| line.len() > 80));
    assert_eq!(screen(&narrow.text).trim_end(), json.trim_end());
}

#[test]
fn nothing_hidden_reaches_a_terminal() {
    let Some(ground) = Ground::new() else { return };
    for color in ["auto", "never", "always"] {
        let seen = ground.run(80, &["apply", "mine.toml", "root", "-n", "--color", color]);
        assert!(!seen.text.contains(['\u{202e}', '\u{9b}']), "{:?}", seen.text);
        assert!(seen.text.contains("\\u{202e}\\u{9b}31m kept"), "{:?}", seen.text);
        assert_eq!(seen.text.contains("\u{1b}[1m"), color != "never");
    }
}

#[test]
fn a_long_run_says_how_far_it_is_and_leaves_nothing() {
    let Some(ground) = Ground::new() else { return };
    ground.put_much(3);
    let seen = ground.run(100, &["apply", "mine.toml", "root", "-n", "--limit", "bytes=64M"]);
    assert_eq!(seen.end, "exit 0", "{}", seen.text);
    let shown: Vec<&str> = seen.text.split("\r\u{1b}[2K").skip(1).collect();
    assert!(
        shown.iter().any(|line| line.contains(" planning mine (patch 1 of 1): ") && line.contains(" files, ")),
        "{:?}",
        seen.text
    );
    assert!(shown.iter().all(|line| line.chars().take_while(|c| *c != '\r').count() < 5000));
    let left = screen(&seen.text.replace("\u{1b}[2K", ""));
    assert!(!left.contains("planning mine"), "{left}");
    // Whoever wants quiet gets it.
    let seen = ground.run(100, &["check", "mine.toml", "root", "-q", "--limit", "bytes=64M"]);
    assert!(!seen.text.contains("planning"), "{:?}", seen.text);
}

#[test]
fn a_run_that_is_ended_leaves_a_clean_line() {
    let Some(ground) = Ground::new() else { return };
    ground.put_much(20);
    for signal in [2, 15] {
        let args = ["apply", "mine.toml", "root", "-n", "--limit", "bytes=64M", "--limit", "nodes=100M"];
        let seen = ground.run_until(100, " planning", signal, &args);
        assert_eq!(seen.end, format!("signal {signal}"), "{:?}", seen.text);
        assert!(seen.text.trim_end_matches("^C").ends_with("\r\u{1b}[2K"), "{:?}", seen.text);
        assert!(!ground.path("root/.treepatch-journal").exists());
    }
}

/// A run that writes may be ended at any moment; what it leaves, `recover` settles.
#[test]
fn a_run_that_is_ended_while_it_writes_can_be_recovered() {
    let Some(ground) = Ground::new() else { return };
    for n in 0..400 {
        ground.put(&format!("root/src/w{n}.c"), "int width = 3;\n");
    }
    for milliseconds in [50, 100, 200, 300, 500, 800] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_treepatch"));
        child.args(["apply", "mine.toml", "root"]).current_dir(ground.dir.path()).stderr(Stdio::null());
        let mut child = child.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        let kill = |pid: u32| Command::new("kill").args(["-INT", &pid.to_string()]).status().unwrap();
        kill(child.id());
        let status = child.wait().unwrap();
        assert!(status.signal() == Some(2) || status.code() == Some(0), "{status:?}");
        let mut recover = Command::new(env!("CARGO_BIN_EXE_treepatch"));
        recover.args(["recover", "root", "--undo"]).current_dir(ground.dir.path());
        assert!(recover.output().unwrap().status.success());
        assert!(!ground.path("root/.treepatch-journal").exists());
        let count = |text: &str| {
            (0..400).filter(|n| fs::read_to_string(ground.path(&format!("root/src/w{n}.c"))).unwrap() == text).count()
        };
        let state = (count("int width = 3;\n"), count("long width = 3;\n"));
        assert!(state == (400, 0) || state == (0, 400), "{state:?}");
        if state.1 == 400 {
            break;
        }
    }
}

/// Nothing of all that is in a pipe.
#[test]
fn a_pipe_gets_no_progress() {
    let Some(ground) = Ground::new() else { return };
    ground.put_much(2);
    let mut command = Command::new(env!("CARGO_BIN_EXE_treepatch"));
    command
        .args(["check", "mine.toml", "root"])
        .current_dir(ground.dir.path())
        .stderr(Stdio::piped())
        .stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(text, "");
}
