use super::Setting;
use crate::report::Report;
pub(super) fn run(setting: &Setting) -> anyhow::Result<Report> { anyhow::bail!("{:?}", setting.data) }
