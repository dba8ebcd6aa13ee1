//! Work orders: who is to see to what.

pub mod department;
