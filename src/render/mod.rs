//! Plans and complaints as text. Everything here is pure: values in, text out.

mod complaint;

pub use complaint::render as complaint;
