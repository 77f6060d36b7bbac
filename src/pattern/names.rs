use std::collections::HashMap;

/// The number of a hole within one patch. Equal numbers stand for equal code.
pub type HoleId = usize;

/// What makes two uses of a hole the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HoleName {
    /// `$name` or `$...name`.
    Named(String),
    /// The n-th `$_`, `$...` or `...` of a row of a fragment.
    Unnamed {
        /// Which fragment of the patch.
        fragment: usize,
        /// The row in it.
        row: usize,
        /// Counted per kind from the left.
        nth: usize,
        /// Whether it is an ellipsis.
        dots: bool,
    },
}

/// The holes of one patch: every fragment of it counts in the same list.
#[derive(Clone, Debug, Default)]
pub struct Names {
    names: Vec<HoleName>,
    numbers: HashMap<HoleName, HoleId>,
    fragments: usize,
}

impl Names {
    /// The number of a hole, a new one if it is new.
    pub fn id(&mut self, name: HoleName) -> HoleId {
        let names = &mut self.names;
        *self.numbers.entry(name).or_insert_with_key(|name| {
            names.push(name.clone());
            names.len() - 1
        })
    }

    /// The number of a named hole that occurs somewhere.
    pub fn find(&self, name: &str) -> Option<HoleId> {
        self.numbers.get(&HoleName::Named(name.to_owned())).copied()
    }

    /// The name of a hole as the author wrote it.
    pub fn show(&self, id: HoleId) -> String {
        match &self.names[id] {
            HoleName::Named(name) => format!("${name}"),
            HoleName::Unnamed { dots: true, .. } => "...".to_owned(),
            HoleName::Unnamed { .. } => "$_".to_owned(),
        }
    }

    /// Whether the hole has a name, and so stands for the same code wherever it is used.
    pub fn is_named(&self, id: HoleId) -> bool {
        matches!(self.names[id], HoleName::Named(_))
    }

    /// How many holes there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// A number for the next fragment.
    pub fn fragment(&mut self) -> usize {
        self.fragments += 1;
        self.fragments
    }
}
