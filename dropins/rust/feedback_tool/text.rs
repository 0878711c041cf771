//! Texts as they may leave the process, and ids.

use regex_lite::{Captures, Regex};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// Each keeps its group.
static SECRETS: LazyLock<[Regex; 7]> = LazyLock::new(|| {
    [
        r"()-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)",
        r"()\b(?:gh[pousr]_|github_pat_|glpat-|sk-|[sr]k_live_|[sr]k_test_|xox[abeoprs]-|hf_|npm_|pypi-|AIza)[\w-]{16,}",
        r"()\b(?:(?:AKIA|ASIA)[A-Z0-9]{16}\b|(?:eyJ|pw_)[\w-]{8,1000}\.[\w-]{8,1000}\.[\w-]{0,1000})",
        r"(?i)\b([a-z][a-z0-9+.-]{1,20}://[^\s:/@]{0,100}:)[^\s/@]{1,200}@",
        r#"(?i)\b((?:bearer|authorization["']?[\s]*[:=][\s]*["']?basic)[\s]+)[\w.~+/=-]{16,}"#,
        r#"(?i)((?:authorization|(?:api|access|secret|private)[_-]?key|token|secret|password|passwd|pwd|cookie)["']?[\s]*[:=][\s]*["']?)[^\s"',;\[0-9]{0,64}[0-9][^\s"',;]{3,}"#,
        r"()\b[\w.%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b",
    ]
    .map(pattern)
});

pub fn redact(text: &str, key: &str) -> String {
    let plain = if key.len() < 8 {
        text.to_owned()
    } else {
        text.replace(key, "[redacted]")
    };
    SECRETS.iter().fold(plain, |text, secret| {
        let kept = |found: &Captures| format!("{}[redacted]", &found[1]);
        secret.replace_all(&text, kept).into_owned()
    })
}

/// White space is that of Unicode; the crate's own `\s` is ASCII.
pub fn pattern(text: &str) -> Regex {
    let white =
        r"\s\x0B\u{A0}\u{1680}\u{2000}-\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}\u{FEFF}";
    Regex::new(&text.replace(r"\s", white)).expect("a pattern of this file")
}

pub fn clip(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

pub fn as_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The first that is not empty.
pub fn first<const N: usize>(texts: [&str; N]) -> String {
    texts
        .into_iter()
        .find(|text| !text.is_empty())
        .unwrap_or_default()
        .to_owned()
}

pub fn word(value: &Value, words: &[&'static str]) -> Option<&'static str> {
    let joined = |letter: char| {
        if letter == '-' || letter.is_whitespace() {
            '_'
        } else {
            letter.to_ascii_lowercase()
        }
    };
    let given: String = as_text(value).trim().chars().map(joined).collect();
    words.iter().find(|word| **word == given).copied()
}

pub fn new_handle() -> String {
    format!("fbk_{}", Uuid::new_v4())
}

/// 48 bits of milliseconds and 80 random ones in Crockford's base 32.
pub fn ulid() -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis();
    let uuid = Uuid::new_v4().as_u128(); // random in its first 48 and last 62 bits
    let bits = now << 80 | (uuid >> 80) << 32 | uuid & 0xffff_ffff;
    let digit = |place: u32| {
        char::from(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"[(bits >> (5 * place) & 31) as usize])
    };
    (0..26).rev().map(digit).collect()
}

/// One visible line.
pub fn line(value: &Value, length: usize) -> String {
    let text = as_text(value);
    let white = |letter: char| letter.is_whitespace() && letter != '\u{85}' || letter == '\u{FEFF}';
    let words: Vec<&str> = text.split(white).filter(|word| !word.is_empty()).collect();
    clip(words.join(" ").replace(invisible, "").trim(), length)
}

/// Of the Unicode categories Cc and Cf (16.0).
fn invisible(letter: char) -> bool {
    let format = matches!(u32::from(letter),
        0xad | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x890..=0x891 | 0x8e2 | 0x180e | 0x200b..=0x200f | 0x202a..=0x202e
        | 0x2060..=0x2064 | 0x2066..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0x110bd | 0x110cd | 0x13430..=0x1343f
        | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0001 | 0xe0020..=0xe007f);
    letter.is_control() || format
}

pub fn whole(value: &Value) -> Option<i64> {
    let number = value.as_f64()?;
    (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0).then_some(number as i64)
}

pub fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
