//! Normalising: from what stands on the paper to values.
//!
//! In: text as a reader gave it, with OCR confusions and in any of six languages (English, German, French, Spanish,
//! Polish, Dutch). Out: dates, times, quantities, identifiers, notations and parties. Refuses to guess: what can be
//! read in two ways is handed on as such, what cannot be read is `None`.

mod boilerplate;
mod calendar;
mod carriers;
mod check_digits;
mod company_names;
mod date_order;
mod date_parts;
mod dates;
mod gs1;
mod identifiers;
mod notation_counts;
mod notation_table;
mod notations;
mod numerals;
mod parties;
mod phrases;
mod places;
mod quantities;
mod time_order;
mod times;
mod tokens;
mod units;

pub use boilerplate::is_boilerplate;
pub use carriers::{carriers_whose_check_passes, check_pro, check_waybill, fits_pro_shape};
pub use check_digits::{CheckResult, Scheme};
pub use company_names::{
    CompanyName, OTHER_NAME, SAME_NAME, name_similarity, name_words, names_company,
};
pub use dates::{DateReading, OrderHint, Window, order_in, read_date};
pub use gs1::{Gs1Element, Gs1Kind, read_gs1};
pub use identifiers::{agreed, normalise_identifier, ocr_confusions, repair};
pub use notations::{
    ParsedNotation, Received, read_handwritten_notations, read_notations, read_received,
};
pub use parties::read_party;
pub use places::american_country;
pub use quantities::{
    Count, Weight, WeightUnit, read_count, read_counts, read_money, read_page_of, read_weight,
};
pub use time_order::{OrderedTime, minutes_between, order_times};
pub use times::{TimeReading, read_time};
pub use tokens::normalise_words;
pub use units::Unit;
