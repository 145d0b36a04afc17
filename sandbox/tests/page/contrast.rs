//! Whether everything on the page can be read, in light and in dark. The browser says which colours it shows; the arithmetic
//! is WCAG's, in `contrast.js`.

use serde_json::{Value, json};

use super::{Done, Page};

const SCRIPT: &str = include_str!("contrast.js");

/// A text that is too pale by a little, and one that is not.
const PAIRS: &str = "for (const [name, color] of [['pale', '#777'], ['plain', '#767676']]) {
        const text = document.createElement('p');
        text.className = text.textContent = name;
        Object.assign(text.style, {color, background: '#fff'});
        document.querySelector('main').prepend(text);
    }";

/// Every text and every shape of the page, in both schemes.
pub(super) async fn is_enough(page: &Page, scene: &str) -> Done {
    for scheme in ["light", "dark"] {
        page.scheme(scheme).await?;
        let found = page.browser.execute(SCRIPT, vec![]).await?;
        assert_eq!(found["offences"], json!([]), "{scene}, {scheme}");
        assert!(found["judged"].as_u64() > Some(30), "{scene}: {found}");
    }
    Ok(())
}

/// The measure itself: it finds the one bad pair, and nothing else.
pub(super) async fn is_measured(page: &Page) -> Done {
    page.browser.execute(PAIRS, vec![]).await?;
    let found = page.browser.execute(SCRIPT, vec![]).await?;
    let tidy = "document.querySelectorAll('.pale, .plain').forEach((element) => element.remove())";
    page.browser.execute(tidy, vec![]).await?;
    let offences: Vec<&str> = found["offences"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(offences, ["p.pale “pale”: 4.48 of 4.5"]);
    Ok(())
}
