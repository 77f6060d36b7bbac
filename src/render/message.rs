use super::visible::{visible, visible_line};
use super::words::count;
use crate::patchset::{Patch, Patchset};
use std::path::PathBuf;

/// What the message of a commit is made from: nothing else is in it, so that the same input gives the same message.
#[derive(Clone, Copy, Debug)]
pub struct Messages<'a> {
    /// The patchset.
    pub patchset: &'a Patchset,
    /// The target whose tables were read.
    pub target: Option<&'a str>,
}

/// A patch and the digest of its text.
pub type Digested<'a> = (&'a Patch, String);

impl Messages<'_> {
    /// The message of one patch's commit: title, reason, trailers.
    pub fn patch(&self, patch: &Patch, digest: &str) -> String {
        let mut trailers = self.heads();
        trailers.push(trailer("Treepatch-Patch", &format!("{} {digest}", patch.id.value)));
        trailers.extend(upstream(patch));
        trailers.extend(patch.trailers.iter().map(|trailer| line(trailer)));
        text(&patch.title, &[&patch.why], &trailers)
    }

    /// The message of one commit for several patches.
    pub fn squashed(&self, patches: &[Digested<'_>]) -> String {
        if let [(patch, digest)] = patches {
            return self.patch(patch, digest);
        }
        let parts: Vec<String> =
            patches.iter().map(|(patch, _)| format!("* {}\n\n{}", line(&patch.title), prose(&patch.why))).collect();
        text(&self.patchset.title, &parts.iter().map(String::as_str).collect::<Vec<_>>(), &self.all(patches))
    }

    /// The message of the commit that moves submodules: each with the patches that were committed in it or below, or
    /// (`out`) taken out there.
    pub fn submodules(&self, moved: &[(PathBuf, Vec<Digested<'_>>)], out: bool) -> String {
        let parts: Vec<String> = moved
            .iter()
            .map(|(path, patches)| {
                let titles = patches.iter().map(|(patch, _)| format!("    {}\n", line(&patch.title)));
                let (path, out) = (line(&path.to_string_lossy()), if out { "without " } else { "" });
                format!("{path}: {out}{}\n{}", count(patches.len(), "patch"), titles.collect::<String>())
            })
            .collect();
        let mut trailers = self.heads();
        trailers.extend(moved.iter().map(|(path, _)| trailer("Treepatch-Submodule", &path.to_string_lossy())));
        let title = &self.patchset.title;
        let title = if out { format!("Revert \"{}\"", line(title)) } else { title.clone() };
        let subject = format!("{title}: move {}", count(moved.len(), "submodule"));
        text(&subject, &parts.iter().map(String::as_str).collect::<Vec<_>>(), &trailers)
    }

    /// The message of a commit that undoes one.
    pub fn revert(&self, subject: &str, id: &str) -> String {
        let mut trailers = self.heads();
        trailers.push(trailer("Treepatch-Reverts", id));
        text(&format!("Revert \"{}\"", line(subject)), &[&format!("This reverts commit {id}.")], &trailers)
    }

    /// The trailers of a commit for several patches.
    fn all(&self, patches: &[Digested<'_>]) -> Vec<String> {
        let mut trailers = self.heads();
        for (patch, digest) in patches {
            trailers.push(trailer("Treepatch-Patch", &format!("{} {digest}", patch.id.value)));
        }
        trailers
    }

    fn heads(&self) -> Vec<String> {
        let target = self.target.map(|target| trailer("Treepatch-Target", target));
        [trailer("Treepatch-Patchset", &self.patchset.name)].into_iter().chain(target).collect()
    }
}

/// The trailers that tell where a patch is upstream.
pub(super) fn upstream(patch: &Patch) -> Vec<String> {
    let upstream = &patch.upstream;
    let all = [
        ("Upstream-Status", &upstream.status),
        ("Origin", &upstream.origin),
        ("Bug", &upstream.bug),
        ("Forwarded", &upstream.forwarded),
        ("Applied-Upstream", &upstream.applied),
    ];
    all.into_iter().filter_map(|(key, value)| Some(trailer(key, value.as_ref()?))).collect()
}

fn text(subject: &str, parts: &[&str], trailers: &[String]) -> String {
    let mut out = line(subject) + "\n\n";
    for part in parts.iter().map(|part| prose(part)).filter(|part| !part.is_empty()) {
        out.push_str(&part);
        out.push_str("\n\n");
    }
    for trailer in trailers {
        out.push_str(trailer);
        out.push('\n');
    }
    out
}

pub(super) fn trailer(key: &str, value: &str) -> String {
    format!("{key}: {}", line(value))
}

/// One line without control characters; what else is hidden is written out.
pub(super) fn line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    visible_line(&plain.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

/// Lines without trailing blanks, empty lines around them, and control characters; of several empty lines one, as git
/// has it.
pub(super) fn prose(text: &str) -> String {
    let plain: String = text.chars().filter(|&c| c == '\n' || c == '\t' || !c.is_control()).collect();
    let plain = visible(&plain);
    let lines: Vec<&str> = plain.lines().map(str::trim_end).collect();
    let first = lines.iter().position(|l| !l.is_empty()).unwrap_or(lines.len());
    let last = lines.iter().rposition(|l| !l.is_empty()).map_or(first, |at| at + 1);
    let mut lines = lines[first..last].to_vec();
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patchset::load;

    const SET: &str = r#"
format = 1
[patchset]
name = "mine"
title = "My patches"
[[patch]]
id = "width"
title = "numbers: give the width 64 bits"
why = "\nIt overflows.  \n\nOften.\n"
files = ["a.c"]
diff = "-int width;\n+long width;\n"
[patch.upstream]
status = "Submitted [list]"
bug = "https://bugs.example/1"
[[patch]]
id = "limit"
title = "limits: a higher limit"
why = "It is too low."
files = ["a.c"]
diff = "-int limit;\n+long limit;\n"
"#;

    #[test]
    fn a_message_is_title_reason_and_trailers() {
        let set = load("mine.toml", SET).unwrap();
        let message = Messages { patchset: &set, target: Some("arm") }.patch(&set.patches[0], "0123456789ab");
        insta::assert_snapshot!(message, @r"
        numbers: give the width 64 bits

        It overflows.

        Often.

        Treepatch-Patchset: mine
        Treepatch-Target: arm
        Treepatch-Patch: width 0123456789ab
        Upstream-Status: Submitted [list]
        Bug: https://bugs.example/1
        ");
    }

    #[test]
    fn several_patches_are_listed() {
        let set = load("mine.toml", SET).unwrap();
        let messages = Messages { patchset: &set, target: None };
        let all = [(&set.patches[0], "aa".to_owned()), (&set.patches[1], "bb".to_owned())];
        insta::assert_snapshot!(messages.squashed(&all), @r"
        My patches

        * numbers: give the width 64 bits

        It overflows.

        Often.

        * limits: a higher limit

        It is too low.

        Treepatch-Patchset: mine
        Treepatch-Patch: width aa
        Treepatch-Patch: limit bb
        ");
        assert_eq!(messages.squashed(&all[..1]), messages.patch(&set.patches[0], "aa"));
        insta::assert_snapshot!(messages.submodules(&[(PathBuf::from("src/lib"), all.to_vec())], false), @r"
        My patches: move 1 submodule

        src/lib: 2 patches
            numbers: give the width 64 bits
            limits: a higher limit

        Treepatch-Patchset: mine
        Treepatch-Submodule: src/lib
        ");
    }
}
