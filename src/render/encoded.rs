use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// Bytes in JSON: a plain string where they are UTF-8, `{"base64": "…"}` where they are not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Encoded {
    /// UTF-8.
    Text(String),
    /// Anything else.
    Bytes {
        /// The bytes in base64, with padding.
        base64: String,
    },
}

impl Encoded {
    /// Encodes bytes.
    pub fn of(bytes: &[u8]) -> Encoded {
        match std::str::from_utf8(bytes) {
            Ok(text) => Encoded::Text(text.to_owned()),
            Err(_) => Encoded::Bytes { base64: STANDARD.encode(bytes) },
        }
    }

    /// Encodes a path.
    pub fn of_path(path: &Path) -> Encoded {
        Encoded::of(path.as_os_str().as_bytes())
    }

    /// The bytes again; `None` where the base64 is broken.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Encoded::Text(text) => Some(text.clone().into_bytes()),
            Encoded::Bytes { base64 } => STANDARD.decode(base64).ok(),
        }
    }

    /// The path again.
    pub fn path(&self) -> Option<PathBuf> {
        Some(PathBuf::from(std::ffi::OsString::from_vec(self.bytes()?)))
    }
}

impl From<&OsStr> for Encoded {
    fn from(text: &OsStr) -> Encoded {
        Encoded::of(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_as_they_were() {
        for bytes in [&b"plain \xc3\xa4"[..], b"", b"\xff\xfe", b"latin \xe4 one"] {
            let json = serde_json::to_string(&Encoded::of(bytes)).unwrap();
            let back: Encoded = serde_json::from_str(&json).unwrap();
            assert_eq!(back.bytes().unwrap(), bytes);
            assert_eq!(json.contains("base64"), std::str::from_utf8(bytes).is_err());
        }
    }
}
