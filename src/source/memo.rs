use std::any::Any;
use std::sync::{Arc, OnceLock};

/// What another room has worked out about a file, kept with it for whoever asks again: one thing of one type.
#[derive(Clone, Debug, Default)]
pub struct Derived(OnceLock<Arc<dyn Any + Send + Sync>>);

impl Derived {
    /// What is kept; it is made where nothing is.
    pub fn get_or<T: Any + Send + Sync>(&self, make: impl Fn() -> T) -> Arc<T> {
        let kept = self.0.get_or_init(|| Arc::new(make()));
        // Something of another type is none of ours.
        kept.clone().downcast().unwrap_or_else(|_| Arc::new(make()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once() {
        let (derived, made) = (Derived::default(), std::cell::Cell::new(0));
        let make = || made.replace(made.get() + 1);
        assert_eq!((*derived.get_or(make), *derived.get_or(make), made.get()), (0, 0, 1));
    }
}
