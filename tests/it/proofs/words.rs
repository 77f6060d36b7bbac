//! The program knows nothing of the releases that it patches: that is in the patchsets.

use crate::common::{files_below, repository};

/// Names of the constructs, packages and programs that the shipped patchsets are about.
const WORDS: &str = "
    garden grootfs guardian idmapper loggregator metron diode cloudfoundry
    utimeomit tar_modtime unpacker statfs fstype xfstype btrfs
    size64 maxvalid max_valid sscanf maximus uid_map subid desiredmappings
    seccomp unprivilegedbundle apparmor execveat nstar
    manytoone many_to_one writeindex readindex consumerstate refcount dopplerclient metricemitter firehose
";

#[test]
fn no_name_of_the_patched_releases_is_in_the_source() {
    let mut found = Vec::new();
    for (path, content) in files_below(&repository().join("src")) {
        // Go's own names, from its documentation.
        if path.ends_with("std/std.txt") {
            continue;
        }
        for (number, line) in String::from_utf8_lossy(&content).lines().enumerate() {
            // The shipped sets are named where they are built in, and only there.
            if line.contains("include_str!") {
                continue;
            }
            let lower = line.to_lowercase();
            for word in WORDS.split_whitespace().filter(|word| lower.contains(word)) {
                found.push(format!("src/{}:{}: {word}: {line}", path.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
