//! What a sign-in name may look like.

/// Why a sign-in name can't be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("登录名要 2 到 32 个字，只用汉字、字母、数字和 . _ -，中间不留空格。")]
pub struct LoginProblem;

/// The name as it is kept: small letters, nothing around it.
pub fn check_login(login: &str) -> Result<String, LoginProblem> {
    let login = login.trim().to_lowercase();
    let length = login.chars().count();
    let fits = |character: char| character.is_alphanumeric() || "._-".contains(character);
    if (2..=32).contains(&length) && login.chars().all(fits) {
        Ok(login)
    } else {
        Err(LoginProblem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_kept_in_small_letters_and_without_blanks() {
        assert_eq!(check_login(" Wang.Gui-Lan ").as_deref(), Ok("wang.gui-lan"));
        assert_eq!(check_login("王桂兰").as_deref(), Ok("王桂兰"));
        for wrong in ["", "a", "wang guilan", "a/b", &"长".repeat(33)] {
            assert_eq!(check_login(wrong), Err(LoginProblem), "{wrong}");
        }
    }
}
