//! Fields: the best value of each field over the pages of a document.
//!
//! In: the spans of each page and its bar codes. Out: [`Fields`], the dates that could not be decided, and identifiers that
//! belong to no field. A bar code that says the same as the print beats the print's reading.

use jiff::ToSpan as _;

use super::assemble::Context;
use super::country::{country_of, writes_day_first};
use super::loose_numbers::identifier_in;
use super::normalise::{self, OrderHint, Window, ocr_confusions};
use super::set_aside::{is_stray, set_aside};
use super::spans::Span;
use super::values::{self, DateContext, Reading};
use super::{Curves, Field, FieldName, Fields, Party, Traits, UnsettledDate, Value, bar_codes};
use crate::decision::profile::DateOrder;
use crate::document::{Confidence, Found, PageNumber, Source};
use crate::reading::Barcode;

/// What one page says.
#[derive(Debug, Clone)]
pub struct PageFields<'a> {
    /// Its number in the upload.
    pub page: PageNumber,
    /// Values found by the `fields` model.
    pub spans: Vec<Span>,
    /// Its bar codes.
    pub barcodes: &'a [Barcode],
}

/// What all pages of a document say together.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    /// The best value of each field.
    pub fields: Fields,
    /// Dates that can be read in two orders or have no year, and that nothing decides so far.
    pub unsettled: Vec<UnsettledDate>,
    /// Dates that were read although their digits are doubtful.
    pub doubtful: Vec<UnsettledDate>,
    /// What stands in a place for the delivery date or for a time and can be read as neither.
    pub illegible: Vec<UnsettledDate>,
    /// Dates of delivery and names of receivers that lost to surer ones.
    pub other_dates: Vec<UnsettledDate>,
    pub other_names: Vec<Found<String>>,
    /// Parties that lost to surer ones: the shipment may know them.
    pub other_parties: Vec<Found<Party>>,
    /// Identifiers in bar codes, and values that lost their field to a surer one: no field's value, yet on the paper.
    pub other_identifiers: Vec<Found<String>>,
    /// Mean confidence of the reader over identifiers and dates.
    pub key_confidence: Option<Confidence>,
}

/// A bar code is wrong once in a thousand (domain.md §2.1).
const BARCODE: f32 = 0.999;

/// No paper that has still to be billed is older, and none is of a day to come.
const OLDEST_YEARS: i64 = 10;

/// Gathers the fields of a document's pages, twice: the first pass finds country and pickup date, which say how to read the other dates.
#[must_use]
pub fn gather_in_order(
    pages: &[PageFields<'_>],
    context: Context,
    told: Option<&str>,
    curves: &Curves,
) -> Gathered {
    let since = |from| context.received_on.map(|to| Window { from, to });
    let known = context
        .received_on
        .and_then(|to| since(to.saturating_sub(OLDEST_YEARS.years())));
    let blind = DateContext {
        order: OrderHint {
            order: context.date_order,
        },
        delivered: known,
        picked_up: known,
    };
    let first = gather(pages, &blind, curves);
    let country = country_of(&first.fields);
    let by_country = country.as_deref().or(told).and_then(normalise::order_in);
    let by_address = writes_day_first(&first.fields).then_some(DateOrder::Dmy);
    let order = OrderHint {
        order: context.date_order.or(by_country).or(by_address),
    };
    let pickup = first.fields.get(&FieldName::PickupDate);
    let pickup = pickup.filter(|field| field.found.confidence.get() >= SURE_PICKUP);
    let pickup = pickup.and_then(|field| field.found.value.as_date());
    let pickup = pickup.filter(|day| known.is_none_or(|known| known.holds(*day)));
    gather(
        pages,
        &DateContext {
            order,
            delivered: pickup.and_then(since).or(known),
            picked_up: known,
        },
        curves,
    )
}

/// A pickup that is less sure does not say from when on there can have been a delivery. An assumption.
const SURE_PICKUP: f32 = 0.8;

/// Gathers them once, with dates read as `dates` says.
#[must_use]
pub fn gather(pages: &[PageFields<'_>], dates: &DateContext, curves: &Curves) -> Gathered {
    let mut gathered = Gathered::default();
    let scac = best_scac(pages, dates);
    for page in pages {
        for span in &page.spans {
            if is_stray(span, pages) {
                gathered.set_aside(page.page, span);
            } else {
                gathered.take(page.page, span, dates, scac.as_deref(), curves);
            }
        }
    }
    gathered.page_of_first(pages);
    gathered.key_confidence = key_confidence(pages);
    for page in pages {
        for barcode in page.barcodes {
            gathered.take_barcode(page.page, barcode);
        }
    }
    for field in gathered.fields.values_mut() {
        if let Value::List(list) = &mut field.found.value {
            drop_run_together(list);
        }
    }
    let doubtful = set_aside(&mut gathered.fields);
    gathered.other_identifiers.extend(doubtful);
    gathered.drop_decided_dates();
    gathered
}

/// The carrier code that the paper names, if any: check digits depend on the carrier.
fn best_scac(pages: &[PageFields<'_>], dates: &DateContext) -> Option<String> {
    let spans = pages
        .iter()
        .flat_map(|page| &page.spans)
        .filter(|span| span.field == FieldName::Scac);
    spans
        .max_by(|a, b| a.chance.total_cmp(&b.chance))
        .and_then(|span| match values::read(span, dates) {
            Reading::Sure(Value::Text(scac), _) => Some(scac),
            Reading::Sure(..) | Reading::UndecidedDate | Reading::Unreadable => None,
        })
}

fn key_confidence(pages: &[PageFields<'_>]) -> Option<Confidence> {
    let keys: Vec<f32> = pages
        .iter()
        .flat_map(|page| &page.spans)
        .filter(|span| values::is_key(span.field))
        .map(|span| span.read.get())
        .collect();
    let count = f32::from(u16::try_from(keys.len()).ok()?);
    (count > 0.0).then(|| Confidence::new(keys.iter().sum::<f32>() / count))
}

impl Gathered {
    /// The fields, and what is known of the paper beside them.
    pub fn into_parts(self) -> (Fields, Traits) {
        let traits = Traits {
            key_confidence: self.key_confidence,
            unsettled_dates: self.unsettled,
            doubtful_dates: self.doubtful,
            illegible_dates: self.illegible,
            other_dates: self.other_dates,
            other_names: self.other_names,
            other_parties: self.other_parties,
            other_identifiers: self.other_identifiers,
            ..Traits::default()
        };
        (self.fields, traits)
    }

    fn take(
        &mut self,
        page: PageNumber,
        span: &Span,
        dates: &DateContext,
        scac: Option<&str>,
        curves: &Curves,
    ) {
        let (reading, share) = values::decoded(span, dates);
        // Where all that the digits may say was weighed, that tells more than how sure the reader was of the likeliest.
        let read = if span.others.is_empty() {
            span.read.get()
        } else {
            share
        };
        match reading {
            Reading::Sure(value, unit) => {
                let wrong = (1.0 - span.chance * read) * values::doubt(span, &value, scac, dates);
                let sure = curves.confidence(span.field, 1.0 - wrong);
                if values::is_date(span.field) && !span.others.is_empty() {
                    self.doubtful.push(unsettled(page, span, sure));
                }
                let found = found(value, page, span, sure);
                self.offer(
                    span.field,
                    Field {
                        found,
                        unit,
                        kind: None,
                    },
                );
            }
            Reading::UndecidedDate => {
                let sure = curves.confidence(span.field, span.chance * read);
                self.unsettled.push(unsettled(page, span, sure));
            }
            Reading::Unreadable if values::may_be_delivery_date(span.field) => {
                self.illegible.push(unsettled(page, span, span.read));
            }
            Reading::Unreadable => {}
        }
    }

    /// A document is the page that its first page is, though only a later one may say which that one is.
    fn page_of_first(&mut self, pages: &[PageFields<'_>]) {
        let Some(field) = self.fields.get_mut(&FieldName::PageKOfN) else {
            return;
        };
        let Value::PageOf(page_of) = &mut field.found.value else {
            return;
        };
        let before = pages
            .iter()
            .take_while(|page| page.page != field.found.page);
        let before = u32::try_from(before.count()).unwrap_or(u32::MAX);
        match page_of.page.checked_sub(before).filter(|first| *first > 0) {
            Some(first) => page_of.page = first,
            None => drop(self.fields.remove(&FieldName::PageKOfN)),
        }
    }

    /// Keeps a number that is no field's value.
    fn set_aside(&mut self, page: PageNumber, span: &Span) {
        if let Reading::Sure(value, _) = values::read(span, &DateContext::default()) {
            let numbers = value.texts().filter_map(identifier_in);
            let lost = numbers.map(|number| found(number, page, span, span.read));
            self.other_identifiers.extend(lost);
        }
    }

    /// Keeps the surer of two values; lists grow instead.
    fn offer(&mut self, name: FieldName, mut field: Field) {
        let Some(kept) = self.fields.get_mut(&name) else {
            self.fields.insert(name, field);
            return;
        };
        if values::is_list(name) {
            return extend_list(kept, field);
        }
        // Each page says which it is; the document's is its first.
        let surer = kept.found.confidence < field.found.confidence;
        if surer && name != FieldName::PageKOfN {
            std::mem::swap(kept, &mut field);
        }
        let says_more = kept.found.value != field.found.value;
        self.keep_lost(name, &field.found);
        // Two numbers under one label: the shipment may know the other one, perhaps by another label.
        if values::is_identifier(name) && says_more {
            let lost = field.found.value.texts();
            let lost = lost
                .filter_map(identifier_in)
                .map(|number| field.found.with(number));
            self.other_identifiers.extend(lost);
        }
    }

    /// Keeps a value that lost its field to a surer one, where a later stage may know better whose it is.
    fn keep_lost(&mut self, name: FieldName, lost: &Found<Value>) {
        match (name, &lost.value) {
            (_, Value::Party(party)) => self.other_parties.push(lost.with(party.clone())),
            (FieldName::ReceivedByName, Value::Text(text)) => {
                self.other_names.push(lost.with(text.clone()));
            }
            (FieldName::DeliveryDate, _) => self.other_dates.push(UnsettledDate {
                field: name,
                found: lost.with(lost.raw.clone()),
                others: Vec::new(),
            }),
            _ => {}
        }
    }

    /// Dates that nothing decides count only where the paper says no other one.
    fn drop_decided_dates(&mut self) {
        let fields = &self.fields;
        let (decided, open): (Vec<_>, Vec<_>) = std::mem::take(&mut self.unsettled)
            .into_iter()
            .partition(|date| fields.contains_key(&date.field));
        self.unsettled = open;
        let of_delivery = |date: &UnsettledDate| date.field == FieldName::DeliveryDate;
        self.other_dates
            .extend(decided.into_iter().filter(of_delivery));
    }

    fn take_barcode(&mut self, page: PageNumber, barcode: &Barcode) {
        for (value, named) in bar_codes::identifiers_in(&barcode.text) {
            let evidence = Found {
                value: value.clone(),
                raw: barcode.text.clone(),
                confidence: Confidence::new(BARCODE),
                page,
                bbox: barcode.bbox,
                source: Source::Barcode,
                second: None,
            };
            let confirmed = self.confirm(&value, &evidence);
            if let (false, Some(name)) = (confirmed, named) {
                self.offer(name, bar_codes::field_of(name, &evidence));
            } else if !confirmed {
                self.other_identifiers.push(evidence);
            }
        }
    }

    /// The print that says the same as a bar code, but for one confused character, takes the bar code's reading.
    fn confirm(&mut self, value: &str, evidence: &Found<String>) -> bool {
        let mut confirmed = false;
        for (name, field) in &mut self.fields {
            let same = match &field.found.value {
                Value::Text(read) if values::is_key(*name) => alike(read, value),
                Value::List(read) => read.iter().any(|one| alike(one, value)),
                _ => false,
            };
            if same && !values::is_list(*name) {
                *field = bar_codes::field_of(*name, evidence);
            } else if same {
                field.found.confidence = evidence.confidence;
            }
            confirmed |= same;
        }
        confirmed
    }
}

fn alike(read: &str, value: &str) -> bool {
    read == value
        || ocr_confusions(read)
            .iter()
            .any(|repaired| repaired == value)
}

fn extend_list(kept: &mut Field, more: Field) {
    let Value::List(list) = &mut kept.found.value else {
        return;
    };
    let Value::List(others) = more.found.value else {
        return;
    };
    for value in others {
        if !list.contains(&value) {
            list.push(value);
            kept.found.raw = format!("{}, {}", kept.found.raw, more.found.raw);
            let seconds = kept.found.second.take().zip(more.found.second.as_ref());
            kept.found.second = seconds.map(|(first, then)| format!("{first}, {then}"));
            kept.found.confidence =
                Confidence::new(kept.found.confidence.get().min(more.found.confidence.get()));
        }
    }
}

/// Where a list stands on the paper twice, a reader may have run its numbers together once: `P6586`, `UZ39005` and `P6586UZ39005`.
fn drop_run_together(list: &mut Vec<String>) {
    let known = list.clone();
    let is_two = |text: &String| {
        let mut ends = known
            .iter()
            .filter_map(|first| text.strip_prefix(first.as_str()));
        ends.any(|rest| known.iter().any(|second| second == rest))
    };
    list.retain(|text| !is_two(text));
}

fn unsettled(page: PageNumber, span: &Span, sure: Confidence) -> UnsettledDate {
    UnsettledDate {
        field: span.field,
        found: found(span.text(), page, span, sure),
        others: span.others.clone(),
    }
}

fn found<T>(value: T, page: PageNumber, span: &Span, confidence: Confidence) -> Found<T> {
    Found {
        value,
        raw: span.text(),
        confidence,
        page,
        bbox: span.bbox,
        source: span.source,
        second: span.second.clone(),
    }
}

#[cfg(test)]
mod tests;
