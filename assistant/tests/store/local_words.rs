//! Words that a community added.

use assistant::store::{Actor, LocalWord};

use crate::database::Database;

crate::on_both_databases!(a_word_is_kept_once_and_taken_back_with_all_its_meanings);

async fn a_word_is_kept_once_and_taken_back_with_all_its_meanings(database: Database) {
    let store = &database.store;
    let actor = Actor::console();
    let word = |form: &str, gloss: &str| LocalWord {
        community_id: "demo".to_owned(),
        form: form.to_owned(),
        gloss: gloss.to_owned(),
    };
    for new in [word("幺儿", "小儿子"), word("幺儿", "小儿子"), word("幺儿", "孩子"), word("老年之家", "")] {
        store.add_local_word(&new, &actor).await.unwrap();
    }
    let kept = store.local_words().await.unwrap();
    assert_eq!(kept, [word("幺儿", "小儿子"), word("幺儿", "孩子"), word("老年之家", "")]);
    assert_eq!(store.remove_local_word("demo", "幺儿", &actor).await.unwrap(), 2);
    assert_eq!(store.local_words().await.unwrap(), [word("老年之家", "")]);
    assert!(store.add_local_word(&word(" ", "空"), &actor).await.is_err());
}
