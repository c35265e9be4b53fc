//! The vocabulary of remarks (domain.md §3.3) in six languages, and where it is mentioned in a line.
//!
//! The first phrase of the table that fits takes its words, so that `seal missing` is no shortage and `no damage` no damage.

use std::sync::LazyLock;

use super::phrases::{Patterns, Piece};
use crate::understanding::NotationKind;

/// When a phrase is a remark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strength {
    /// Wherever it stands.
    Always,
    /// Beside a number, or in a line of a few words: elsewhere the word is often part of another remark or of goods.
    Terse,
    /// Beside a number, or with other words: alone it is the label of a box.
    NotAlone,
    /// Beside a number only.
    Counted,
    /// Never: the words mean something else.
    Never,
}

/// What phrases say, and when. The patterns (see [`phrases`](super::phrases)) stand between semicolons.
type Entry = (NotationKind, Strength, &'static str);

/// A phrase of the table in a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mention {
    pub(super) kind: NotationKind,
    pub(super) strength: Strength,
    /// First piece.
    pub(super) start: usize,
    /// Behind the last piece.
    pub(super) end: usize,
}

use NotationKind as Kind;
use Strength::{Always, Counted, Never, NotAlone, Terse};

const TABLE: &[Entry] = &[
    // Words of goods, of the trade and of forms.
    (
        Kind::Short,
        Never,
        "short form|haul|sleeve|sleeves|ton|tons|term|notice|pay|grain|cut|ribs; \
         missing pod|paperwork|papers|docs|page|pages",
    ),
    (
        Kind::Over,
        Never,
        "+ # #; over dimension*|size*|weight|the|road|night|time|counter|length|width|please|phone|sized; \
         turn|hand|carry|all over; extra large|small|virgin|strong|wide|heavy|stop",
    ),
    (
        Kind::Damage,
        Never,
        "wet wipe*|mop*|cat|dog|food|suit*|look|cell; broken rice|line",
    ),
    (
        Kind::Temp,
        Never,
        "temp*|set set|setting*|control*|range|recorder|log|protect*|required|req|point; \
         set temp*; maintain|keep temp*; warm up|welcome",
    ),
    (
        Kind::ServiceFail,
        Never,
        "late fee*|charge*|payment*|than; no|not later",
    ),
    (Kind::ServiceMark, Never, "drop ship*|off|box|down"),
    (Kind::Correction, Never, "void if|where|after|unless"),
    // Said not to be so.
    (
        Kind::Clean,
        Always,
        "no|not|non|without|nil|zero visible|apparent|obvious|any? damage*|dmg|dmgd|shortage*|short|shrt|over|overage*|exceptions|discrepanc*|crushed|torn|wet|broken|bent|opened|leaking|missing|refused or|and|nor|/|, damage*|short*|over*|dmg; \
         no|not|non|without|nil|zero visible|apparent|obvious|any? damage*|dmg|dmgd|shortage*|short|shrt|over|overage*|exceptions|discrepanc*|crushed|torn|wet|broken|bent|opened|leaking|missing|refused; \
         free of|from damage*; undamaged; unbeschadigt*; \
         kein|keine|keinen|ohne schad*|beschadig*|beanstand*|fehlmenge*|vorbehalt*|mangel; \
         nicht beschadigt; \
         sans|aucun|aucune reserve|reserves|dommage*|avarie*|manquant*|casse; \
         rien a signaler; sin reserva*|dano*|faltante*|averia*|novedad; \
         bez|brak uszkodz*|zastrzez*|uwag|brakow; \
         geen|zonder schade|voorbehoud|manco|breuk|opmerkingen",
    ),
    // Seals.
    (
        Kind::SealBroken,
        Always,
        "seal|seals|plomb*|siegel|precinto _? _? not intact|ok; \
         seal|seals|plomb*|siegel|precinto|plombe #? was|were|is|nr|no? #|_? broken|brkn|missing|cut|mismatch*|differ*|diff|tampered|removed|gone|gebrochen|beschadigt|fehlt|cassee*|roto|zerwan*|brak|verbroken; \
         broken|brkn|missing|cut|no|wrong|tampered seal|seals",
    ),
    (
        Kind::SealOk,
        Always,
        "seal|seals|plomb*|siegel|precinto #|_? #|_? is|was|were|:? intact*|ok|okay|good|unbroken|secure|secured|match*|verified|unversehrt|nienaruszon*; \
         s / i; intact seal|seals",
    ),
    // Who counted.
    (
        Kind::DriverCount,
        Always,
        "sldc; dl and c; dlc; shipper|shippers load|loaded and|, driver|drivers count*; \
         driver|drivers count|counted",
    ),
    (
        Kind::ShipperLoadCount,
        Always,
        "slc; slsc; sl and c; \
         shipper|shippers load|loaded ,? stow*? and? seal? and? count|counted",
    ),
    (
        Kind::SubjectToCount,
        Always,
        "subject|subj|sub to _? _? count|counts|recount|cnt|counting|inspection|verification; \
         pending|awaiting count|recount|counting|inspection|verification",
    ),
    (Kind::SaidToContain, Always, "said to contain; stc"),
    // Reserves.
    (
        Kind::ConcealedReserve,
        Always,
        "subject to concealed|hidden damage*|dmg; concealed|hidden damage*|dmg; concealed; \
         verdeckt* schad*|mangel; verborgen schade; vices caches",
    ),
    (
        Kind::Reservation,
        Always,
        "sous|avec|s / toute|toutes? reserve|reserves; sous|avec reserve|reserves; \
         unter|mit ublich*|dem? vorbehalt; onder|met voorbehoud; salvo examen|buen; \
         bajo|con reserva|reservas; zastrzezeniem|zastrzezeniami",
    ),
    (
        Kind::Reservation,
        NotAlone,
        "reserves; vorbehalt; voorbehoud; reservas; zastrzezenia",
    ),
    // Refused and wrong goods.
    (
        Kind::Refused,
        Always,
        "refused; refusal; rfsd; rejected; \
         return|returned|returning|rtn to shipper|vendor|sender|origin|consignor; rtv; rts; \
         abgelehnt; annahme verweigert; verweigert; zuruckgewiesen; refus; \
         refusee|refuses|refusees; rechazad*; rehusad*; odmow*; odrzucon*; geweigerd",
    ),
    (Kind::Refused, Terse, "refuse; devuelto|devueltos"),
    (
        Kind::WrongGoods,
        Always,
        "wrong item*|product*|po|goods|material*|sku|pallet*|freight|load|part*|order|merch*|size|color; \
         mis shipped|ship|shipment; misship*; not ours|our; \
         falsche|falscher ware|artikel|lieferung; \
         mauvais|mauvaise produit*|article*|marchandise*; \
         mercancia|producto equivocad*|incorrect*; zly|bledny|niewlasciwy towar|produkt; \
         verkeerde goederen|artikel*|levering|product*",
    ),
    // Late.
    (
        Kind::ServiceFail,
        Always,
        "missed|miss|no appt|appointment|apt|appts; late delivery|arrival|driver|truck; \
         arrived|driver|truck|delivered|delivery|load|dlvd was|is? late; verspat*; en retard; \
         con retraso; spozni*; opozni*; te laat; vertraagd",
    ),
    (Kind::ServiceFail, Terse, "late"),
    // Temperature.
    (
        Kind::Temp,
        Always,
        "pulp|pulped temp*|at|:? #; temp|temps|temperature : #; \
         temp|temps|temperature abuse*|high|low|issue|out|too|exceed*; \
         temp|temps|temperature is|was|at|@? #; out of temp*; too warm|hot|cold; \
         thawed|thawing|thaw; defrosted; melted|melting; aufgetaut|angetaut; decongele*; \
         descongelad*; rozmrozon*; ontdooid",
    ),
    (Kind::Temp, Terse, "warm"),
    // Short.
    (
        Kind::Short,
        Always,
        "shorted; shortship*; short shipped; manquant|manquants|manquante|manquantes; \
         fehlmenge*; faltante|faltantes; tekort; ontbreekt|ontbreken; brakuje",
    ),
    (
        Kind::Short,
        NotAlone,
        "short|shrt|shrtd|shortage|shortages|shortg",
    ),
    (
        Kind::Short,
        Terse,
        "missing; sht; fehlt|fehlen; manque|manquent; manco|manko",
    ),
    (
        Kind::Short,
        Counted,
        "falta|faltan; brak; shor; not received|recd|rec|delivered|loaded; \
         nicht erhalten|geliefert; non recu|recus|livre|livres; no recibido|recibidos",
    ),
    // Over.
    (Kind::Over, Counted, "+ #"),
    (Kind::Over, NotAlone, "overage|overages; surplus"),
    (
        Kind::Over,
        Counted,
        "over|ovr; extra|extras; zuviel; zu viel; excedent*; en trop; de mas; \
         sobrante*|sobran; nadwyzka; te veel; too many; mehr",
    ),
    // Damage.
    (
        Kind::Damage,
        Always,
        "damaged|dmgd|dmged|damagd|damgd|dmgs|damged; crushed|crshd; torn; \
         leaking|leaked|leaks|leaker|leakers|leakage; punctur*; rewrap*|re wrapped; \
         retape*|re taped; infested; dented|dents; ripped; smashed; water damage*|dmg; \
         load|freight|pallet* shifted; beschadig*; eingedruckt|zerdruckt|aufgerissen; \
         endommag*; abime*; mouille*; dechire*; ecrase*; defonce*; avarie|avaries|avariee*; \
         danad*; averiad*; mojad*; aplastad*; uszkodz*; zniszczon*; zalan*; rozdart*|rozdar*; \
         zgniecion*|pogniecion*; rozbit*|stluczon*; gescheurd|gedeukt|lekkage",
    ),
    (
        Kind::Damage,
        NotAlone,
        "damage|damages|dmg|dmge; schaden; dommage|dommages; dano|danos; schade",
    ),
    (
        Kind::Damage,
        Terse,
        "wet; bent; broken|broke; tilted|leaning|tipped; shifted; opened; cracked; \
         hole|holes; soaked; stained; moldy; dent; crush; bruch|defekt|nass|undicht; \
         casse|casses|cassee|cassees|perce|perces; roto|rotos|rota|rotas|golpead*; \
         mokr*|pekniet*; kapot|nat|lek",
    ),
    (Kind::Damage, Counted, "dam"),
    // Nobody there.
    (
        Kind::Unattended,
        Always,
        "no one|body on|at? site|there|here|present|available|home; \
         noone|nobody on|at? site|there|here|present|available|home; \
         left at|by|on|@ the? dock|door|gate|front|porch|site|desk|location|garage; key drop; \
         c 19; c19; covid*; no contact; contactless; signature|sig on file; driver release*; \
         niemand angetroffen|anwesend|vor|aanwezig; kontaktlos*; sin contacto; sans contact; \
         unattended",
    ),
    (Kind::Unattended, Terse, "nis; sof"),
    (Kind::Correction, Terse, "void|voided; corrected|correction"),
    // Services.
    (
        Kind::ServiceMark,
        Always,
        "driver assist*|unload*; d / a; live unload*|load; d and h; \
         drop and? hook|trailer|trl|trlr; dropped trailer; lumper|lumpers; floor loaded; \
         hand? handball*; hand unload*|load*; liftgate|tailgate; lift gate; inside delivery; \
         sort and seg*",
    ),
    (Kind::ServiceMark, Terse, "drop"),
    // In good order.
    (
        Kind::Clean,
        Always,
        "good|apparent good? order|condition|cond|shape; all ok|okay|good|accounted|there; \
         in ordnung; in einwandfrei*; einwandfrei; bon etat; buen estado; w porzadku; \
         w dobrym; goede orde|staat",
    ),
    (
        Kind::Clean,
        Terse,
        "clear; clean; ok|okay; complete; conforme|conformes; zgodne|zgodnie; akkoord; ras; \
         vollstandig",
    ),
];

/// The phrases of the table in a line, from left to right; those that mean something else are left out.
pub(super) fn mentions(pieces: &[Piece]) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(rest) = pieces.get(start..).filter(|rest| !rest.is_empty()) {
        let Some((kind, strength, length)) = phrase_at(rest) else {
            start += 1;
            continue;
        };
        let end = start + length;
        if strength != Never {
            found.push(Mention {
                kind,
                strength,
                start,
                end,
            });
        }
        start = end;
    }
    found
}

static VOCABULARY: LazyLock<Vec<(NotationKind, Strength, Patterns)>> = LazyLock::new(|| {
    let entries = TABLE.iter();
    entries
        .map(|(kind, strength, patterns)| (*kind, *strength, Patterns::new(patterns)))
        .collect()
});

fn phrase_at(pieces: &[Piece]) -> Option<(NotationKind, Strength, usize)> {
    VOCABULARY.iter().find_map(|(kind, strength, patterns)| {
        Some((*kind, *strength, patterns.length_at(pieces)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::understanding::normalise::phrases::pieces;

    fn kinds(line: &str) -> Vec<NotationKind> {
        mentions(&pieces(line))
            .into_iter()
            .map(|mention| mention.kind)
            .collect()
    }

    #[test]
    fn patterns_are_written_in_folded_words() {
        for (kind, _, patterns) in TABLE {
            for pattern in patterns.split("; ") {
                let plain = pattern.chars().all(|c| {
                    c.is_ascii_lowercase() || c.is_ascii_digit() || " |*?#_/:,@+".contains(c)
                });
                assert!(plain, "{kind:?} {pattern}");
            }
        }
    }

    #[test]
    fn longer_phrases_take_their_words_before_shorter_ones() {
        assert_eq!(kinds("seal missing"), [Kind::SealBroken]);
        assert_eq!(kinds("seal 48213 intact"), [Kind::SealOk]);
        assert_eq!(
            kinds("subject to concealed damage"),
            [Kind::ConcealedReserve]
        );
        assert_eq!(kinds("no damage or shortage"), [Kind::Clean]);
        assert_eq!(kinds("SL&C"), [Kind::ShipperLoadCount]);
    }

    #[test]
    fn words_of_goods_and_forms_are_no_remarks() {
        for line in [
            "short form",
            "short sleeve shirts",
            "wet wipes",
            "over the road",
            "late fee",
            "set temp 34",
            "24 shorts",
        ] {
            assert_eq!(kinds(line), [], "{line}");
        }
    }
}
