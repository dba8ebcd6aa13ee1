//! Which department an order is for: the carried classifier, and what dispatchers taught it here.

use std::sync::{Arc, RwLock};

use anyhow::{Context, Result};
use knowledge::Library;
use tokio::task::spawn_blocking;

use super::department::{Correction, Corrections, Department, Model, Suggestion};
use crate::store::Store;

/// Suggests departments and learns from corrections.
pub struct Departments {
    library: Arc<Library>,
    learned: Arc<RwLock<Corrections>>,
}

impl Departments {
    /// With all that dispatchers have corrected so far.
    pub async fn load(library: Arc<Library>, store: &Store) -> Result<Self> {
        let departments = Self {
            library,
            learned: Arc::default(),
        };
        for (text, name) in store.department_corrections().await? {
            departments.learn(&text, &name).await?;
        }
        Ok(departments)
    }

    /// The departments that a matter may be for, the likeliest first; their shares add up to one.
    pub async fn suggest(&self, text: &str) -> Result<Vec<Suggestion>> {
        let (text, learned) = (text.to_owned(), Arc::clone(&self.learned));
        let library = Arc::clone(&self.library);
        spawn_blocking(move || {
            let model = Model::carried();
            let vector = vector(&library, model, &text);
            let learned = learned.read().unwrap_or_else(std::sync::PoisonError::into_inner);
            learned.suggest(model, &text, vector.as_deref())
        })
        .await
        .context("the classification was cut off")
    }

    /// Learns what a dispatcher chose; nothing where it is no department that the program knows.
    pub async fn learn(&self, text: &str, department: &str) -> Result<()> {
        let Some(department) = Department::named(department) else { return Ok(()) };
        let (text, learned) = (text.to_owned(), Arc::clone(&self.learned));
        let library = Arc::clone(&self.library);
        spawn_blocking(move || {
            let model = Model::carried();
            let vector = vector(&library, model, &text);
            let correction = Correction { text, vector, department };
            let mut learned = learned.write().unwrap_or_else(std::sync::PoisonError::into_inner);
            learned.learn(model, &correction);
        })
        .await
        .context("the lesson was cut off")
    }
}

/// The vector that the classifier was trained with; `None` where this site embeds otherwise.
fn vector(library: &Library, model: &Model, text: &str) -> Option<Vec<f32>> {
    if library.embedding_model() != model.embedding {
        return None;
    }
    match library.question_vector(&model.essence(text)) {
        Ok(vector) => Some(vector.to_vec()),
        Err(error) => {
            tracing::warn!(%error, "a matter is classified by its words alone");
            None
        }
    }
}
