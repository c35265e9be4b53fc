//! Which key of a JSON text stands at a column? Serde tells where it stumbled, people think in keys.

/// A step on the way down.
enum Step {
    /// Inside an object, at this key.
    Key(String),
    /// Inside an array, at this element.
    Element(usize),
}

/// The path to the value at `column` (bytes from 1, as serde counts) of a JSON text on one line: `stops[0].appt.from`.
/// With `of_object` it is the path to the object that ends there.
pub(super) fn at(json: &str, column: usize, of_object: bool) -> String {
    let mut steps: Vec<Step> = Vec::new();
    let mut string: Option<String> = None;
    let mut last_string = String::new();
    let mut escaped = false;
    let mut place = 0;
    for letter in json.chars() {
        place += letter.len_utf8();
        if place >= column {
            if of_object && string.is_none() && letter == '}' {
                steps.pop();
            }
            break;
        }
        if let Some(text) = &mut string {
            match letter {
                '"' if !escaped => last_string = string.take().unwrap_or_default(),
                letter => {
                    escaped = letter == '\\' && !escaped;
                    text.push(letter);
                }
            }
            continue;
        }
        match letter {
            '"' => string = Some(String::new()),
            ':' => set_key(&mut steps, std::mem::take(&mut last_string)),
            '{' => steps.push(Step::Key(String::new())),
            '[' => steps.push(Step::Element(0)),
            '}' | ']' => drop(steps.pop()),
            ',' => next_element(&mut steps),
            _ => {}
        }
    }
    written(&steps)
}

fn set_key(steps: &mut [Step], key: String) {
    if let Some(step) = steps.last_mut() {
        *step = Step::Key(key);
    }
}

fn next_element(steps: &mut [Step]) {
    if let Some(Step::Element(element)) = steps.last_mut() {
        *element += 1;
    }
}

fn written(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Key(key) if path.is_empty() => path.push_str(key),
            Step::Key(key) if key.is_empty() => {}
            Step::Key(key) => {
                path.push('.');
                path.push_str(key);
            }
            Step::Element(element) => path.push_str(&format!("[{element}]")),
        }
    }
    path
}
