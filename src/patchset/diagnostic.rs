use crate::source::Bytes;

/// What is wrong with a patchset, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong.
    pub message: String,
    /// The bytes of the patchset file that are at fault.
    pub span: Bytes,
    /// A short word beside the marked bytes.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A diagnostic about these bytes.
    pub fn new(span: &Bytes, message: impl Into<String>) -> Diagnostic {
        Diagnostic { message: message.into(), span: span.clone(), label: String::new(), help: None }
    }

    /// With a short word beside the marked bytes.
    pub fn label(self, label: impl Into<String>) -> Diagnostic {
        Diagnostic { label: label.into(), ..self }
    }

    /// The bytes at fault that lie in the text, between characters.
    pub fn span_in(&self, text: &str) -> Bytes {
        let is_boundary = |at: &usize| text.is_char_boundary(*at);
        let start = (0..=self.span.start.min(text.len())).rev().find(is_boundary).unwrap_or(0);
        let end = (self.span.end.min(text.len())..text.len()).find(is_boundary).unwrap_or(text.len());
        start..end.max(start)
    }

    /// With what to do.
    pub fn help(self, help: impl Into<String>) -> Diagnostic {
        Diagnostic { help: Some(help.into()), ..self }
    }
}
