use super::error::{GitError, failed};
use super::open::{Git, What};
use crate::write::error::WriteError;
use git2::{ErrorCode, Oid};
use std::path::Path;

/// What is checked out in a repository, with the bytes that say so: whoever moves it meanwhile is noticed.
pub(crate) struct Tip {
    /// The commit.
    pub commit: Oid,
    /// The bytes of `HEAD`.
    pub head: Vec<u8>,
    /// The branch that `HEAD` is on, by its full name, and what it holds; `None` for a detached head.
    pub branch: Option<(String, Vec<u8>)>,
}

impl Tip {
    /// Reads what is checked out; `shown` is what to call the repository. Fails where there is no commit yet, or where
    /// somebody moves it at this moment.
    pub fn read(git: &Git, shown: &Path) -> Result<Tip, WriteError> {
        let head = bytes(git, &What::Head)?;
        let (commit, branch) = resolved(git, shown)?;
        let branch = match branch {
            Some(name) => {
                let what = What::Reference(name.clone());
                Some((name, bytes(git, &what)?))
            }
            None => None,
        };
        let tip = Tip { commit, head, branch };
        // The library may have read something newer than was read here.
        let says = match &tip.branch {
            Some((_, bytes)) => bytes,
            None => &tip.head,
        };
        let is_still = bytes(git, &What::Head)? == tip.head && says.trim_ascii_end() == commit.to_string().as_bytes();
        if is_still { Ok(tip) } else { Err(WriteError::Changed(git.spot(&What::Head)?.shown().to_owned())) }
    }
}

fn bytes(git: &Git, what: &What) -> Result<Vec<u8>, WriteError> {
    let spot = git.spot(what)?;
    let bytes = spot.bytes()?;
    bytes.ok_or_else(|| WriteError::Changed(spot.shown().to_owned()))
}

/// The commit that is checked out, and the branch that it is on.
fn resolved(git: &Git, shown: &Path) -> Result<(Oid, Option<String>), WriteError> {
    let refuse = |why: &str| Err(GitError::repository(shown, why).into());
    let head = match git.head() {
        Ok(head) => head,
        Err(e) if e.code() == ErrorCode::UnbornBranch => {
            return refuse("the repository has no commits yet; make the first one");
        }
        Err(other) => return Err(failed("read HEAD of", git)(other).into()),
    };
    let commit = head.peel_to_commit().map_err(failed("read HEAD of", git))?.id();
    if git.head_detached().map_err(failed("read HEAD of", git))? {
        return Ok((commit, None));
    }
    match head.name() {
        Ok(name) if What::of(name).is_some() && name.starts_with("refs/heads/") => Ok((commit, Some(name.to_owned()))),
        _ => refuse("what is checked out is no branch; `git switch` goes to one"),
    }
}
