//! Elastic tab stops: a column is as wide as its widest cell over consecutive lines that have the cell.

/// What a printer puts out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A piece of text with this many characters.
    Text(usize),
    /// One blank.
    Blank,
    /// The end of a cell that keeps its column even if all its cells are empty.
    HardTab,
    /// The end of a cell.
    Tab,
    /// The end of a line.
    Line,
    /// The end of a line and of all columns.
    Feed,
}

/// Where the columns of a text lie.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    /// The white space before each text.
    pub gaps: Vec<Vec<u8>>,
    /// The line that each text is on.
    pub line_of: Vec<usize>,
    /// Whether each line shares a column, indentation aside, with the line after it.
    pub joined: Vec<bool>,
    /// The white space at the end.
    pub tail: Vec<u8>,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    /// One past the cell's last mark.
    end: usize,
    width: usize,
    hard: bool,
}

/// Sets the columns of everything between two places where all columns end.
pub(crate) fn expand(marks: &[Mark]) -> Columns {
    let mut out = Columns::default();
    let mut lines: Vec<Vec<Cell>> = vec![Vec::new()];
    let mut cell = Cell::default();
    let mut from = 0;
    for (i, &mark) in marks.iter().enumerate() {
        match mark {
            Mark::Text(width) => cell.width += width,
            Mark::Blank => cell.width += 1,
            _ => {
                cell.end = i;
                cell.hard = mark == Mark::HardTab;
                let cells = lines.last_mut().map_or(0, |line| {
                    line.push(cell);
                    line.len()
                });
                cell = Cell::default();
                if mark == Mark::Feed || mark == Mark::Line && cells == 1 {
                    flush(marks, from, &lines, &mut out);
                    from = i + 1;
                    lines = vec![Vec::new()];
                } else if mark == Mark::Line {
                    lines.push(Vec::new());
                }
            }
        }
    }
    if from < marks.len() {
        cell.end = marks.len();
        if let Some(line) = lines.last_mut() {
            line.push(cell);
        }
        flush(marks, from, &lines, &mut out);
    }
    out
}

/// The width of every cell that ends with a tab.
fn widths(lines: &[Vec<Cell>]) -> Vec<Vec<usize>> {
    let mut widths: Vec<Vec<usize>> = lines.iter().map(|l| vec![0; l.len().saturating_sub(1)]).collect();
    let columns = lines.iter().map(|l| l.len().saturating_sub(1)).max().unwrap_or(0);
    for column in 0..columns {
        let mut line = 0;
        while line < lines.len() {
            let block = lines[line..].iter().take_while(|l| l.len() > column + 1).count();
            let cells = lines[line..line + block].iter().map(|l| l[column]);
            let discarded = cells.clone().all(|c| c.width == 0 && !c.hard);
            let width = if discarded { 0 } else { cells.map(|c| c.width + 1).max().unwrap_or(0) };
            widths[line..line + block].iter_mut().for_each(|w| w[column] = width);
            line += block.max(1);
        }
    }
    widths
}

fn flush(marks: &[Mark], from: usize, lines: &[Vec<Cell>], out: &mut Columns) {
    let widths = widths(lines);
    let mut at = from;
    for (number, line) in lines.iter().enumerate() {
        let mut leading = true;
        for (column, cell) in line.iter().enumerate() {
            while at < cell.end {
                match marks[at] {
                    Mark::Text(_) => {
                        out.gaps.push(std::mem::take(&mut out.tail));
                        out.line_of.push(out.joined.len());
                    }
                    _ => out.tail.push(b' '),
                }
                at += 1;
            }
            at += 1;
            let Some(&width) = widths[number].get(column) else { continue };
            leading &= cell.width == 0;
            if leading {
                out.tail.resize(out.tail.len() + width.div_ceil(8), b'\t');
            } else {
                out.tail.resize(out.tail.len() + (width - cell.width.min(width)), b' ');
            }
        }
        let ended = at <= marks.len() && matches!(marks.get(at.wrapping_sub(1)), Some(Mark::Line | Mark::Feed));
        if ended {
            let kept = out.tail.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
            out.tail.truncate(kept);
            out.tail.push(b'\n');
        }
        let next = lines.get(number + 1).map_or(&[][..], |l| l);
        out.joined.push(share_column(line, next));
    }
}

fn share_column(a: &[Cell], b: &[Cell]) -> bool {
    let indent = |line: &[Cell]| line.iter().take_while(|c| c.width == 0 && c.hard).count();
    indent(a).min(indent(b)) + 1 < a.len().min(b.len())
}
