//! The ONNX runtime: one shared library and one environment for the whole process.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use ort::{environment::Environment, session::Session};

use crate::ModelError;

/// The runtime allows one environment a process, from one library.
static STARTED: Mutex<Option<(PathBuf, Environment)>> = Mutex::new(None);

/// Loads a model from memory, to run on so many threads.
pub(super) fn session(
    library: &Path,
    model: &Path,
    bytes: &[u8],
    threads: usize,
) -> Result<Session, ModelError> {
    let environment = environment(library)?;
    let unusable = |error: &dyn std::fmt::Display| ModelError::Unsupported {
        path: model.to_owned(),
        reason: error.to_string(),
    };
    let builder = Session::builder(&environment).map_err(|error| unusable(&error))?;
    // Idle threads must not spin: recognition and writing take their turns on the same cores.
    builder
        .with_intra_threads(threads.max(1))
        .map_err(|error| unusable(&error))?
        .with_intra_op_spinning(false)
        .map_err(|error| unusable(&error))?
        .commit_from_memory(bytes)
        .map_err(|error| unusable(&error))
}

fn environment(library: &Path) -> Result<Environment, ModelError> {
    let mut started = STARTED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, environment)) = &*started {
        return Ok(environment.clone());
    }
    if !library.exists() {
        return Err(ModelError::Missing(library.to_owned()));
    }
    let unusable = |error: &dyn std::fmt::Display| ModelError::Unsupported {
        path: library.to_owned(),
        reason: error.to_string(),
    };
    let environment = ort::init_from(library)
        .map_err(|error| unusable(&error))?
        .build()
        .map_err(|error| unusable(&error))?;
    *started = Some((library.to_owned(), environment.clone()));
    Ok(environment)
}
