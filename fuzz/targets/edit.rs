#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| treepatch_fuzz::edit(data));
