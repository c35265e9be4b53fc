//! Units of freight in six languages.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unit {
    /// `PLT`
    Pallet,
    /// `SKD`
    Skid,
    /// `CTN`
    Carton,
    /// `DRM`
    Drum,
    /// `ROL`
    Roll,
    /// `TOT`
    Tote,
    /// `CS`
    Case,
    /// `PCS`
    Piece,
    /// `BDL`
    Bundle,
    /// `BX`
    Box,
    /// `CRT`
    Crate,
    /// `BAG`
    Bag,
    /// `PKG`
    Package,
}

/// Folded words for each unit: English, German, French, Spanish, Polish, Dutch, and codes of the trade.
const WORDS: &[(Unit, &str)] = &[
    (
        Unit::Pallet,
        "plt plts pl pls pallet pallets pal pals palette paletten palettes europaletten \
         pallette palet palets paleta paletas palety pll epal gma tarimas",
    ),
    (Unit::Skid, "skd skds skid skids sk"),
    (
        Unit::Carton,
        "ctn ctns ct cts carton cartons karton kartons kartonow kartony kartonnen krt doos",
    ),
    (
        Unit::Drum,
        "drm drms drum drums fass fasser fut futs tambor tambores beczka beczki beczek vaten",
    ),
    (
        Unit::Roll,
        "rol rols rl rls roll rolls rolle rollen rouleau rouleaux rollo rollos rolka rolki \
         rolek",
    ),
    (Unit::Tote, "tot tote totes ibc ibcs gitterbox"),
    (
        Unit::Case,
        "cs case cases caisse caisses kiste kisten kist cse cses",
    ),
    (
        Unit::Piece,
        "pc pcs pce pces piece pieces ea each stk stuck stueck pieza piezas pza pzas szt \
         sztuk sztuki sztuka stuks unidades uds",
    ),
    (
        Unit::Bundle,
        "bdl bdls bundle bundles bndl bndls bund bunde fardo fardos wiazka wiazki bundel \
         bundels",
    ),
    (
        Unit::Box,
        "bx bxs box boxes boite boites caja cajas schachtel schachteln pudelko pudelka \
         pudelek",
    ),
    (
        Unit::Crate,
        "crt crts crate crates skrzynia skrzynie skrzyn krat kratten jaula jaulas",
    ),
    (
        Unit::Bag,
        "bag bags bg bgs sack sacks sacke sac sacs saco sacos worek worki workow zak zakken",
    ),
    (
        Unit::Package,
        "pkg pkgs package packages pack packs packstuck packstucke colli collo kolli colis \
         bulto bultos paczka paczki paczek pakket pakketten paket pakete",
    ),
];

/// Every word of a page is asked for its unit, many times.
static BY_WORD: LazyLock<HashMap<&str, Unit>> = LazyLock::new(|| {
    let of = |(unit, words): &(Unit, &'static str)| {
        let unit = *unit;
        words.split(' ').map(move |word| (word, unit))
    };
    WORDS.iter().flat_map(of).collect()
});

impl Unit {
    /// The unit that a folded word names.
    pub(super) fn named(word: &str) -> Option<Self> {
        BY_WORD.get(word).copied()
    }

    /// The code of the trade, in upper case: `PLT`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Pallet => "PLT",
            Self::Skid => "SKD",
            Self::Carton => "CTN",
            Self::Drum => "DRM",
            Self::Roll => "ROL",
            Self::Tote => "TOT",
            Self::Case => "CS",
            Self::Piece => "PCS",
            Self::Bundle => "BDL",
            Self::Box => "BX",
            Self::Crate => "CRT",
            Self::Bag => "BAG",
            Self::Package => "PKG",
        }
    }

    /// The code in lower case, as remarks write it: `plt`.
    #[must_use]
    pub fn lower_code(self) -> &'static str {
        match self {
            Self::Pallet => "plt",
            Self::Skid => "skd",
            Self::Carton => "ctn",
            Self::Drum => "drm",
            Self::Roll => "rol",
            Self::Tote => "tot",
            Self::Case => "cs",
            Self::Piece => "pcs",
            Self::Bundle => "bdl",
            Self::Box => "bx",
            Self::Crate => "crt",
            Self::Bag => "bag",
            Self::Package => "pkg",
        }
    }

    /// Counted as handling units (pallets, skids), not as pieces (cartons, cases). Drums, rolls, totes and crates are handled
    /// one by one.
    #[must_use]
    pub fn is_handling_unit(self) -> bool {
        match self {
            Self::Pallet | Self::Skid | Self::Drum | Self::Roll | Self::Tote | Self::Crate => true,
            Self::Carton
            | Self::Case
            | Self::Piece
            | Self::Bundle
            | Self::Box
            | Self::Bag
            | Self::Package => false,
        }
    }
}

impl fmt::Display for Unit {
    /// The code, as [`Unit::code`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_names_one_unit_only() {
        let words: Vec<&str> = WORDS
            .iter()
            .flat_map(|(_, words)| words.split(' '))
            .collect();
        for word in &words {
            let times = words.iter().filter(|other| *other == word).count();
            assert_eq!(times, 1, "{word}");
        }
    }

    #[test]
    fn codes_name_their_unit() {
        for (unit, _) in WORDS {
            assert_eq!(unit.lower_code(), unit.code().to_ascii_lowercase());
            assert_eq!(Unit::named(unit.lower_code()), Some(*unit));
        }
    }
}
