/// Tells on a failure what the input was made into.
pub struct Told<'a>(pub &'a [(&'a str, &'a [u8])]);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for (name, text) in self.0 {
                eprintln!("---- {name}\n{}", String::from_utf8_lossy(text));
            }
        }
    }
}
