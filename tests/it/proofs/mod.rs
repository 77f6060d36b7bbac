//! Proof that the shipped patchsets cure what they say, on the release in `testdata/release`: it is compiled and
//! run for 32-bit ARM and for other machines, before and after. Tools that are missing are named.

#![allow(clippy::unwrap_used, clippy::explicit_write)]

mod atomics;
mod by_hand;
mod compile;
mod execveat;
mod idmapper;
mod patchsets;
mod seccomp;
mod words;
mod workshop;
