//! What became of each field.

use super::analysis::{Shape, Study};
use super::atomic_types::{Conversions, already_typed};
use super::hot::{Hot, HotField};
use super::model::{Finding, Level, Outcome, Report, StructKey, Style};
use super::order::{Plan, Settled};
use super::skew::is_aligned;
use crate::golang::types::{FileId, Go, Orders, Slot};
use crate::source::{Edit, sort_edits};
use std::collections::BTreeMap;

/// All that is known at the end.
pub(crate) struct Found<'a, 'w, 't> {
    pub(crate) study: &'a Study<'w, 't>,
    pub(crate) hot: &'a Hot,
    pub(crate) plan: Plan,
    pub(crate) settled: &'a Settled<'a>,
    pub(crate) conversions: &'a Conversions,
}

impl Found<'_, '_, '_> {
    /// The findings in order, and the edits.
    pub(crate) fn report(&self, edits: BTreeMap<FileId, Vec<Edit>>) -> Report {
        let mut report = Report::default();
        for (&key, fields) in &self.hot.structs {
            if !(self.settled.scope)(self.study.world.path(key.0)) {
                continue;
            }
            if let Some(shape) = self.study.shape(key) {
                report.findings.extend(self.of_struct(key, &shape, fields));
            }
        }
        if self.settled.options.style == Style::AtomicTypes {
            self.add_typed(&mut report);
        }
        report.count();
        for (id, mut list) in edits {
            if !list.is_empty() && sort_edits(&mut list).is_ok() {
                report.edits.insert(self.study.world.path(id).to_owned(), list);
            }
        }
        report.findings.sort_by(|a, b| (&a.file, a.line, &a.field).cmp(&(&b.file, b.line, &b.field)));
        report
    }

    fn of_struct(&self, key: StructKey, shape: &Shape, fields: &BTreeMap<usize, HotField>) -> Vec<Finding> {
        let go = self.study.go_for(key.0);
        let before = go.offsets(&shape.place, &Orders::default());
        let after = go.offsets(&shape.place, &self.plan.orders);
        let at = |offsets: &[Option<u64>], i: usize| offsets.get(i).copied().flatten();
        let mut findings = Vec::new();
        for (&i, hot) in fields {
            let outcome = self.outcome(key, i, at(&before, i));
            let mut finding = shape.finding(self.study, i, hot, outcome);
            (finding.before, finding.after) = (at(&before, i), at(&after, i));
            if finding.before.is_none() {
                finding.unknown = unknown(go, shape, i);
            }
            finding.uneven = self.uneven(key);
            if let Some(skew) = self.plan.skews.get(&(key, i)).filter(|skew| !is_aligned(skew, finding.after)) {
                let words: Vec<String> = skew.iter().map(u64::to_string).collect();
                let why = format!("what it holds stays misaligned by itself (offset {} modulo 8)", words.join(" and "));
                (finding.outcome, finding.is_unsafe) = (Outcome::Refused(why), true);
            }
            let stays = matches!(finding.outcome, Outcome::Refused(_)) && finding.after.is_none_or(|at| at % 8 != 0);
            finding.is_unsafe |= stays || finding.uneven.is_some();
            if hot.level != Level::Container {
                finding.unconverted = self.conversions.refused.get(&key).cloned();
            }
            findings.push(finding);
        }
        findings
    }

    fn outcome(&self, key: StructKey, i: usize, before: Option<u64>) -> Outcome {
        if self.conversions.fields.get(&key).is_some_and(|fields| fields.contains(&i)) {
            return Outcome::Converted;
        }
        // A field that only moves because another one does was aligned, and still is.
        let was_aligned = before.is_some_and(|at| at % 8 == 0);
        let needs =
            self.plan.needs.contains(&(key, i)) && !(was_aligned && self.settled.options.style == Style::Minimal);
        let stays = self.plan.stays.get(&key).or(self.settled.refused.get(&key));
        let is_padded = || {
            let order = self.plan.orders.slots.get(&key);
            order.is_some_and(|order| order.last() == Some(&Slot::Pad)) && self.hot.elements.contains_key(&key)
        };
        match stays {
            Some(reason) if needs => Outcome::Refused(reason.clone()),
            _ if needs => Outcome::Moved,
            _ if is_padded() => Outcome::Padded,
            _ => Outcome::Aligned,
        }
    }

    /// Why a field is not aligned in every element, and why that is not cured.
    fn uneven(&self, key: StructKey) -> Option<String> {
        let stride = self.plan.strides.get(&key)?;
        let stays = self.plan.stays.get(&key).or(self.settled.refused.get(&key));
        Some(match stays {
            Some(reason) if self.settled.options.pad => format!("{stride}; it is not padded: {reason}"),
            None if self.settled.options.pad => format!("{stride}; it is not padded: that would not help"),
            _ => format!("{stride}; `pad = true` puts 4 bytes behind each"),
        })
    }

    /// Adds the fields that have one of sync/atomic's types already: what an earlier run has made of them.
    fn add_typed(&self, report: &mut Report) {
        for (key, decl) in already_typed(self.study, self.settled.scope) {
            let Some(shape) = self.study.shape(key) else { continue };
            let offsets = self.study.go_for(key.0).offsets(&shape.place, &Orders::default());
            let nothing = HotField::new(Level::Direct);
            for i in (0..shape.fields.len()).filter(|&i| shape.fields[i].decl == decl) {
                let mut finding = shape.finding(self.study, i, &nothing, Outcome::Aligned);
                finding.before = offsets.get(i).copied().flatten();
                finding.after = finding.before;
                report.findings.push(finding);
            }
        }
    }
}

impl Report {
    /// Counts the structs.
    fn count(&mut self) {
        let mut structs: BTreeMap<_, (bool, bool)> = BTreeMap::new();
        for finding in &self.findings {
            let slot = structs.entry((&finding.file, finding.struct_line, &finding.name)).or_default();
            slot.0 |= finding.is_change();
            slot.1 |= finding.is_unsafe || matches!(finding.outcome, Outcome::Refused(_));
        }
        self.to_do = structs.values().filter(|s| s.0).count();
        self.refused = structs.values().filter(|s| s.1 && !s.0).count();
        self.done = structs.len() - self.to_do - self.refused;
    }
}

/// Why the offset of a field is not known.
fn unknown(go: &Go<'_, '_>, shape: &Shape, i: usize) -> Option<String> {
    let orders = Orders::default();
    let field = shape.fields.iter().take(i).find(|field| go.size(&field.ty, &orders).is_none())?;
    go.take_note();
    go.size(&field.ty, &orders);
    let missing = go.take_note().unwrap_or_else(|| "its type is not known".to_owned());
    Some(format!("the size of `{}` before it is not known: {missing}", field.name))
}

impl Shape {
    fn finding(&self, study: &Study<'_, '_>, i: usize, hot: &HotField, outcome: Outcome) -> Finding {
        let field = &self.fields[i];
        Finding {
            file: study.world.path(self.place.file).to_owned(),
            line: self.line_of(field),
            struct_line: self.line(),
            package: self.file.header.package.clone(),
            name: self.name.clone(),
            field: field.name.clone(),
            level: hot.level,
            sites: hot.sites.iter().cloned().collect(),
            before: None,
            after: None,
            unknown: None,
            unconverted: None,
            uneven: None,
            outcome,
            is_unsafe: false,
        }
    }
}
