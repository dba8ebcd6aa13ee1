//! The dialects that the crate knows.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Error;

/// A dialect. `Option<Variety>` is used throughout; `None` is standard Mandarin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variety {
    /// 昆明 and Yunnan, Southwestern Mandarin.
    Kunming,
    /// 成都 and Sichuan, Southwestern Mandarin.
    Chengdu,
    /// 重庆, Southwestern Mandarin.
    Chongqing,
    /// 贵阳, Southwestern Mandarin.
    Guiyang,
    /// 合肥, Jianghuai Mandarin.
    Hefei,
    /// 鲁西, west Shandong, Zhongyuan Mandarin.
    Luxi,
    /// 济南, Jilu Mandarin.
    Jinan,
    /// 中原: Henan and around, Zhongyuan Mandarin.
    Zhongyuan,
    /// 东北, Northeastern Mandarin.
    Dongbei,
    /// 广州, Cantonese.
    Guangzhou,
    /// 上海, Wu.
    Shanghai,
    /// 苏州, Wu.
    Suzhou,
    /// 义乌 and central Zhejiang, Wu.
    Yiwu,
    /// 长沙, Xiang.
    Changsha,
    /// 南昌, Gan.
    Nanchang,
    /// 梅县, Hakka.
    Meixian,
    /// 厦门, Southern Min.
    Xiamen,
}

impl Variety {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Kunming,
        Self::Chengdu,
        Self::Chongqing,
        Self::Guiyang,
        Self::Hefei,
        Self::Luxi,
        Self::Jinan,
        Self::Zhongyuan,
        Self::Dongbei,
        Self::Guangzhou,
        Self::Shanghai,
        Self::Suzhou,
        Self::Yiwu,
        Self::Changsha,
        Self::Nanchang,
        Self::Meixian,
        Self::Xiamen,
    ];

    /// Its id in data and configuration.
    pub fn id(self) -> &'static str {
        match self {
            Self::Kunming => "kunming",
            Self::Chengdu => "chengdu",
            Self::Chongqing => "chongqing",
            Self::Guiyang => "guiyang",
            Self::Hefei => "hefei",
            Self::Luxi => "luxi",
            Self::Jinan => "jinan",
            Self::Zhongyuan => "zhongyuan",
            Self::Dongbei => "dongbei",
            Self::Guangzhou => "guangzhou",
            Self::Shanghai => "shanghai",
            Self::Suzhou => "suzhou",
            Self::Yiwu => "yiwu",
            Self::Changsha => "changsha",
            Self::Nanchang => "nanchang",
            Self::Meixian => "meixian",
            Self::Xiamen => "xiamen",
        }
    }

    /// What its speakers call it, in standard Chinese.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kunming => "昆明话",
            Self::Chengdu => "四川话",
            Self::Chongqing => "重庆话",
            Self::Guiyang => "贵阳话",
            Self::Hefei => "合肥话",
            Self::Luxi => "鲁西话",
            Self::Jinan => "济南话",
            Self::Zhongyuan => "河南话",
            Self::Dongbei => "东北话",
            Self::Guangzhou => "广东话",
            Self::Shanghai => "上海话",
            Self::Suzhou => "苏州话",
            Self::Yiwu => "义乌话",
            Self::Changsha => "长沙话",
            Self::Nanchang => "南昌话",
            Self::Meixian => "客家话",
            Self::Xiamen => "闽南话",
        }
    }

    /// Varieties whose words its speakers share or know, the nearest first.
    pub fn related(self) -> &'static [Self] {
        match self {
            Self::Kunming => &[Self::Guiyang, Self::Chengdu, Self::Chongqing],
            Self::Guiyang => &[Self::Chengdu, Self::Chongqing, Self::Kunming],
            Self::Chengdu => &[Self::Chongqing, Self::Guiyang, Self::Kunming],
            Self::Chongqing => &[Self::Chengdu, Self::Guiyang, Self::Kunming],
            Self::Luxi => &[Self::Jinan, Self::Zhongyuan],
            Self::Zhongyuan => &[Self::Luxi, Self::Jinan],
            Self::Jinan => &[Self::Luxi, Self::Zhongyuan],
            Self::Dongbei => &[Self::Jinan],
            Self::Hefei => &[Self::Zhongyuan],
            Self::Shanghai => &[Self::Suzhou],
            Self::Suzhou | Self::Yiwu => &[Self::Shanghai],
            Self::Guangzhou | Self::Changsha | Self::Nanchang | Self::Meixian | Self::Xiamen => &[],
        }
    }

    /// Its place in [`Variety::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Variety {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.id())
    }
}

impl FromStr for Variety {
    type Err = Error;

    /// Reads an id or a name.
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|variety| variety.id() == text || variety.name() == text)
            .ok_or_else(|| Error::UnknownVariety(text.to_owned()))
    }
}
