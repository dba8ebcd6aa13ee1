//! What is asked about a matter: what it costs, how long it takes, where it is done.

/// What can be asked about a matter, and the wordings that ask it.
///
/// 怎么办 asks for the whole thing and is no aspect of it.
const WORDINGS: [(u8, &[&str]); 6] = [
    (
        COST,
        &[
            "多少钱", "收费", "费用", "要钱", "花钱", "交钱", "付费", "收钱", "几块", "免费", "贵",
            "给钱", "掏钱", "啥价", "什么价", "收不收", "手续费", "工本费",
        ],
    ),
    (
        TIME,
        &[
            "多久", "几天", "多长", "什么时候", "啥时候", "几个月", "期限", "哪天", "有效期", "几年",
            "何时", "多少天", "多少年", "几点", "多少日", "当天",
        ],
    ),
    (
        PLACE,
        &[
            "哪里", "哪儿", "去哪", "在哪", "上哪", "什么地方", "哪个部门", "地址", "往哪", "到哪",
        ],
    ),
    (
        MATERIAL,
        &[
            "材料", "带什么", "带啥", "资料", "证件", "准备什么", "拿什么", "拿些", "要什么手续",
            "带哪些", "要哪些东西",
        ],
    ),
    (
        CONDITION,
        &[
            "什么人", "谁可以", "谁能", "哪些人", "资格", "条件", "几岁", "多大", "多少岁", "要求",
        ],
    ),
    (
        AMOUNT,
        &[
            "能领多少", "发多少", "补多少", "给多少", "赔多少", "罚多少", "标准", "领多少钱", "多少比例",
        ],
    ),
];

const COST: u8 = 1;
const TIME: u8 = 1 << 1;
const PLACE: u8 = 1 << 2;
const MATERIAL: u8 = 1 << 3;
const CONDITION: u8 = 1 << 4;
const AMOUNT: u8 = 1 << 5;

/// The aspects that a question asks for, or that a section is headed by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Aspects(u8);

impl Aspects {
    /// Reads them from a question or a heading.
    pub(crate) fn of(text: &str) -> Self {
        let named = WORDINGS
            .iter()
            .filter(|(_, wordings)| wordings.iter().any(|wording| text.contains(wording)));
        Self(named.fold(0, |bits, (aspect, _)| bits | aspect))
    }

    /// As stored in the index.
    pub(crate) fn bits(self) -> u64 {
        self.0.into()
    }

    /// As read from the index.
    pub(crate) fn from_bits(bits: u64) -> Self {
        Self(bits as u8)
    }

    /// Whether no aspect is named.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether both name one and the same.
    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the other names nothing beyond these.
    pub(crate) fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_meets_the_section_that_answers_it() {
        let asked = Aspects::of("办居住证要花钱吗");
        assert!(asked.meets(Aspects::of("收不收费")));
        assert!(!asked.meets(Aspects::of("多久办好")));
        assert!(Aspects::of("居住证怎么办").is_empty());
        let both = Aspects::of("多久能办好，要多少钱");
        assert!(both.covers(asked) && !asked.covers(both));
        assert_eq!(Aspects::from_bits(both.bits()), both);
    }
}
