//! GS1 element strings, as bar codes on freight labels and bills of lading hold them: `(402)06141410000123452`.

use super::check_digits::Scheme;

/// What a GS1 element says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gs1Kind {
    /// (00) Serial shipping container code.
    Sscc,
    /// (01), (02) Trade item.
    Gtin,
    /// (400) Purchase order of the customer.
    PurchaseOrder,
    /// (401) Consignment number of the forwarder.
    Consignment,
    /// (402) Shipment number: the VICS bill of lading.
    BillOfLading,
    /// (410) to (417) Location.
    Location,
    /// (37) Count of trade items.
    Count,
    /// Any other: batches, days.
    Other,
}

/// One element of a bar code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gs1Element {
    /// What it says.
    pub kind: Gs1Kind,
    /// Its value, without the application identifier.
    pub value: String,
}

/// Ends an element of variable length.
const SEPARATOR: char = '\u{1d}';

/// Application identifiers on freight papers: identifier, kind, length, fixed.
const IDENTIFIERS: &[(&str, Gs1Kind, usize, bool)] = &[
    ("00", Gs1Kind::Sscc, 18, true),
    ("01", Gs1Kind::Gtin, 14, true),
    ("02", Gs1Kind::Gtin, 14, true),
    ("10", Gs1Kind::Other, 20, false),
    ("11", Gs1Kind::Other, 6, true),
    ("13", Gs1Kind::Other, 6, true),
    ("15", Gs1Kind::Other, 6, true),
    ("17", Gs1Kind::Other, 6, true),
    ("21", Gs1Kind::Other, 20, false),
    ("37", Gs1Kind::Count, 8, false),
    ("400", Gs1Kind::PurchaseOrder, 30, false),
    ("401", Gs1Kind::Consignment, 30, false),
    ("402", Gs1Kind::BillOfLading, 17, true),
    ("403", Gs1Kind::Other, 30, false),
    ("41", Gs1Kind::Location, 13, true),
    ("420", Gs1Kind::Other, 20, false),
    ("421", Gs1Kind::Other, 15, false),
];

/// The elements of a bar code in the GS1 system; `None` for any other bar code, and where a check digit is wrong.
#[must_use]
pub fn read_gs1(text: &str) -> Option<Vec<Gs1Element>> {
    let text = ["]C1", "]e0", "]d2", "]Q3"]
        .iter()
        .find_map(|p| text.strip_prefix(p))
        .unwrap_or(text);
    let mut rest = text.trim_matches(SEPARATOR).trim();
    let mut elements = Vec::new();
    while !rest.is_empty() {
        let (element, behind) = read_element(rest)?;
        elements.push(element);
        rest = behind.trim_start_matches([SEPARATOR, ' ']);
    }
    (!elements.is_empty()).then_some(elements)
}

fn read_element(text: &str) -> Option<(Gs1Element, &str)> {
    let bracketed = text
        .strip_prefix('(')
        .and_then(|inside| inside.split_once(')'));
    let named = bracketed.map_or(text, |(identifier, _)| identifier);
    let (identifier, kind, length, fixed) = IDENTIFIERS
        .iter()
        .find(|(identifier, ..)| named.starts_with(identifier))?;
    // (410) to (417) share a rule: the third digit says whose location it is.
    let width = identifier.len() + usize::from(*kind == Gs1Kind::Location);
    let body = match bracketed {
        Some((identifier, behind)) => (identifier.len() == width).then_some(behind)?,
        None => text.get(width..)?,
    };
    let stop = body.find([SEPARATOR, '(']).unwrap_or(body.len());
    let (value, behind) = body.split_at_checked(if *fixed { *length } else { stop })?;
    let value = value.trim();
    let fits = !value.is_empty() && value.len() <= *length && is_right(*kind, value);
    fits.then(|| {
        (
            Gs1Element {
                kind: *kind,
                value: value.to_owned(),
            },
            behind,
        )
    })
}

fn is_right(kind: Gs1Kind, value: &str) -> bool {
    match kind {
        Gs1Kind::Sscc => Scheme::Sscc.passes(value),
        Gs1Kind::Gtin | Gs1Kind::Location => Scheme::Gtin.passes(value),
        Gs1Kind::BillOfLading => Scheme::VicsBol.passes(value),
        Gs1Kind::Count => value.bytes().all(|b| b.is_ascii_digit()),
        Gs1Kind::PurchaseOrder | Gs1Kind::Consignment | Gs1Kind::Other => {
            value.bytes().all(|b| b.is_ascii_graphic())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(Gs1Kind, String)> {
        let elements = read_gs1(text).unwrap_or_default();
        elements
            .into_iter()
            .map(|element| (element.kind, element.value))
            .collect()
    }

    #[test]
    fn a_bill_of_lading_number_is_read_with_and_without_brackets() {
        let expected = [(Gs1Kind::BillOfLading, "06141410000123452".to_owned())];
        for text in [
            "(402)06141410000123452",
            "]C140206141410000123452",
            "40206141410000123452",
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_pallet_label_gives_all_its_elements() {
        assert_eq!(
            read("]C100106141412345678908\u{1d}400PO-77123\u{1d}3796"),
            [
                (Gs1Kind::Sscc, "106141412345678908".to_owned()),
                (Gs1Kind::PurchaseOrder, "PO-77123".to_owned()),
                (Gs1Kind::Count, "96".to_owned()),
            ]
        );
        assert_eq!(
            read("(410)0614141000005(37)12"),
            [
                (Gs1Kind::Location, "0614141000005".to_owned()),
                (Gs1Kind::Count, "12".to_owned())
            ]
        );
    }

    #[test]
    fn other_bar_codes_are_left_alone() {
        for text in [
            "",
            "123456782",
            "00106141412345678909",
            "(402)0614141000012345",
            "1Z5R89390357567127",
        ] {
            assert_eq!(read_gs1(text), None, "{text}");
        }
    }
}
