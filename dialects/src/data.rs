//! The files of `data/`, one folder a variety; each folder's SOURCES.md says what they were made
//! from.

use crate::Variety;

/// The file `lexicon.tsv` of a variety.
pub(crate) fn lexicon(variety: Variety) -> &'static str {
    match variety {
        Variety::Kunming => include_str!("../data/kunming/lexicon.tsv"),
        Variety::Chengdu => include_str!("../data/chengdu/lexicon.tsv"),
        Variety::Chongqing => include_str!("../data/chongqing/lexicon.tsv"),
        Variety::Guiyang => include_str!("../data/guiyang/lexicon.tsv"),
        Variety::Hefei => include_str!("../data/hefei/lexicon.tsv"),
        Variety::Luxi => include_str!("../data/luxi/lexicon.tsv"),
        Variety::Jinan => include_str!("../data/jinan/lexicon.tsv"),
        Variety::Zhongyuan => include_str!("../data/zhongyuan/lexicon.tsv"),
        Variety::Dongbei => include_str!("../data/dongbei/lexicon.tsv"),
        Variety::Guangzhou => include_str!("../data/guangzhou/lexicon.tsv"),
        Variety::Shanghai => include_str!("../data/shanghai/lexicon.tsv"),
        Variety::Suzhou => include_str!("../data/suzhou/lexicon.tsv"),
        Variety::Yiwu => include_str!("../data/yiwu/lexicon.tsv"),
        Variety::Changsha => include_str!("../data/changsha/lexicon.tsv"),
        Variety::Nanchang => include_str!("../data/nanchang/lexicon.tsv"),
        Variety::Meixian => include_str!("../data/meixian/lexicon.tsv"),
        Variety::Xiamen => include_str!("../data/xiamen/lexicon.tsv"),
    }
}

/// The file `sounds.tsv` of a variety.
pub(crate) fn sounds(variety: Variety) -> &'static str {
    match variety {
        Variety::Kunming => include_str!("../data/kunming/sounds.tsv"),
        Variety::Chengdu => include_str!("../data/chengdu/sounds.tsv"),
        Variety::Chongqing => include_str!("../data/chongqing/sounds.tsv"),
        Variety::Guiyang => include_str!("../data/guiyang/sounds.tsv"),
        Variety::Hefei => include_str!("../data/hefei/sounds.tsv"),
        Variety::Luxi => include_str!("../data/luxi/sounds.tsv"),
        Variety::Jinan => include_str!("../data/jinan/sounds.tsv"),
        Variety::Zhongyuan => include_str!("../data/zhongyuan/sounds.tsv"),
        Variety::Dongbei => include_str!("../data/dongbei/sounds.tsv"),
        Variety::Guangzhou => include_str!("../data/guangzhou/sounds.tsv"),
        Variety::Shanghai => include_str!("../data/shanghai/sounds.tsv"),
        Variety::Suzhou => include_str!("../data/suzhou/sounds.tsv"),
        Variety::Yiwu => include_str!("../data/yiwu/sounds.tsv"),
        Variety::Changsha => include_str!("../data/changsha/sounds.tsv"),
        Variety::Nanchang => include_str!("../data/nanchang/sounds.tsv"),
        Variety::Meixian => include_str!("../data/meixian/sounds.tsv"),
        Variety::Xiamen => include_str!("../data/xiamen/sounds.tsv"),
    }
}
