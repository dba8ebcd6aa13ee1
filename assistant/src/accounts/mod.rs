//! Who works here and what each may do: roles, passwords, session tokens, lock-out. No I/O.

mod held;
mod lock_out;
mod login;
mod password;
mod role;
mod token;

pub use held::{HeldRole, is_within, may, reach, scopes};
pub use lock_out::locked_until;
pub use login::{LoginProblem, check_login};
pub use password::{PasswordProblem, Passwords, check_password, one_time_password};
pub use role::{Permission, Role, UnknownRole};
pub use token::{SessionToken, token_digest};
