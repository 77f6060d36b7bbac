//! What no pattern can say: changes that need to know the types of a whole program.

pub mod align_atomics;
