"""What the generator promises. Run from models/training: `python -m unittest discover tests`."""

import tempfile
import unittest
from dataclasses import replace
from pathlib import Path
from random import Random

from generator import corpus, documents, filling, identifiers, sheets, style
from generator import facts as business
from generator.filling import Filling
from generator.layouts import foreign
from generator.sheet import Sheet
from generator.truth import page_truth


class Identifiers(unittest.TestCase):
    """Check digits against the vectors of domain.md 2.3."""

    def test_check_digits_agree_with_published_vectors(self) -> None:
        self.assertEqual([identifiers.luhn(n[:-1]) for n in ("07209562763", "77767553207", "78045768393")], ["3", "7", "3"])
        self.assertEqual([identifiers.gs1(n[:-1]) for n in ("06141410000123452", "12345670000001234", "000123450000000027")], ["2", "4", "7"])

    def test_containers_pass_iso_6346(self) -> None:
        values = {c: v for c, v in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", [v for v in range(10, 39) if v % 11])} | {str(d): d for d in range(10)}

        def check(number: str) -> int:
            return sum(values[c] << i for i, c in enumerate(number[:10])) % 11 % 10

        self.assertEqual(check("CSQU3054383"), 3)
        for seed in range(50):
            number = identifiers.normalised(identifiers.container(Random(seed)))
            self.assertEqual(check(number), int(number[10]))

    def test_pros_carry_their_carriers_check_digit(self) -> None:
        for seed in range(50):
            xpo = identifiers.normalised(identifiers.pro(Random(seed), "XPOL"))
            self.assertEqual(int(xpo[:8]) % 7, int(xpo[8]))
            odfl = identifiers.pro(Random(seed), "ODFL")
            self.assertEqual(identifiers.luhn(odfl[:10]), odfl[10])


class Sheets(unittest.TestCase):
    """Pages that only training sees."""

    def test_a_sheet_is_full_of_handwriting_and_the_same_for_the_same_dice(self) -> None:
        pages = [page_truth(sheets.sheet(Random(5), "train")[0]) for _ in range(2)]
        self.assertEqual(pages[0], pages[1])
        self.assertGreater(sum(word["hand"] for word in pages[0]["words"]), 30)

    def test_the_hands_of_the_splits_are_others(self) -> None:
        hands = [set(sheets._hands(split)) for split in ("train", "valid", "test")]
        self.assertEqual([len(one & other) for one, other in ((hands[0], hands[1]), (hands[0], hands[2]), (hands[1], hands[2]))], [0, 0, 0])
        self.assertGreaterEqual(len(hands[0]), 25)

    def test_a_paper_of_another_trade_has_no_fields_and_nobodys_signature(self) -> None:
        facts = business.facts(Random(1), "US", "en")
        for seed in range(20):
            made = Sheet("other", style.style("other", 0), facts, Filling(), Random(seed))
            foreign.foreign(made)
            self.assertEqual((page_truth(made.page)["fields"], {mark.role for mark in made.page.marks} - {None}), ({}, set()))


class Splits(unittest.TestCase):
    """Test pages are unseen in training."""

    def test_no_family_is_in_two_splits(self) -> None:
        for kind in map(style.paper_of, documents.CLASSES):
            numbers = [n for split in ("train", "valid", "test") for n in style.families(kind, split)]
            self.assertEqual(len(numbers), len(set(numbers)))

    def test_only_test_families_use_the_reserved_blocks(self) -> None:
        for number in [*style.families("delivery_receipt", "train"), *style.families("delivery_receipt", "valid")]:
            look = style.style("delivery_receipt", number)
            self.assertTrue(all(look.archetypes[name] != kinds[-1] for name, kinds in style.ARCHETYPES.items()))
        for number in style.families("delivery_receipt", "test"):
            look = style.style("delivery_receipt", number)
            self.assertTrue(any(look.archetypes[name] == kinds[-1] for name, kinds in style.ARCHETYPES.items()))


class Truth(unittest.TestCase):
    """What the truth says can be seen on the page."""

    def test_every_class_in_every_split_gives_boxes_inside_the_page_and_fields_with_words(self) -> None:
        for kind in documents.CLASSES:
            for split in ("train", "valid", "test"):
                for page in documents.document(Random(f"{kind}{split}"), kind, split).pages:
                    truth = page_truth(page)
                    labelled = {word["field"] for word in truth["words"] if word["begin"]}
                    self.assertLessEqual(set(truth["fields"]), labelled, (kind, split))
                    for box in [word["box"] for word in truth["words"]] + [mark["box"] for mark in truth["marks"]]:
                        self.assertTrue(0 <= box[0] <= box[2] <= 1 and 0 <= box[1] <= box[3] <= 1)

    def test_a_signed_bill_of_lading_shows_a_mark_of_the_consignee(self) -> None:
        for seed in range(30):
            pages = documents.document(Random(seed), "bol_consignee_signed", "train").pages
            self.assertTrue(any(mark.role == "consignee" for mark in pages[0].marks))
            unsigned = documents.document(Random(seed), "bol_unsigned", "train").pages
            self.assertFalse(any(mark.role == "consignee" for page in unsigned for mark in page.marks))

    def test_each_receiver_signs_in_a_row_of_a_manifest(self) -> None:
        looks = (style.style("delivery_receipt", number) for number in style.MORE)
        look = next(look for look in looks if look.language == "en" and look.order % documents.MANIFESTS == 0)
        facts = business.facts(Random(3), "US", "en")
        page = documents.front(Random(5), "delivery_receipt", look, facts, replace(filling.delivered(Random(5)), consignee="ink"))
        tops = sorted(min(y for _, y in mark.corners) for mark in page.marks if mark.kind in ("signature", "initials") and mark.role == "consignee")
        self.assertGreater(len(tops), 1)
        self.assertTrue(all(a + 8 < b for a, b in zip(tops, tops[1:])))

    def test_the_same_seed_gives_the_same_corpus_whatever_the_jobs(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for jobs in (1, 2):
                corpus.write(corpus.Order(Path(folder, str(jobs)), 7, 12, "valid", jobs, images=False))
            self.assertEqual(Path(folder, "1/pages.jsonl").read_bytes(), Path(folder, "2/pages.jsonl").read_bytes())


if __name__ == "__main__":
    unittest.main()
