//! The places of a file that are most like one side of a body.

use super::likeness::{alike, is_operator, likeness, worth};
use super::names::tells;
use crate::find::Packages;
use crate::language::Atom;
use crate::pattern::{Part, Piece, Reach, Side};
use crate::source::{Gap, Source, Tokens};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// The work that one file may cost: elements times tokens.
const CELLS: usize = 4_000_000;
/// The most nodes that are tried for a hole at one place.
const NODES: usize = 24;
/// What it costs that code is between, at all and for each token.
const OPEN: i32 = 8;
const EACH: i32 = 1;
/// What it costs that another word is in a word's place.
const OTHER: i32 = 6;
/// What it is worth that an element follows the one before without a break.
const RUN: i32 = 1;
/// Of a line less than this, per mille, is none of it.
const LINE: i32 = 400;
/// What it costs that a comma or line end is missing, or is one too many.
const GAP: i32 = 3;

/// How a side lies on a run of tokens, if not exactly.
#[derive(Clone, Debug)]
pub(crate) struct Alignment {
    /// The elements of the side that were laid.
    pub elements: Range<usize>,
    /// How much of them is there, rare words counting most: 1000 for all of it.
    pub share: i32,
    /// The tokens from its first to its last.
    pub tokens: Tokens,
    /// Element by element and token by token.
    pub steps: Vec<Step>,
}

/// One step of an alignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The element is there.
    Kept(usize, Tokens),
    /// Another token is in the element's place.
    Other(usize, usize),
    /// Nothing stands for the element; this token comes next.
    Gone(usize, usize),
    /// A token that the side does not show.
    New(usize),
}

/// Lays elements of a side on a source.
pub(crate) struct Aligner<'a> {
    side: &'a Side,
    elements: Range<usize>,
    source: &'a Source,
    wants: Vec<Want<'a>>,
    /// For each token the number of its text among those that the side shows.
    classes: Vec<u16>,
    /// The best that there can be.
    most: i32,
    /// For each position the bracket that it lies in, numbered.
    within: Vec<u32>,
    /// Whether an item of a list of lines, or of commas, begins or ends at a position.
    lines: Vec<bool>,
    commas: Vec<bool>,
}

struct Want<'a> {
    element: usize,
    part: &'a Part,
    /// The number of its text; `NONE` where it is no plain token.
    class: u16,
    /// What it is worth, and what its absence costs.
    worth: i32,
    loss: i32,
    /// What separates it from the one before; `None` where that does not matter.
    gap: Option<Gap>,
}

const NONE: u16 = u16::MAX;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Op {
    Begin = 0,
    Kept,
    Other,
    Gone,
    Jump,
    Tag,
    New,
}

const OPS: [Op; 7] = [Op::Begin, Op::Kept, Op::Other, Op::Gone, Op::Jump, Op::Tag, Op::New];

impl<'a> Aligner<'a> {
    /// Takes some of a side's elements. `packages` are the names that the source gives to packages.
    pub fn new(side: &'a Side, elements: Range<usize>, source: &'a Source, packages: &Packages) -> Aligner<'a> {
        let mut texts: HashMap<Vec<u8>, u16> = HashMap::new();
        let mut wants = Vec::new();
        let mut behind_dots = true;
        for element in elements.clone() {
            let part = &side.elements[element].part;
            let text = match part {
                Part::Comment(_) => continue,
                Part::Token { text, .. } => Some(text.clone()),
                Part::Package { name, .. } => {
                    let local = packages.get(name).and_then(Option::as_ref).map(|local| &local.name);
                    Some(local.unwrap_or(name).clone().into_bytes())
                }
                _ => None,
            };
            let next = u16::try_from(texts.len()).unwrap_or(NONE - 1).min(NONE - 1);
            let class = text.map_or(NONE, |t| *texts.entry(t).or_insert(next));
            let gap = (!behind_dots).then_some(side.elements[element].gap);
            wants.push(Want { element, part, class, worth: 0, loss: 0, gap });
            behind_dots = part.is_dots();
        }
        let class = |t: usize| texts.get(&*source.word(t)).copied().unwrap_or(NONE);
        let classes: Vec<u16> = (0..source.tokens.len()).map(class).collect();
        let mut counts = vec![0usize; texts.len() + 1];
        classes.iter().filter(|c| **c != NONE).for_each(|c| counts[usize::from(*c)] += 1);
        for want in &mut wants {
            let count = counts.get(usize::from(want.class)).copied().unwrap_or(0);
            (want.worth, want.loss) = worth(want.part, source, count);
        }
        let most = wants.iter().map(|w| w.worth).sum::<i32>().max(1);
        let (lines, commas) = borders(source);
        Aligner { side, elements, source, wants, classes, most, within: brackets(source), lines, commas }
    }

    /// The best places, none over another or over one that is `taken`, the best first; `most` of them at most, each
    /// with at least this share.
    pub fn best(&self, most: usize, least: i32, taken: &[Tokens]) -> Vec<Alignment> {
        let mut found: Vec<Alignment> = Vec::new();
        if self.wants.is_empty() || self.source.tokens.is_empty() {
            return found;
        }
        let mut windows = self.windows();
        for taken in taken {
            windows = windows.into_iter().flat_map(|w| without(&w, taken)).collect();
        }
        // What is best in each window; a window that gave its best goes on as what is left of it.
        let look = |w: Tokens| self.best_in(&w).filter(|a| a.share >= least).map(|a| (w, a));
        let mut open: Vec<(Tokens, Alignment)> = windows.into_iter().filter_map(look).collect();
        while found.len() < most {
            let first = (0..open.len()).max_by_key(|&n| (open[n].1.share, std::cmp::Reverse(open[n].1.tokens.start)));
            let Some(first) = first else { break };
            let (window, alignment) = open.swap_remove(first);
            if found.len() + 1 < most {
                open.extend(without(&window, &alignment.tokens).into_iter().filter_map(look));
            }
            found.push(alignment);
        }
        found
    }

    fn best_in(&self, window: &Tokens) -> Option<Alignment> {
        let table = self.fill(window);
        let end = (0..table.last.len()).max_by_key(|&j| (table.last[j], std::cmp::Reverse(j)))?;
        let mut alignment = self.trace(&table, end);
        self.drop_stray_lines(&mut alignment);
        (!alignment.tokens.is_empty()).then_some(alignment)
    }

    /// A bracket here and a comma there is no line: lines of which next to nothing is left are gone as a whole.
    fn drop_stray_lines(&self, alignment: &mut Alignment) {
        let row = |e: usize| self.side.elements[e].row;
        let want = |e: usize| self.wants.binary_search_by_key(&e, |w| w.element).ok();
        let worth = |e: usize| want(e).map_or(0, |w| self.wants[w].worth);
        // Of each row: what is there, what it is all worth, how many elements are not there.
        let mut rows: BTreeMap<usize, (i32, i32, usize)> = BTreeMap::new();
        for step in &alignment.steps {
            let (Step::Kept(e, _) | Step::Other(e, _) | Step::Gone(e, _)) = step else { continue };
            let (kept, all, missing) = rows.entry(row(*e)).or_default();
            *all += worth(*e);
            match step {
                Step::Kept(..) => *kept += worth(*e),
                _ => *missing += 1,
            }
        }
        let is_stray = |(kept, all, missing): &(i32, i32, usize)| kept * 1000 < all * LINE && *missing > 1;
        let stray = |e: usize| rows.get(&row(e)).is_some_and(is_stray);
        if rows.len() < 2 || rows.values().all(is_stray) {
            return;
        }
        let mut steps = Vec::new();
        for step in alignment.steps.drain(..) {
            match step {
                Step::Kept(e, t) if stray(e) => {
                    steps.push(Step::Gone(e, t.start));
                    steps.extend(t.map(Step::New));
                }
                Step::Other(e, t) if stray(e) => steps.extend([Step::Gone(e, t), Step::New(t)]),
                other => steps.push(other),
            }
        }
        // Tokens before the first that is left, or behind the last, are no part of the place any more.
        alignment.tokens = covered(&steps);
        steps.retain(|s| !matches!(s, Step::New(t) if !alignment.tokens.contains(t)));
        let inside = alignment.tokens.clone();
        steps.iter_mut().for_each(|s| {
            if let Step::Gone(_, at) = s {
                *at = (*at).clamp(inside.start, inside.end);
            }
        });
        alignment.steps = steps;
    }

    /// The parts of the source that are looked at: all of it, if that is not too much, else where most words are.
    fn windows(&self) -> Vec<Tokens> {
        let tokens = self.source.tokens.len();
        let wide = (CELLS / (self.wants.len() + 1)).max(64);
        if tokens <= wide {
            return std::iter::once(0..tokens).collect();
        }
        let half = wide / 8;
        let mut windows: Vec<(i32, Tokens)> = Vec::new();
        for from in (0..tokens).step_by(half) {
            let window = from..tokens.min(from + 2 * half);
            let mut seen: Vec<u16> = self.classes[window.clone()].iter().copied().filter(|c| *c != NONE).collect();
            seen.sort_unstable();
            seen.dedup();
            let worth = |c: &u16| self.wants.iter().find(|w| w.class == *c).map_or(0, |w| w.worth);
            windows.push((seen.iter().map(worth).sum(), window));
        }
        windows.sort_by_key(|(worth, window)| (std::cmp::Reverse(*worth), window.start));
        windows.truncate(4);
        windows.into_iter().map(|w| w.1).collect()
    }

    fn fill(&self, window: &Tokens) -> Table {
        const LOW: i32 = i32::MIN / 2;
        let (rows, wide) = (self.wants.len(), window.len() + 1);
        let mut table = Table {
            from: window.start,
            wide,
            ops: vec![0; (rows + 1) * wide],
            opened: vec![false; (rows + 1) * wide],
            last: Vec::new(),
        };
        let mut now = vec![0; wide];
        for i in 0..=rows {
            if 0 < i && i < rows {
                let mut new = LOW;
                for j in 1..wide {
                    let open = now[j - 1] - OPEN - EACH;
                    table.opened[i * wide + j] = open >= new - EACH;
                    new = open.max(new - EACH);
                    let is_tag = self.source.tokens[window.start + j - 1].atom == Atom::Tag;
                    if is_tag && now[j - 1] > now[j] {
                        now[j] = now[j - 1];
                        table.set(i, j, Op::Tag, 0);
                    }
                    if new > now[j] {
                        now[j] = new;
                        table.set(i, j, Op::New, 0);
                    }
                }
            }
            if i == rows {
                table.last = now;
                break;
            }
            let mut next = vec![LOW; wide];
            self.step(i, window, &now, &mut next, &mut table);
            now = next;
        }
        table
    }

    /// From what is known of the elements before `i` to what follows for `i`.
    fn step(&self, i: usize, window: &Tokens, now: &[i32], next: &mut [i32], table: &mut Table) {
        let (want, source) = (&self.wants[i], self.source);
        let put = |j: usize, score: i32, op: Op, from: usize, next: &mut [i32], table: &mut Table| {
            if score > next[j] {
                next[j] = score;
                table.set(i + 1, j, op, from);
            }
        };
        let mut reached: HashMap<u32, (i32, usize)> = HashMap::new();
        for (j, &here) in now.iter().enumerate() {
            let t = window.start + j;
            put(j, here - want.loss, Op::Gone, 0, next, table);
            if let Part::Dots(_, reach) = want.part {
                let border = match reach {
                    Reach::Lines { .. } => self.lines[t],
                    Reach::Commas => self.commas[t],
                    Reach::Header | Reach::Bracket | Reach::Specifiers => true,
                };
                put(j, here, Op::Jump, j, next, table);
                if border {
                    let best = reached.entry(self.within[t]).or_insert((here, j));
                    if here >= best.0 {
                        *best = (here, j);
                    }
                    let (score, from) = *best;
                    put(j, score, Op::Jump, from, next, table);
                }
                continue;
            }
            if t >= window.end {
                continue;
            }
            let follows = i > 0 && matches!(table.get(i, j).0, Op::Kept | Op::Jump);
            let run = if follows { RUN } else { 0 };
            let gap = if want.gap.is_some_and(|g| g != source.tokens[t].gap) { GAP } else { 0 };
            match want.part {
                Part::Item(_) | Part::Statement(_) => {
                    let statement = matches!(want.part, Part::Statement(_));
                    let language = source.language;
                    let fits = |k: &str| if statement { language.is_statement(k) } else { !language.is_bare_list(k) };
                    let nodes = source.nodes_at(t).filter(|(id, n)| *id != 0 && fits(n.kind)).take(NODES);
                    for (n, (_, node)) in nodes.enumerate() {
                        if node.tokens.end <= window.end {
                            let worth = if n == 0 { want.worth } else { want.worth - 2 };
                            put(node.tokens.end - window.start, here + worth + run - gap, Op::Jump, j, next, table);
                        }
                    }
                }
                _ if self.is(want, t) => put(j + 1, here + want.worth + run - gap, Op::Kept, 0, next, table),
                _ if alike(want.part, source, t) => {
                    let worth = want.worth * likeness(want.part, source.text(t)) / 2000 - OTHER;
                    put(j + 1, here + worth - gap, Op::Other, 0, next, table);
                }
                _ => {}
            }
        }
    }

    fn is(&self, want: &Want<'_>, t: usize) -> bool {
        match want.part {
            Part::Token { .. } | Part::Package { .. } => want.class == self.classes[t],
            Part::Operator(_) => is_operator(self.source, t) && self.source.text(t) != b".",
            Part::Paste(pieces) => {
                let text = self.source.text(t);
                let fixed = |p: Option<&Piece>| match p {
                    Some(Piece::Text(t)) => t.clone(),
                    _ => Vec::new(),
                };
                self.source.tokens[t].atom == Atom::Word
                    && text.starts_with(&fixed(pieces.first()))
                    && text.ends_with(&fixed(pieces.last()))
            }
            _ => false,
        }
    }

    fn trace(&self, table: &Table, end: usize) -> Alignment {
        let (mut i, mut j) = (self.wants.len(), end);
        let mut steps = Vec::new();
        while i > 0 {
            let (op, from) = table.get(i, j);
            let token = (table.from + j).saturating_sub(1);
            let element = self.wants[i - 1].element;
            match op {
                Op::Begin => break,
                Op::Kept => steps.push(Step::Kept(element, token..token + 1)),
                Op::Other => steps.push(Step::Other(element, token)),
                Op::Gone => steps.push(Step::Gone(element, table.from + j)),
                Op::Jump => steps.push(Step::Kept(element, table.from + from..table.from + j)),
                Op::Tag => {}
                Op::New => {
                    while j > 0 {
                        steps.push(Step::New(table.from + j - 1));
                        j -= 1;
                        if table.opened[i * table.wide + j + 1] {
                            break;
                        }
                    }
                    continue;
                }
            }
            match op {
                Op::Kept | Op::Other => (i, j) = (i - 1, j.saturating_sub(1)),
                Op::Jump => (i, j) = (i - 1, from),
                Op::Tag => j = j.saturating_sub(1),
                _ => i -= 1,
            }
        }
        steps.reverse();
        let share = table.last[end] * 1000 / self.most;
        Alignment { elements: self.elements.clone(), share, tokens: covered(&steps), steps }
    }
}

/// The tokens from the first that an element lies on to the last.
fn covered(steps: &[Step]) -> Tokens {
    let there = steps.iter().filter_map(|s| match s {
        Step::Kept(_, t) if !t.is_empty() => Some(t.clone()),
        Step::Other(_, t) => Some(*t..t + 1),
        _ => None,
    });
    there.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end)).unwrap_or(0..0)
}

/// What is left of a window without some tokens.
fn without(window: &Tokens, tokens: &Tokens) -> Vec<Tokens> {
    let parts = [window.start..tokens.start.min(window.end), tokens.end.max(window.start)..window.end];
    parts.into_iter().filter(|p| p.start < p.end).collect()
}

/// Where each best score comes from.
struct Table {
    from: usize,
    wide: usize,
    ops: Vec<u32>,
    opened: Vec<bool>,
    last: Vec<i32>,
}

impl Table {
    fn set(&mut self, i: usize, j: usize, op: Op, from: usize) {
        self.ops[i * self.wide + j] = (op as u32) << 28 | from as u32;
    }

    fn get(&self, i: usize, j: usize) -> (Op, usize) {
        let packed = self.ops[i * self.wide + j];
        let op = OPS.get((packed >> 28) as usize).copied().unwrap_or(Op::Begin);
        (op, (packed & ((1 << 28) - 1)) as usize)
    }
}

/// Whether something that tells was found, or all but one name is there. A side without names needs none.
pub(crate) fn has_name(side: &Side, alignment: &Alignment) -> bool {
    let kept = |e: usize| alignment.steps.iter().any(|s| matches!(s, Step::Kept(k, _) if *k == e));
    let wordy = |e: usize| matches!(side.elements[e].part, Part::Token { atom: Atom::Word, .. });
    let strange = alignment.steps.iter().filter(|s| !matches!(s, Step::Kept(..)));
    let one_name = strange.clone().count() == 1 && strange.clone().all(|s| matches!(s, Step::Other(..)));
    let all = alignment.elements.clone();
    all.clone().any(|e| tells(side, e) && kept(e))
        || one_name && all.clone().any(|e| wordy(e) && kept(e))
        || !all.clone().any(|e| tells(side, e))
}

/// For each position a number for the innermost bracket around it.
fn brackets(source: &Source) -> Vec<u32> {
    let mut open = vec![0];
    let mut seen = 0;
    let mut within = Vec::with_capacity(source.tokens.len() + 1);
    for t in 0..source.tokens.len() {
        within.push(open.last().copied().unwrap_or(0));
        match source.text(t) {
            b"(" | b"[" | b"{" => {
                seen += 1;
                open.push(seen);
            }
            b")" | b"]" | b"}" if open.len() > 1 => drop(open.pop()),
            _ => {}
        }
    }
    within.push(open.last().copied().unwrap_or(0));
    within
}

fn borders(source: &Source) -> (Vec<bool>, Vec<bool>) {
    let mut lines = vec![false; source.tokens.len() + 1];
    let mut commas = lines.clone();
    for list in &source.lists {
        let flags = if list.kind.by_lines() { &mut lines } else { &mut commas };
        let items = list.items.iter().flat_map(|i| [i.tokens.start, i.tokens.end]);
        for at in items.chain([list.inside.start, list.inside.end]) {
            if let Some(flag) = flags.get_mut(at) {
                *flag = true;
            }
        }
    }
    (lines, commas)
}
