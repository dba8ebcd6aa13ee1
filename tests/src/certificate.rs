//! Certificates for calls over TLS: an authority of one test, and those it gave to this machine.

use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

/// An authority and what it gave out.
pub struct Certificates {
    authority: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

/// A certificate and its key, as PEM.
pub struct Certificate {
    /// What is shown.
    pub certificate: String,
    /// What proves it.
    pub key: String,
}

impl Default for Certificates {
    /// A new authority, which nobody else believes.
    fn default() -> Self {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let authority = CertifiedIssuer::self_signed(parameters, key).expect("an authority");
        Self { authority, folder: TempDir::new().expect("a folder") }
    }
}

impl Certificates {
    /// The authority's own certificate, as PEM.
    pub fn authority(&self) -> String {
        self.authority.pem()
    }

    /// A certificate for `names`, addresses among them.
    pub fn give(&self, names: &[&str]) -> Certificate {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().expect("a key");
        let parameters = CertificateParams::new(names).expect("names");
        let certificate = parameters.signed_by(&key, &self.authority).expect("signed");
        Certificate { certificate: certificate.pem(), key: key.serialize_pem() }
    }

    /// A file with this text, for as long as this lives.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }
}
