//! Chance that falls the same way on every machine.

/// Splitmix64.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    /// Dice for one purpose: `salt` keeps what is drawn for it apart from all else that is drawn for `at`.
    pub(super) fn new(seed: u64, salt: u64, at: u64) -> Self {
        let mut dice = Self(seed ^ salt.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mixed = dice.next();
        Self(mixed ^ at.wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `end`, without it.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    pub(super) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(super) fn one_of<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        let count = u64::try_from(of.len()).unwrap_or(u64::MAX);
        let at = usize::try_from(self.below(count)).unwrap_or_default();
        of.get(at).copied()
    }

    /// Evenly from `low` to `high`, both in percent.
    pub(super) fn confidence(&mut self, low: u16, high: u16) -> f32 {
        let above = u16::try_from(self.below(u64::from(high - low) + 1)).unwrap_or_default();
        f32::from(low + above) / 100.0
    }
}
