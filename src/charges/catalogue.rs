//! The accessorials of domain.md §4.1: what each is called on an invoice, what shows that it was earned, and how
//! often a shipment can bear it.
//!
//! In: a code of the feed, or the carrier's own words. Out: an [`Accessorial`], or nothing for a code that the trade does
//! not know.

use std::collections::BTreeMap;

use crate::understanding::DocumentClass::{
    self, DetentionForm, GateInterchange, LumperReceipt, PalletSlip, ScaleTicket, WeightInspection,
};

/// A kind of charge.
#[derive(Debug)]
pub(super) struct Accessorial {
    /// Its code.
    pub(super) code: &'static str,
    /// Its X12 element 150 and SAC element 1300 codes; some are shared by several accessorials.
    pub(super) aliases: &'static [&'static str],
    /// Words that name it on an invoice or on a paper, lower case, without punctuation.
    pub(super) words: &'static [&'static str],
    /// What shows that it was earned.
    pub(super) proof: Proof,
    /// How often a shipment can bear it.
    pub(super) bearer: Bearer,
}

/// What shows that an accessorial was earned. Its [`words`](Accessorial::words) on a paper and an authorisation always do.
#[derive(Debug, Clone, Copy)]
pub(super) enum Proof {
    /// It is part of the rate and needs none, or it stands on something that Countersign does not read (a hazmat column, a
    /// toll receipt, a tarp note): its absence tells nothing.
    Unread,
    /// Times in and out, on paper or by events.
    Times,
    /// A paper of one of these classes.
    Papers(&'static [DocumentClass]),
    /// Words on a paper.
    Words,
    /// The kind of site.
    Site(Site),
    /// An appointment.
    Appointment,
    /// A stop event with one of these codes.
    Event(&'static [&'static str]),
    /// A delivery on a Saturday or Sunday.
    Weekend,
    /// A stop between the first and the last.
    ExtraStop,
    /// A stay that lasts into the next day.
    Overnight,
    /// The load was called off.
    Cancelled,
}

/// A kind of site that costs extra.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Site {
    /// Has no dock.
    NoDock,
    /// A home that freight goes to.
    Residence,
    /// A home that freight comes from.
    ResidentialPickup,
    /// School, church, prison, building site …
    LimitedAccess,
}

/// How often a shipment can bear an accessorial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bearer {
    /// Once.
    Shipment,
    /// Once a delivery.
    Delivery,
    /// Once a pickup.
    Pickup,
    /// Once a delivery, and once a pickup that shows it too.
    Stop,
    /// Once a stop between the first and the last.
    ExtraStop,
    /// Any number of times: by the day, by the toll booth.
    Many,
}

/// The accessorial with this code.
pub(super) fn find(code: &str) -> Option<&'static Accessorial> {
    CATALOGUE
        .iter()
        .find(|entry| entry.code.eq_ignore_ascii_case(code.trim()))
}

/// The entry of a profile's table for a code, upper or lower case.
pub(super) fn of_code<'a, T>(table: &'a BTreeMap<String, T>, code: &str) -> Option<&'a T> {
    table
        .iter()
        .find(|(key, _)| key.trim().eq_ignore_ascii_case(code))
        .map(|(_, value)| value)
}

/// The accessorials that the carrier's own code or words can mean; empty where they say nothing.
pub(super) fn meant_by(raw: &str) -> Vec<&'static Accessorial> {
    let raw = raw.trim();
    let by_code = |entry: &&Accessorial| {
        std::iter::once(&entry.code)
            .chain(entry.aliases)
            .any(|code| code.eq_ignore_ascii_case(raw))
    };
    let coded: Vec<_> = CATALOGUE.iter().filter(by_code).collect();
    if !coded.is_empty() {
        return coded;
    }
    let text = plain(raw);
    CATALOGUE
        .iter()
        .filter(|entry| says(&text, entry.words))
        .collect()
}

/// Lower case words with one space around each, so that [`says`] finds whole words only.
pub(super) fn plain(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let words = spaced.to_lowercase();
    format!(
        " {} ",
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    )
}

/// Does a [`plain`] text hold one of the phrases.
pub(super) fn says(plain_text: &str, phrases: &[&str]) -> bool {
    phrases
        .iter()
        .any(|phrase| plain_text.contains(&format!(" {phrase} ")))
}

/// Attempts that failed (domain.md §5.1).
const ATTEMPTS: &[&str] = &[
    "AH",
    "AP",
    "A7",
    "A3",
    "attempted",
    "not_completed",
    "refused",
    "returned",
];
const WEIGHED: &[DocumentClass] = &[WeightInspection, ScaleTicket];
const INTERCHANGE: &[DocumentClass] = &[GateInterchange];

const fn entry(
    code: &'static str,
    aliases: &'static [&'static str],
    words: &'static [&'static str],
    proof: Proof,
    bearer: Bearer,
) -> Accessorial {
    Accessorial {
        code,
        aliases,
        words,
        proof,
        bearer,
    }
}

/// domain.md §4.1, line by line.
#[rustfmt::skip]
static CATALOGUE: &[Accessorial] = &[
    entry("DET", &["DTL", "DTU", "DEP", "DPU", "DWP", "TDT", "WTG", "C170", "C200", "C180", "C190"],
        &["detention", "waiting time"], Proof::Times, Bearer::Stop),
    entry("DETW", &["DEW"],
        &["detention without power", "detention w o power", "drop trailer", "trailer detention"], Proof::Papers(INTERCHANGE), Bearer::Many),
    entry("LAY", &["LYC", "E300"], &["layover", "lay over"], Proof::Overnight, Bearer::Many),
    entry("TONU", &["VOR", "VFN"], &["tonu", "truck ordered not used", "truck order not used"], Proof::Cancelled, Bearer::Shipment),
    entry("STOP", &["SOC", "STD", "STQ", "SDL", "SPU", "H390", "H230", "H250"],
        &["stop off", "stopoff", "extra stop", "additional stop"], Proof::ExtraStop, Bearer::ExtraStop),
    entry("LUMPER", &["UND", "UNL", "LDL", "COU", "LAB", "C960", "C440"],
        &["lumper", "lumpers", "unloading service", "unloading fee"], Proof::Papers(&[LumperReceipt]), Bearer::Delivery),
    entry("DASSIST", &["LAB", "LDG", "LOA", "C440", "E400"],
        &["driver assist", "driver unload", "driver unloaded", "driver load", "d a", "handball"], Proof::Words, Bearer::Stop),
    entry("LIFT", &["LFT", "E380"], &["liftgate", "lift gate", "tail lift"], Proof::Site(Site::NoDock), Bearer::Stop),
    entry("INSIDE_D", &["IDL", "D820"], &["inside delivery", "inside del"], Proof::Words, Bearer::Delivery),
    entry("INSIDE_P", &["IPU", "D830"], &["inside pickup", "inside pick up"], Proof::Words, Bearer::Pickup),
    entry("RES", &["G450"], &["residential", "residential delivery"], Proof::Site(Site::Residence), Bearer::Delivery),
    entry("REP", &["G460"], &["residential pickup", "residential pick up"], Proof::Site(Site::ResidentialPickup), Bearer::Pickup),
    entry("LIMITED", &[], &["limited access"], Proof::Site(Site::LimitedAccess), Bearer::Stop),
    entry("APPT", &["APT", "MNC", "A450"], &["appointment", "appointment fee"], Proof::Appointment, Bearer::Stop),
    entry("NOTIFY", &["NFY", "MNC", "E850", "E860"],
        &["notify", "notification", "call before", "call ahead"], Proof::Appointment, Bearer::Stop),
    entry("REDEL", &["RCL", "G160"], &["redelivery", "re delivery", "second delivery"], Proof::Event(ATTEMPTS), Bearer::Delivery),
    entry("RECON", &["RCC", "DIV", "G060", "C360"],
        &["reconsign", "reconsigned", "reconsignment", "diversion"], Proof::Event(&["AI", "reconsigned"]), Bearer::Shipment),
    entry("SORTSEG", &["SEG", "SSC", "G680", "H470"],
        &["sort seg", "sort and seg", "sort segregate", "sort and segregate"], Proof::Words, Bearer::Delivery),
    entry("REWEIGH", &["WRC", "WTV", "SCL", "E390"], &["reweigh", "re weigh"], Proof::Papers(WEIGHED), Bearer::Shipment),
    entry("RECLASS", &["IAC", "G650"], &["reclass", "reclassification"], Proof::Papers(WEIGHED), Bearer::Shipment),
    entry("INSPECT", &["IAC", "D860"], &["inspection"], Proof::Papers(WEIGHED), Bearer::Shipment),
    entry("HAZ", &["HZC", "420", "D530", "D540"], &["hazmat", "hazardous", "dangerous goods"], Proof::Unread, Bearer::Shipment),
    entry("FSC", &["405", "FUE", "ENS", "D270", "D260"], &["fuel", "fuel surcharge"], Proof::Unread, Bearer::Shipment),
    entry("EXLEN", &["EXL", "C970"], &["excess length", "extreme length", "over length", "overlength"], Proof::Unread, Bearer::Shipment),
    entry("OVERDIM", &["OVR", "F100"], &["over dimension", "over dimensional", "oversize"], Proof::Unread, Bearer::Shipment),
    entry("SAT", &["G610"], &["saturday", "weekend"], Proof::Weekend, Bearer::Delivery),
    entry("HOL", &["665", "G620", "H510"], &["holiday", "after hours"], Proof::Unread, Bearer::Delivery),
    entry("STORAGE", &["SRG", "H430"], &["storage"], Proof::Unread, Bearer::Many),
    entry("TARP", &["TAR", "H605"], &["tarp", "tarps", "tarping"], Proof::Unread, Bearer::Shipment),
    entry("EXCL", &["EXC", "C790"], &["exclusive use"], Proof::Unread, Bearer::Shipment),
    entry("EXP", &["C850"], &["expedite", "expedited"], Proof::Unread, Bearer::Shipment),
    entry("PROT", &["PSC", "PSH"], &["protect from freezing", "freeze protection"], Proof::Unread, Bearer::Shipment),
    entry("PALLET", &["PEC", "PPN", "F170", "F180"],
        &["pallet exchange", "pallet charge", "pallet fee"], Proof::Papers(&[PalletSlip]), Bearer::Stop),
    entry("TOLL", &["IHT", "BRD", "E050"], &["toll", "tolls", "bridge toll"], Proof::Unread, Bearer::Many),
    entry("PERMIT", &["PER", "F300"], &["permit", "permits"], Proof::Unread, Bearer::Many),
    entry("ESCORT", &["MES"], &["escort"], Proof::Unread, Bearer::Many),
    entry("SCALE", &["SCL"], &["scale", "scale ticket"], Proof::Papers(WEIGHED), Bearer::Many),
    entry("CHASSIS", &["CHE"], &["chassis"], Proof::Papers(INTERCHANGE), Bearer::Many),
    entry("PREPULL", &["DRC"], &["prepull", "pre pull"], Proof::Unread, Bearer::Shipment),
    entry("PERDIEM", &[], &["per diem"], Proof::Papers(INTERCHANGE), Bearer::Many),
    entry("DEMURRAGE", &["DEM", "C080"], &["demurrage"], Proof::Papers(INTERCHANGE), Bearer::Many),
    entry("PODFEE", &["POD", "CDR", "105", "761", "F830", "B740"], &["pod fee", "pod copy"], Proof::Unread, Bearer::Many),
    entry("LH", &["LHS", "400", "D240"], &["linehaul", "line haul"], Proof::Unread, Bearer::Shipment),
    entry("DSC", &["C310"], &["discount"], Proof::Unread, Bearer::Shipment),
    entry("MISC", &["MSG", "MSC", "999", "ZZZ", "F050", "F060"], &["misc", "miscellaneous", "other"], Proof::Unread, Bearer::Many),
];

/// Papers that hold times in and out for their own sake.
pub(super) const TIME_SHEETS: &[DocumentClass] = &[DetentionForm];

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(raw: &str) -> Vec<&'static str> {
        meant_by(raw).iter().map(|entry| entry.code).collect()
    }

    #[test]
    fn the_carriers_words_and_partner_codes_find_their_accessorial() {
        for (raw, expected) in [
            ("DTL", vec!["DET"]),
            ("dtu ", vec!["DET"]),
            ("LAB", vec!["LUMPER", "DASSIST"]),
            ("Lumper - 24 plts", vec!["LUMPER"]),
            ("LIFT-GATE DELIVERY", vec!["LIFT"]),
            ("detention w/o power", vec!["DET", "DETW"]),
            ("E380", vec!["LIFT"]),
            ("surcharge", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(codes(raw), expected, "{raw:?}");
        }
    }

    #[test]
    fn only_whole_words_count() {
        assert!(!says(&plain("extolled"), &["toll"]));
        assert!(says(&plain("D/A 2 hrs"), &["d a"]));
    }

    #[test]
    fn no_code_stands_twice() {
        let mut codes: Vec<_> = CATALOGUE.iter().map(|entry| entry.code).collect();
        codes.sort_unstable();
        let count = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
