//! What `go/align-atomics` costs against the number of files: the same package, many times over.
//!
//! `cargo bench --bench atomics` prints milliseconds of wall time for 250 to 4,000 packages of three files, and the
//! slope of the line through them; every tenth package uses sync/atomic.

use std::path::PathBuf;
use std::time::Instant;
use treepatch::operations::align_atomics::{Options, align_atomics};
use treepatch::vfs::MemoryTree;

fn main() {
    let mut points = Vec::new();
    println!("{:>8} {:>8} {:>8} {:>10}", "files", "structs", "ms", "us a file");
    for packages in [250usize, 500, 1000, 2000, 4000] {
        let tree = MemoryTree::new((0..packages).flat_map(package));
        let best = (0..3).map(|_| time(&tree)).fold((f64::INFINITY, 0), |a, b| if b.0 < a.0 { b } else { a });
        let files = packages * 3;
        println!("{files:>8} {:>8} {:>8.1} {:>10.2}", best.1, best.0, best.0 * 1000.0 / files as f64);
        points.push((files as f64, best.0));
    }
    let n = points.len() as f64;
    let mean = |f: fn(&(f64, f64)) -> f64| points.iter().map(f).sum::<f64>() / n;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let over = |f: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(f).sum::<f64>();
    let slope = over(&|p| (p.0 - x) * (p.1 - y)) / over(&|p| (p.0 - x).powi(2));
    println!("slope: {:.2} microseconds a file", slope * 1000.0);
}

fn time(tree: &MemoryTree) -> (f64, usize) {
    let start = Instant::now();
    let report = align_atomics(tree, &|_| true, &Options::default());
    (start.elapsed().as_secs_f64() * 1000.0, report.to_do)
}

fn package(n: usize) -> Vec<(PathBuf, String)> {
    let file =
        |name: &str, body: String| (PathBuf::from(format!("src/p{n}/{name}.go")), format!("package p{n}\n\n{body}"));
    let plain = "type Item struct {\n\tname string\n\tcount int\n}\n\nfunc (i *Item) Name() string { return i.name }\n";
    let atomic = "import \"sync/atomic\"\n\ntype Meter struct {\n\tname string\n\tflag bool\n\thits uint64\n}\n\nfunc (m *Meter) Hit() { atomic.AddUint64(&m.hits, 1) }\n";
    let first = if n.is_multiple_of(10) { atomic } else { "func Twice(n int) int { return n * 2 }\n" };
    vec![
        file("a", first.to_owned()),
        file("b", plain.to_owned()),
        file(
            "c",
            "func Sum(all []int) (sum int) {\n\tfor _, n := range all {\n\t\tsum += n\n\t}\n\treturn sum\n}\n"
                .to_owned(),
        ),
    ]
}
