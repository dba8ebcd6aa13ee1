//! Which department an order is for: suggested from its words, corrected by the dispatcher.
//!
//! [`features`] turns a text into hashed terms, [`Model`] weighs them with weights that the program
//! carries (`xiangyin-eval train department` writes them), [`Corrections`] adds what dispatchers
//! changed.
//!
//! ```
//! use assistant::work_orders::department::{Corrections, Model};
//!
//! let model = Model::carried();
//! let suggestions = Corrections::default().suggest(model, "出租车司机拒载，还不打表", None);
//! assert_eq!(suggestions[0].department.name(), "交通运输");
//! ```

pub mod features;
mod file;
mod learn;
mod linear;
mod model;

pub use learn::{Correction, Corrections};
pub use linear::Linear;
pub use model::{Model, Reading, Sureness};

use serde::{Deserialize, Serialize};

/// A department, as the first level of the public classification of citizens' messages names it.
///
/// The carried model has been trained on seven of them: 交通运输, 劳动和社会保障, 卫生计生,
/// 商贸旅游, 城乡建设, 教育文体 and 环境保护. The others are suggested once a dispatcher has chosen
/// them for similar orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Department {
    /// Taxis, post and parcels, roads between towns.
    #[serde(rename = "交通运输")]
    Transport,
    /// The Party's and the government's own affairs.
    #[serde(rename = "党务政务")]
    Government,
    /// Farming and villages.
    #[serde(rename = "农村农业")]
    Agriculture,
    /// Work, wages, pensions, social insurance.
    #[serde(rename = "劳动和社会保障")]
    Labour,
    /// Health and family planning.
    #[serde(rename = "卫生计生")]
    Health,
    /// Trade, prices, consumers, the safety of products and lifts, tourism.
    #[serde(rename = "商贸旅游")]
    Commerce,
    /// Land and resources.
    #[serde(rename = "国土资源")]
    Land,
    /// Housing, property management, water, gas, building, town traffic.
    #[serde(rename = "城乡建设")]
    Construction,
    /// Police, courts, justice.
    #[serde(rename = "政法")]
    Justice,
    /// Schools, culture, sport.
    #[serde(rename = "教育文体")]
    Education,
    /// Welfare, elderly care, marriage, neighbourhood committees.
    #[serde(rename = "民政")]
    CivilAffairs,
    /// Noise, air, water, waste.
    #[serde(rename = "环境保护")]
    Environment,
    /// Science, telecommunication, information industry.
    #[serde(rename = "科技与信息产业")]
    Technology,
    /// Misconduct of officials.
    #[serde(rename = "纪检监察")]
    Discipline,
    /// Finance, taxes, enterprises.
    #[serde(rename = "经济管理")]
    Economy,
}

impl Department {
    /// All of them; the carried file names a department by its place here, so the order stays.
    pub const ALL: [Self; 15] = [
        Self::Transport,
        Self::Government,
        Self::Agriculture,
        Self::Labour,
        Self::Health,
        Self::Commerce,
        Self::Land,
        Self::Construction,
        Self::Justice,
        Self::Education,
        Self::CivilAffairs,
        Self::Environment,
        Self::Technology,
        Self::Discipline,
        Self::Economy,
    ];

    /// Its name on screen and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Transport => "交通运输",
            Self::Government => "党务政务",
            Self::Agriculture => "农村农业",
            Self::Labour => "劳动和社会保障",
            Self::Health => "卫生计生",
            Self::Commerce => "商贸旅游",
            Self::Land => "国土资源",
            Self::Construction => "城乡建设",
            Self::Justice => "政法",
            Self::Education => "教育文体",
            Self::CivilAffairs => "民政",
            Self::Environment => "环境保护",
            Self::Technology => "科技与信息产业",
            Self::Discipline => "纪检监察",
            Self::Economy => "经济管理",
        }
    }

    /// The department of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|department| department.name() == name)
    }

    /// Its place in [`Self::ALL`].
    fn place(self) -> usize {
        self as usize
    }
}

/// A department that an order may be for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Suggestion {
    /// Which one.
    pub department: Department,
    /// Probability that a dispatcher would choose it, 0 to 1; all suggestions' add up to 1.
    pub confidence: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_department_is_found_by_its_name_and_place() {
        for (place, department) in Department::ALL.into_iter().enumerate() {
            assert_eq!(department.place(), place);
            assert_eq!(Department::named(department.name()), Some(department));
            let json = serde_json::to_string(&department).unwrap();
            assert_eq!(json, format!("\"{}\"", department.name()));
        }
        assert_eq!(Department::named("没有的部门"), None);
    }
}
