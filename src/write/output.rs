use super::WriteError;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes bytes to a file that the user named, wholly or not at all. A device or a pipe is written into, not replaced.
pub fn output(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let failed = |what| move |source| WriteError::System { what, path: path.to_owned(), source };
    let known = match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => return Err(WriteError::OutputIsFolder(path.to_owned())),
        Ok(meta) if !meta.is_file() => {
            let written = fs::OpenOptions::new().write(true).open(path).and_then(|mut file| file.write_all(bytes));
            return written.map_err(failed("write"));
        }
        Ok(meta) => Some(meta),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(failed("write")(e)),
    };
    // A symlink stays one: what it points to is replaced.
    let target = match &known {
        Some(_) => path.canonicalize().map_err(failed("write"))?,
        None => path.to_owned(),
    };
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    use std::os::unix::fs::PermissionsExt;
    let mode = known.map_or_else(|| fs::Permissions::from_mode(0o666), |meta| meta.permissions());
    let mut file = tempfile::Builder::new()
        .prefix(".treepatch-")
        .permissions(mode)
        .tempfile_in(folder)
        .map_err(failed("write"))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed("write"))?;
    file.persist(&target).map(drop).map_err(|e| failed("write")(e.error))
}

/// Writes files into a folder that the user named, which must be empty or not there yet.
pub fn folder(path: &Path, files: &[(PathBuf, Vec<u8>)]) -> Result<(), WriteError> {
    let failed = |what| move |source| WriteError::System { what, path: path.to_owned(), source };
    fs::create_dir_all(path).map_err(failed("make the folder"))?;
    if fs::read_dir(path).map_err(failed("list the folder"))?.next().is_some() {
        return Err(WriteError::OutputIsFull(path.to_owned()));
    }
    for (name, bytes) in files {
        let file = path.join(name);
        fs::create_dir_all(file.parent().unwrap_or(path)).map_err(failed("make folders in"))?;
        output(&file, bytes)?;
    }
    Ok(())
}
