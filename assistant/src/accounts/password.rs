//! Passwords: which are good enough, and how they are kept.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use argon2::password_hash::SaltString;
use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use rand::Rng;
use rand::seq::IndexedRandom;
use tokio::sync::Semaphore;

/// Fewest characters of a password.
const SHORTEST: usize = 10;
/// Most characters of a password.
const LONGEST: usize = 128;
/// Letters and digits that nobody takes for one another when they are read aloud or copied by hand.
const CLEAR_CHARACTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// Passwords of ten and more characters that attackers try first.
const COMMON: &[&str] = &[
    "1234567890", "12345678910", "123456789a", "a123456789", "0123456789", "0987654321",
    "9876543210", "1122334455", "1234512345", "1qaz2wsx3edc", "1q2w3e4r5t", "1q2w3e4r5t6y",
    "qwertyuiop", "qwerty123456", "qwertyuiop123", "asdfghjkl123", "asdfghjkl;", "abcdefghij",
    "abc1234567", "abcd123456", "abc123456789", "password12", "password123", "password1234",
    "passw0rd123", "p@ssw0rd123", "admin12345", "admin123456", "administrator", "root123456",
    "letmein1234", "welcome123", "welcome1234", "iloveyou520", "woaini1314", "woaini5201314",
    "5201314520", "1314520131", "qq123456789", "zxcvbnm123", "zxcvbnm,./", "changeme123",
    "xiangyin123", "xiangyin1234", "shequ123456", "wangge12345", "gongzuo123",
];

/// Why a password can't be taken; the text says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// Fewer than ten characters.
    #[error("密码太短了，至少要 10 个字符。可以用几个词连起来，好记又难猜。")]
    Short,
    /// More than anybody types.
    #[error("密码太长了，最多 128 个字符。")]
    Long,
    /// It is the sign-in name, or little more.
    #[error("密码里不能带登录名，请换一个。")]
    Login,
    /// Everybody tries it.
    #[error("这个密码太常见，很容易被人猜到，请换一个。")]
    Common,
    /// The one before it.
    #[error("新密码和旧密码一样，请换一个。")]
    Same,
}

/// Whether a new password is good enough for the account with this sign-in name.
pub fn check_password(login: &str, password: &str) -> Result<(), PasswordProblem> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(PasswordProblem::Short);
    }
    if length > LONGEST {
        return Err(PasswordProblem::Long);
    }
    let small = password.to_lowercase();
    let login = login.to_lowercase();
    if small == login || (login.chars().count() >= 4 && small.contains(&login)) {
        return Err(PasswordProblem::Login);
    }
    let mut different: Vec<char> = small.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < 4 || COMMON.contains(&small.as_str()) {
        return Err(PasswordProblem::Common);
    }
    Ok(())
}

/// A password to be used once: three groups of four clear characters, about 59 random bits.
pub fn one_time_password() -> String {
    let mut random = rand::rng();
    let mut group = || -> String {
        (0..4)
            .filter_map(|_| CLEAR_CHARACTERS.choose(&mut random).copied().map(char::from))
            .collect()
    };
    format!("{}-{}-{}", group(), group(), group())
}

/// Turns passwords into what is kept of them (Argon2id, 19 MiB, two passes: RFC 9106 and OWASP's
/// advice for servers), and compares.
///
/// Each takes tens of milliseconds of a processor and 19 MiB, so only a few are at it at once and
/// none on the asynchronous threads.
#[derive(Debug)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// Compared with where there is no account, so that both answers take equally long.
    nobody: String,
}

impl Passwords {
    /// Lets `at_once` passwords be computed at the same time.
    pub fn new(at_once: usize) -> Result<Self> {
        Ok(Self {
            turns: Arc::new(Semaphore::new(at_once.max(1))),
            nobody: hash(&one_time_password())?,
        })
    }

    /// What is kept of a password, in PHC form.
    pub async fn hash(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        self.compute(move || hash(&password)).await
    }

    /// Whether the password is the one kept; without one it takes as long and is wrong.
    pub async fn verify(&self, password: &str, kept: Option<&str>) -> Result<bool> {
        let password = password.to_owned();
        let known = kept.is_some();
        let kept = kept.unwrap_or(&self.nobody).to_owned();
        let right = self.compute(move || verify(&password, &kept)).await?;
        Ok(right && known)
    }

    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = Arc::clone(&self.turns).acquire_owned().await?;
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        })
        .await
        .context("the password could not be computed")?
    }
}

fn hash(password: &str) -> Result<String> {
    let salt = SaltString::encode_b64(&rand::rng().random::<[u8; 16]>())
        .map_err(|error| anyhow!("no salt: {error}"))?;
    let hash = Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map_err(|error| anyhow!("the password could not be hashed: {error}"))?;
    Ok(hash.to_string())
}

fn verify(password: &str, kept: &str) -> Result<bool> {
    let kept =
        PasswordHash::new(kept).map_err(|error| anyhow!("a kept password can't be read: {error}"))?;
    match Argon2::default().verify_password(password.as_bytes(), &kept) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::Password) => Ok(false),
        Err(error) => Err(anyhow!("the password could not be compared: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        for (login, password, expected) in [
            ("wang", "short", Err(PasswordProblem::Short)),
            ("wang", "九个字的密码还不够", Err(PasswordProblem::Short)),
            ("wang", "Wang-Guilan-88", Err(PasswordProblem::Login)),
            ("administrator", "Administrator", Err(PasswordProblem::Login)),
            ("wang", "aaaaaaaaaaaa", Err(PasswordProblem::Common)),
            ("wang", "Password123", Err(PasswordProblem::Common)),
            ("wang", "1qaz2wsx3edc", Err(PasswordProblem::Common)),
            ("wang", "河边的老槐树开了白花", Ok(())),
            ("wang", "correct horse battery", Ok(())),
        ] {
            assert_eq!(check_password(login, password), expected, "{password}");
        }
        assert_eq!(check_password("wang", &"长句子啊".repeat(33)), Err(PasswordProblem::Long));
    }

    #[test]
    fn a_one_time_password_is_clear_new_and_good_enough() {
        let password = one_time_password();
        assert_eq!(password.len(), 14);
        assert!(!password.contains(['0', 'o', '1', 'l', 'i']), "{password}");
        assert_ne!(password, one_time_password());
        check_password("admin", &password).unwrap();
    }

    #[tokio::test]
    async fn only_the_right_password_is_right_and_nobody_has_none() {
        let passwords = Passwords::new(2).unwrap();
        let kept = passwords.hash("河边的老槐树开了白花").await.unwrap();
        assert!(kept.starts_with("$argon2id$"), "{kept}");
        assert_ne!(kept, passwords.hash("河边的老槐树开了白花").await.unwrap());
        assert!(passwords.verify("河边的老槐树开了白花", Some(&kept)).await.unwrap());
        assert!(!passwords.verify("河边的老槐树开了红花", Some(&kept)).await.unwrap());
        assert!(!passwords.verify("河边的老槐树开了白花", None).await.unwrap());
    }
}
