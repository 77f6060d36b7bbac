use crate::patchset::{Fragment, Sign};
use std::collections::HashMap;

/// How the rows of a diff belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// For each row of the fragment: the row of the other side that it is paired with.
    pub partner: Vec<Option<usize>>,
    /// Pairs of a `-` row and an equal `+` row that are in another order.
    pub moved: Vec<(usize, usize)>,
}

/// Rows less alike than this are a deletion and an insertion, not a change of one line.
const ALIKE: f32 = 0.4;
/// The work of comparing the rows of one body: pairs of words. What is beyond it is a deletion and an insertion.
const COMPARING: usize = 100_000_000;
/// What a `+` row is preferred by that is written right below its `-` row.
const BESIDE: f32 = 0.1;

/// Pairs `-` and `+` rows: within each run of changed rows in order, the most alike ones together; what is left
/// over and is on both sides alike is a move.
pub fn pair(fragment: &Fragment) -> Pairs {
    let rows = &fragment.rows;
    let mut pairs = Pairs { partner: vec![None; rows.len()], moved: Vec::new() };
    let words: Vec<Vec<&str>> = rows.iter().map(|r| words(&r.text)).collect();
    let (mut at, mut left) = (0, COMPARING);
    while at < rows.len() {
        if rows[at].sign == Sign::Context {
            at += 1;
            continue;
        }
        let end = (at..rows.len()).find(|&i| rows[i].sign == Sign::Context).unwrap_or(rows.len());
        let of = |sign| (at..end).filter(|&i| rows[i].sign == sign).collect::<Vec<_>>();
        for (minus, plus) in align(&of(Sign::Minus), &of(Sign::Plus), &words, &mut left) {
            pairs.partner[minus] = Some(plus);
            pairs.partner[plus] = Some(minus);
        }
        at = end;
    }
    let left =
        |sign| (0..rows.len()).filter(|&i| rows[i].sign == sign && pairs.partner[i].is_none()).collect::<Vec<_>>();
    let (minus, plus) = (left(Sign::Minus), left(Sign::Plus));
    let by_words = |rows: &[usize]| {
        let mut all: HashMap<&[&str], Vec<usize>> = HashMap::new();
        rows.iter().for_each(|&row| all.entry(&words[row]).or_default().push(row));
        all
    };
    let (alone, twins) = (by_words(&minus), by_words(&plus));
    for &m in minus.iter().filter(|&&m| !words[m].is_empty()) {
        let key = words[m].as_slice();
        if let (Some([_]), Some([p])) = (alone.get(key).map(Vec::as_slice), twins.get(key).map(Vec::as_slice)) {
            pairs.moved.push((m, *p));
        }
    }
    pairs
}

/// The best pairing in order: most alike in sum. `left` is what the body may still cost.
fn align(minus: &[usize], plus: &[usize], words: &[Vec<&str>], left: &mut usize) -> Vec<(usize, usize)> {
    if minus.is_empty() || plus.is_empty() || minus.len() * plus.len() > 250_000 {
        return Vec::new();
    }
    if let ([m], [p]) = (minus, plus) {
        return vec![(*m, *p)];
    }
    let count = |rows: &[usize]| rows.iter().map(|&row| words[row].len() + 1).sum::<usize>();
    match left.checked_sub(count(minus).saturating_mul(count(plus))) {
        Some(rest) => *left = rest,
        None => return Vec::new(),
    }
    let wide = plus.len() + 1;
    let mut best = vec![0f32; (minus.len() + 1) * wide];
    let score: Vec<f32> = minus
        .iter()
        .flat_map(|&m| plus.iter().map(move |&p| (m, p)))
        .map(|(m, p)| match alike(&words[m], &words[p]) {
            share if share >= ALIKE && p == m + 1 => share + BESIDE,
            share => share,
        })
        .collect();
    for i in (0..minus.len()).rev() {
        for j in (0..plus.len()).rev() {
            let s = score[i * plus.len() + j];
            let paired = if s >= ALIKE { s + best[(i + 1) * wide + j + 1] } else { 0.0 };
            best[i * wide + j] = paired.max(best[(i + 1) * wide + j]).max(best[i * wide + j + 1]);
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    while i < minus.len() && j < plus.len() {
        let here = best[i * wide + j];
        let s = score[i * plus.len() + j];
        if s >= ALIKE && here == s + best[(i + 1) * wide + j + 1] {
            out.push((minus[i], plus[j]));
            (i, j) = (i + 1, j + 1);
        } else if here == best[(i + 1) * wide + j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    out
}

/// How alike two rows are: the share of words in common, and far more where all are. Marks count little, since all
/// calls have the same ones.
fn alike(a: &[&str], b: &[&str]) -> f32 {
    let weight = |words: &[&str]| words.iter().map(|w| if is_mark(w) { 0.25 } else { 1.0 }).sum::<f32>();
    let ops = similar::capture_diff_slices(similar::Algorithm::Myers, a, b);
    let equal =
        ops.iter().filter(|o| o.tag() == similar::DiffTag::Equal).map(|o| weight(&a[o.old_range()])).sum::<f32>();
    let all = weight(a) + weight(b);
    let ratio = if all > 0.0 { 2.0 * equal / all } else { 0.0 };
    // Equal rows are kept rather than anything else, the more of them the better: nothing is smaller than no change.
    if a == b { 100.0 * a.len().max(1) as f32 } else { ratio }
}

fn is_mark(word: &str) -> bool {
    !word.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$')
}

/// Words and marks of a row, roughly: enough to compare rows by.
pub(crate) fn words(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text.trim();
    while let Some(c) = rest.chars().next() {
        let len = if c.is_alphanumeric() || c == '_' || c == '$' {
            rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len())
        } else {
            c.len_utf8()
        };
        if !c.is_whitespace() {
            out.push(&rest[..len]);
        }
        rest = &rest[len..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patchset::Row;

    fn fragment(text: &str) -> Fragment {
        let row = |line: &str| Row {
            sign: match &line[..1] {
                "-" => Sign::Minus,
                "+" => Sign::Plus,
                _ => Sign::Context,
            },
            text: line[1..].to_owned(),
            at: 0,
        };
        Fragment { rows: text.lines().map(row).collect(), ..Fragment::default() }
    }

    #[test]
    fn a_reordering_keeps_the_longest_run_and_moves_the_rest() {
        let pairs = pair(&fragment("-a []T\n-b uint64\n-c uint64\n+b uint64\n+c uint64\n+a []T"));
        assert_eq!(pairs.partner, [None, Some(3), Some(4), Some(1), Some(2), None]);
        assert_eq!(pairs.moved, [(0, 5)]);
    }

    #[test]
    fn of_two_alike_the_row_below_is_meant() {
        let pairs = pair(&fragment("+last := $a + $b - 1\n-$m = Max($m, $a+$b-1)\n+$m = Max($m, int(last))"));
        assert_eq!(pairs.partner, [None, Some(2), Some(1)]);
    }

    #[test]
    fn marks_alone_make_no_pair() {
        let pairs = pair(&fragment("-free(path);\n+if (x)\n+use(1);"));
        assert_eq!(pairs.partner, [None, None, None]);
    }

    #[test]
    fn unlike_rows_are_not_paired() {
        let pairs = pair(&fragment("-a(x)\n-b(y)\n+if c {\n+b(y, z)"));
        assert_eq!(pairs.partner, [None, Some(3), None, Some(1)]);
    }
}
