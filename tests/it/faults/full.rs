//! A disk that is full: a small one in memory, in a namespace of its own, which needs no privilege where the system
//! allows such namespaces.

use crate::faults::inject::{Fault, Injected, space};
use crate::faults::tree::Checkout;
use std::process::{Command, Stdio};

/// What a disk has too little of.
#[derive(Clone, Copy, Debug)]
pub enum Lack {
    /// Room for bytes.
    Pages,
    /// Room for names.
    Inodes,
    /// Room in each file, in blocks: `ulimit -f` is so small.
    Blocks,
}

/// Puts the checkout (`$1`) on a disk, mounted at `$2`, that has `$3` pages left and `$4` files, and runs the rest of
/// the arguments. What the disk holds then takes the checkout's place.
const RUN: &str = r#"
set -e
trap 'exit 125' EXIT
dir=$1 work=$2 pages=$3 files=$4
shift 4
mkdir "$work/disk" "$work/after"
mount -t tmpfs -o size=64m,nr_inodes=100000 disk "$work/disk"
cp -a "$dir/." "$work/disk"
used=$(stat -f -c '%b %f %S %c %d' "$work/disk")
set -- $used -- "$@"
pages=$((($1 - $2) * $3 + pages * $3)) files=$(($4 - $5 + files))
shift 6
mount -o remount,size=$pages,nr_inodes=$files "$work/disk"
mount --bind "$work/disk" "$dir"
status=0
"$@" || status=$?
cp -a "$dir/." "$work/after"
umount "$dir"
rm -rf "$dir"/* "$dir"/.[!.]*
cp -a "$work/after/." "$dir"
trap - EXIT
exit $status
"#;

/// Runs treepatch in a checkout whose disk has only so much left.
pub fn run(checkout: &Checkout, args: &[&str], lack: Lack, left: usize) -> Injected {
    let work = tempfile::tempdir_in(space()).unwrap();
    let disk = |pages: usize, files: usize| {
        let mut run = Command::new("unshare");
        run.args(namespace().unwrap_or_default()).args(["sh", "-c", RUN, "sh"]);
        run.arg(checkout.dir()).arg(work.path()).arg(pages.to_string()).arg(files.to_string());
        run
    };
    let mut run = match lack {
        Lack::Pages => disk(left, 10_000),
        Lack::Inodes => disk(10_000, left),
        Lack::Blocks => {
            let mut run = Command::new("sh");
            run.args(["-c", r#"ulimit -f "$1"; shift; exec "$@""#, "sh", &left.to_string()]);
            run
        }
    };
    let command = checkout.command(args);
    run.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
    run.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = run.output().unwrap();
    assert_ne!(output.status.code(), Some(125), "{}", String::from_utf8_lossy(&output.stderr));
    Injected { output, call: Some(format!("{left} {lack:?} left")) }
}

/// Whether such disks can be had here.
pub fn is_possible() -> bool {
    namespace().is_some()
}

/// How a namespace is made in which a disk can be mounted: as oneself, or else as the superuser that one is.
fn namespace() -> Option<&'static [&'static str]> {
    let ways: [&[&str]; 2] = [&["--user", "--map-root-user", "--mount"], &["--mount"]];
    let mounts = |way: &&[&str]| {
        let mount = Command::new("unshare").args(*way).args(["mount", "-t", "tmpfs", "none", "/tmp"]).output();
        mount.is_ok_and(|output| output.status.success())
    };
    ways.into_iter().find(mounts)
}

/// How a full disk counts as a fault.
pub const FULL: Fault = Fault::On("ENOSPC");
