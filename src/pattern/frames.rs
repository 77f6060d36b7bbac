use crate::language::Language;
use crate::patchset::Reading;

/// Code around a fragment that makes a file of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// How the fragment is read in it.
    pub reading: Reading,
    /// What is before the fragment.
    pub head: &'static str,
    /// What is behind it.
    pub tail: &'static str,
    /// Whether the fragment must be one expression or type in it.
    pub value: bool,
}

impl Frame {
    /// Whether a comma can be the last that is in it.
    pub fn may_end_in_comma(&self) -> bool {
        matches!(self.reading, Reading::Element | Reading::Parameter | Reading::Enumerator)
            && !self.tail.starts_with(',')
    }
}

const fn frame(reading: Reading, head: &'static str, tail: &'static str) -> Frame {
    Frame { reading, head, tail, value: false }
}

const fn value(head: &'static str, tail: &'static str) -> Frame {
    Frame { reading: Reading::Code, head, tail, value: true }
}

/// The frames of a language. Within one reading the first that parses is taken.
pub(crate) fn frames(language: Language) -> &'static [Frame] {
    match language {
        Language::Go => GO,
        Language::C => C,
        Language::Text => &[],
    }
}

const GO: &[Frame] = &[
    frame(Reading::Code, "", "\n"),
    frame(Reading::Code, "func _() {\n", "\n}\n"),
    value("var _ ", "\n"),
    value("var _ = ", "\n"),
    frame(Reading::Field, "type _ struct {\n", "\n}\n"),
    frame(Reading::Element, "var _ = T{\n", ",\n}\n"),
    frame(Reading::Element, "var _ = T{\n", "\n}\n"),
    frame(Reading::Parameter, "func _(\n", ",\n) {}\n"),
    frame(Reading::Parameter, "func _(\n", "\n) {}\n"),
    frame(Reading::Case, "func _() {\nswitch _ {\n", "\n}\n}\n"),
    frame(Reading::Case, "func _() {\nswitch _ := _.(type) {\n", "\n}\n}\n"),
    frame(Reading::Case, "func _() {\nselect {\n", "\n}\n}\n"),
    frame(Reading::Method, "type _ interface {\n", "\n}\n"),
    frame(Reading::Spec, "var (\n", "\n)\n"),
    frame(Reading::Spec, "const (\n", "\n)\n"),
    frame(Reading::Spec, "type (\n", "\n)\n"),
    frame(Reading::Spec, "import (\n", "\n)\n"),
];

const C: &[Frame] = &[
    frame(Reading::Code, "void _(void) {\n", "\n}\n"),
    frame(Reading::Code, "", "\n"),
    value("void _(void) {\n_ = ", "\n;}\n"),
    value("void _(void) {\n", "\n;}\n"),
    value("void _(void) {\n_ = sizeof(", "\n);}\n"),
    value("void _(void) {\n_ = (", "\n)_;}\n"),
    frame(Reading::Field, "struct _ {\n", "\n};\n"),
    frame(Reading::Element, "int _[] = {\n", "\n};\n"),
    frame(Reading::Enumerator, "enum _ {\n", "\n};\n"),
    frame(Reading::Parameter, "void _(\n", "\n) {}\n"),
];
