//! The highest id is found where an int has 32 bits, and the ids that are mapped exist.

use crate::common::Release;
use crate::needs;
use crate::proofs::workshop::{build, here, on_arm};
use std::fs;
use std::path::Path;

const MAXIMUS: &str = "idmapper/cmd/maximus";
const NEWUIDMAP: &str = "idmapper/cmd/newuidmap";

/// The map of a process that is in no user namespace of its own.
const WHOLE: &str = "         0          0 4294967295\n";
/// A map whose host ids do not fit an int of 32 bits.
const FAR: &str = "0 3000000000 1000\n";

fn map_file(release: &Release, lines: &str) -> std::path::PathBuf {
    let file = release.root().join("uid_map");
    fs::write(&file, lines).unwrap();
    file
}

#[test]
fn unpatched_idmapper_cannot_read_the_whole_map_on_arm() {
    needs!("go", "qemu-arm-static");
    let release = Release::unpatched();
    let maximus = build(&release, "arm", MAXIMUS);
    let error = on_arm(&maximus, &[map_file(&release, WHOLE)]).fails().stderr;
    assert!(error.contains("integer overflow on token 4294967295"), "{error}");
}

#[test]
fn arm32_set_clamps_the_highest_id() {
    needs!("go", "qemu-arm-static");
    let release = Release::patched("garden-runc-arm32");
    let maximus = build(&release, "arm", MAXIMUS);
    assert_eq!(on_arm(&maximus, &[map_file(&release, WHOLE)]).ok().stdout, "32767\n");
    assert_eq!(on_arm(&maximus, &[map_file(&release, "0 0 70000\n")]).ok().stdout, "69999\n");
}

#[test]
fn portable_set_clamps_to_what_an_int_holds() {
    needs!("go", "qemu-arm-static");
    let release = Release::patched("garden-runc-portable");
    let arm = build(&release, "arm", MAXIMUS);
    let amd64 = build(&release, "amd64", MAXIMUS);
    for (map, on_32_bits, on_64_bits) in [
        (WHOLE, "2147483647\n", "4294967294\n"),
        (FAR, "999\n", "999\n"),
        ("0 1000 1\n1 3000000000 4294967294\n", "2147483647\n", "4294967294\n"),
        ("0 0 70000\n", "69999\n", "69999\n"),
    ] {
        let file = map_file(&release, map);
        assert_eq!(on_arm(&arm, &[&file]).ok().stdout, on_32_bits, "{map}");
        assert_eq!(here(&amd64, &[&file]).ok().stdout, on_64_bits, "{map}");
    }
}

/// One line of an id map.
#[derive(Debug, PartialEq)]
struct Line {
    container: i64,
    host: i64,
    size: i64,
}

/// What the mapper writes for a namespace whose highest id is `highest`.
fn mapped(newuidmap: &Path, release: &Release, highest: i64) -> Vec<Line> {
    let file = map_file(release, "");
    on_arm(newuidmap, &[file.to_str().unwrap(), &highest.to_string()]).ok();
    let numbers = |line: &str| line.split_whitespace().map(|number| number.parse().unwrap()).collect::<Vec<i64>>();
    let lines = fs::read_to_string(&file).unwrap();
    lines
        .lines()
        .map(|line| match numbers(line)[..] {
            [container, host, size] => Line { container, host, size },
            _ => panic!("no line of an id map: {line}"),
        })
        .collect()
}

/// Why the kernel, or common sense, refuses these lines where the highest id is `highest`.
fn faults(lines: &[Line], highest: i64) -> Vec<String> {
    let overlap = |a: i64, b: i64, a_size: i64, b_size: i64| a < b + b_size && b < a + a_size;
    let mut faults = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if line.size < 1 {
            faults.push(format!("{line:?}: a size below one"));
        }
        if line.container < 0 || line.host < 0 || line.host + line.size - 1 > highest {
            faults.push(format!("{line:?}: ids that are not there"));
        }
        for other in &lines[..number] {
            if overlap(line.container, other.container, line.size, other.size)
                || overlap(line.host, other.host, line.size, other.size)
            {
                faults.push(format!("{line:?} overlaps {other:?}"));
            }
        }
    }
    faults
}

const HIGHEST: [i64; 8] = [0, 1, 2, 32767, 65535, 65536, 65537, i32::MAX as i64];

#[test]
fn unpatched_mapper_writes_lines_that_no_kernel_takes() {
    needs!("go", "qemu-arm-static");
    let release = Release::unpatched();
    let newuidmap = build(&release, "arm", NEWUIDMAP);
    let lines = mapped(&newuidmap, &release, 32767);
    assert_eq!(lines[1], Line { container: 1, host: 65536, size: -32769 });
    let faulty = HIGHEST.map(|highest| !faults(&mapped(&newuidmap, &release, highest), highest).is_empty());
    assert_eq!(faulty, [true, true, true, true, true, true, false, false]);
}

#[test]
fn patched_mapper_keeps_to_the_ids_that_there_are() {
    needs!("go", "qemu-arm-static");
    for set in ["garden-runc-arm32", "garden-runc-portable"] {
        let release = Release::patched(set);
        let newuidmap = build(&release, "arm", NEWUIDMAP);
        for highest in HIGHEST {
            let lines = mapped(&newuidmap, &release, highest);
            assert_eq!(faults(&lines, highest), [""; 0], "{set}, highest id {highest}: {lines:?}");
            // Root is the user with the highest id, wherever there are others to be mapped or not.
            assert_eq!(lines[0], Line { container: 0, host: highest, size: 1 }, "{set}");
            let others = match highest {
                0 | 1 => None,
                2..=65536 => Some(Line { container: 1, host: 1, size: highest - 1 }),
                _ => Some(Line { container: 1, host: 65536, size: highest - 65536 }),
            };
            assert_eq!(lines.get(1), others.as_ref(), "{set}, highest id {highest}");
        }
    }
}
