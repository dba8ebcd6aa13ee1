//! End-to-end tests of the running product stand in `tests/`.
