"""What the made-up history promises. Run from models/training: `python -m unittest discover tests`."""

import hashlib
import json
import tempfile
import unittest
from collections import Counter, defaultdict
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from history import anomalies, calendar, detention, evidence, history, world

SHIPMENTS, WORLDS = 60_000, 8
CODES = ("DET", "LUMPER", "LIFT", "LIMITED", "RES", "APPT", "STOP", "LAY", "TONU", "REDEL")
MARGINALS = {
    "lines": 55, "accessorial share": 0.05, "fuel share": 0.16, "anomalous": 0.075, "anomalous dollars": 0.088,
    "DET": 13.3, "DET p50": 105, "DET p95": 350, "LUMPER": 8.4, "LUMPER p50": 193, "LUMPER p95": 418, "LIFT": 5.0, "LIFT p50": 91,
    "LIMITED": 3.8, "LIMITED p50": 109, "RES": 2.6, "RES p50": 115, "APPT": 9.6, "APPT p50": 28, "STOP": 4.9, "STOP p50": 75,
    "LAY": 0.8, "LAY p50": 250, "TONU": 1.2, "TONU p50": 200, "REDEL": 0.8, "REDEL p50": 123,
    "disputed": 0.083, "disputed, valid": 0.069, "disputed, anomalous": 0.257, "disputed, DET": 0.20,
    "stays over 120": 0.381, "stays over 120, reefer": 0.543,
}  # fmt: skip
"""domain.md §4.5: lines are per 100 shipments, percentiles in dollars, the rest shares; LIM, APT and so on under their codes of §4.1."""
BILLED = {"invoice_no", "line", "code", "raw_code", "qty", "rate", "amount", "billed_at"}
PROFILE = {"id", "version", "customer_id", "customer", "required_docs", "free_time", "detention_rate_per_hour", "increment", "rounding", "detention_start", "caps",
           "accessorial_schedule", "accessorial_preapproval", "fsc", "tolerance"}  # fmt: skip
"""Of the keys in contract.md §1.2 and §1.4, those that are used."""


def marginals(drawn: history.History) -> dict[str, float]:
    """The figures of one world."""
    lines, loads = drawn.lines, drawn.loads
    cents, anomalous, is_charge = lines["cents"], drawn.anomalous, lines["cents"] > 0
    ran = ~loads.called_off
    accessorial, linehaul, fuel = cents.sum(), loads.linehaul[ran].sum(), loads.fuel[ran].sum()
    total, disputed = accessorial + linehaul + fuel, drawn.review.disputed
    stay = loads.departure - loads.arrival
    found = {
        "lines": 100 * is_charge.sum() / len(loads), "accessorial share": accessorial / total, "fuel share": fuel / total,
        "anomalous": anomalous[is_charge].mean(), "anomalous dollars": cents[anomalous].sum() / cents[is_charge].sum(),
        "disputed": disputed[is_charge].mean(), "disputed, valid": disputed[~anomalous & is_charge].mean(), "disputed, anomalous": disputed[anomalous].mean(),
        "disputed, DET": disputed[(lines["code"] == "DET") & is_charge].mean(),
        "stays over 120": (stay > 120)[loads.truckload].mean(), "stays over 120, reefer": (stay > 120)[loads.reefer].mean(),
    }  # fmt: skip
    for code in CODES:
        of_code = cents[(lines["code"] == code) & is_charge] / 100
        found |= {code: 100 * len(of_code) / len(loads), f"{code} p50": np.median(of_code), f"{code} p95": np.percentile(of_code, 95)}
    return found


class Marginals(unittest.TestCase):
    """Over several worlds: one alone has few carriers and customers, and its figures are off by some 5 % of chance."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.figures: list[dict[str, float]] = []
        cls.kinds = {group: Counter() for group in anomalies.KINDS}
        for seed in range(1, WORLDS + 1):
            drawn = history.draw(seed, SHIPMENTS)
            cls.figures.append(marginals(drawn))
            for group, counts in cls.kinds.items():
                counts.update(drawn.lines["kind"][(drawn.lines["code"] == "DET") == (group == "DET")].tolist())

    def test_the_figures_of_the_section_come_out_within_a_tenth(self) -> None:
        for name, expected in MARGINALS.items():
            with self.subTest(name):
                self.assertAlmostEqual(np.mean([found[name] for found in self.figures]) / expected, 1, delta=0.1)

    def test_anomalies_are_of_the_kinds_of_the_section(self) -> None:
        """Detention at its cap cannot be inflated: some of it is at a wrong rate instead."""
        for group, kinds in anomalies.KINDS.items():
            total = sum(self.kinds[group][kind] for kind, _ in kinds)
            for kind, share in kinds:
                with self.subTest(f"{group} {kind}"):
                    self.assertAlmostEqual(self.kinds[group][kind] / total, share, delta=0.05)


class Reckoning(unittest.TestCase):
    """What contracts and clocks give."""

    def test_detention_agrees_with_the_vectors_of_the_reference(self) -> None:
        for rounding, increment, rate, cap, arrival, appointment, departure, from_arrival, expected in (
            ("up", 15, 60, 400, 480, 510, 730, False, 10500), ("down", 15, 60, 400, 480, 510, 730, False, 9000), ("up", 15, 60, 400, 480, 510, 730, True, 13500),
            ("up", 60, 60, 400, 480, 510, 730, False, 12000), ("up", 30, 75, 400, 1320, 1320, 1570, False, 18750), ("up", 15, 60, 400, 360, 360, 1080, False, 40000),
        ):  # fmt: skip
            known = detention.Terms(*(np.array([value]) for value in (120, increment, rounding, rate * 100, cap * 100, from_arrival)))
            over = detention.minutes_over(known, np.array([arrival]), np.array([appointment]), np.array([departure]))
            self.assertEqual(detention.cents(known, detention.minutes_charged(known, over))[0], expected)

    def test_a_late_truck_waits_in_vain(self) -> None:
        known = detention.Terms(*(np.array([value]) for value in (120, 15, "up", 6000, 40000, False)))
        self.assertEqual(detention.minutes_over(known, np.array([550]), np.array([510]), np.array([900]))[0], 0)

    def test_clocks_of_sites_agree_with_the_zone_tables(self) -> None:
        local = calendar.FIRST_MINUTE + np.random.default_rng(1).integers(0, calendar.DAYS * calendar.DAY, 500)
        local -= local % calendar.DAY - 720  # noon is never doubtful
        for zone, standard in calendar.STANDARD.items():
            for minutes, utc in zip(local.tolist(), calendar.to_utc(local, np.full(len(local), standard)).tolist()):
                wall = datetime.fromtimestamp(minutes * 60, timezone.utc).replace(tzinfo=ZoneInfo(zone))
                self.assertEqual(int(wall.timestamp()) // 60, utc)

    def test_tariffs_rise_by_four_to_six_percent_in_january_and_stand_still_otherwise(self) -> None:
        carriers, everyone = world.draw(np.random.default_rng(2)).carriers, np.arange(world.CARRIERS)
        before, after, later = (carriers.at("LIFT", everyone, np.full(world.CARRIERS, calendar.JANUARIES[0] + day)) for day in (-1, 0, 200))
        self.assertTrue(((after / before >= 1.04) & (after / before <= 1.06)).all())
        np.testing.assert_array_equal(after, later)


class Written(unittest.TestCase):
    """The four files of a smaller history."""

    @classmethod
    def setUpClass(cls) -> None:
        with tempfile.TemporaryDirectory() as folder:
            cls.drawn = history.draw(5, 20_000)
            history.write(cls.drawn, Path(folder))
            cls.bytes = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
        cls.profiles = {profile["id"]: profile for profile in json.loads(cls.bytes["profiles.json"])}
        cls.shipments, cls.papers, cls.truth = ([json.loads(line) for line in cls.bytes[f"{name}.jsonl"].splitlines()] for name in ("shipments", "papers", "truth"))
        cls.by_id = {shipment["id"]: shipment for shipment in cls.shipments}
        cls.pack = {pack["shipment"]: pack["papers"] for pack in cls.papers}

    def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(self) -> None:
        def digest(seed: int) -> str:
            with tempfile.TemporaryDirectory() as folder:
                history.write(history.draw(seed, 1500), Path(folder))
                return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(Path(folder).iterdir()))).hexdigest()

        self.assertEqual(digest(3), digest(3))
        self.assertNotEqual(digest(3), digest(4))

    def test_every_accessorial_line_has_one_row_of_truth(self) -> None:
        lines = [(s["id"], line) for s in self.shipments for line in s["billed"] if line["code"] not in ("LH", "FSC")]
        billed = [(shipment, line["invoice_no"], line["line"], line["code"], line["amount"]) for shipment, line in lines]
        told = [(row["shipment"], row["invoice_no"], row["line"], row["code"], row["amount"]) for row in self.truth]
        self.assertEqual(Counter(billed), Counter(told))
        numbers = [key[:3] for key in told]
        self.assertEqual(len(numbers), len(set(numbers)))

    def test_nothing_observed_tells_the_truth(self) -> None:
        kinds = [kind for group in anomalies.KINDS.values() for kind, _ in group]
        for name in ("shipments.jsonl", "papers.jsonl", "profiles.json"):
            for word in [*kinds, "NO_EVIDENCE", "anomal", "phantom", "storm", "expected_", "negative", "bad", "split", "label"]:
                self.assertNotIn(word.encode(), self.bytes[name], (name, word))
        self.assertEqual({key for s in self.shipments for line in s["billed"] for key in line}, BILLED)
        self.assertEqual({key for s in self.shipments for key in s["carrier"]}, {"scac", "name", "tendered_at"})
        self.assertEqual({key for profile in self.profiles.values() for key in profile}, PROFILE)

    def test_how_a_line_is_numbered_and_billed_says_little_of_whether_it_is_right(self) -> None:
        """Copies come later by nature; of all other lines as many of the first are anomalous as of the last."""
        rows = [row for row in self.truth if row["kind"] != "DUP" and row["hard_negative"] != "rebill_after_credit"]
        first, later = ([row["anomalous"] for row in rows if (row["line"] <= 3) == is_first] for is_first in (True, False))
        self.assertLess(abs(np.mean(first) - np.mean(later)), 0.02)

    def test_no_code_of_a_mode_is_always_wrong(self) -> None:
        for key, rows in self._by(lambda row: (self.by_id[row["shipment"]]["mode"], row["code"])).items():
            self.assertLess(np.mean([row["anomalous"] for row in rows]), 0.75, key)

    def test_every_kind_and_every_hard_negative_is_there_and_no_hard_negative_is_anomalous(self) -> None:
        kinds = {kind for group in anomalies.KINDS.values() for kind, _ in group} | {"NO_EVIDENCE"}
        self.assertEqual({row["kind"] for row in self.truth} - {None}, kinds)
        names = {"storm_week", "facility_regime", "new_customer", "tariff_revision", "same_amount_stops", "rebill_after_credit"}
        self.assertEqual({row["hard_negative"] for row in self.truth} - {None}, names)
        for row in self.truth:
            self.assertEqual(row["anomalous"], row["kind"] is not None)
            self.assertFalse(row["anomalous"] and row["hard_negative"])

    def test_only_the_later_copy_is_a_duplicate(self) -> None:
        """It repeats a line of its shipment, or comes with the receipt of an earlier one."""
        ways = Counter()
        for row in self.truth:
            if row["kind"] == "DUP":
                billed = self.by_id[row["shipment"]]["billed"]
                at = next(i for i, line in enumerate(billed) if (line["invoice_no"], line["line"]) == (row["invoice_no"], row["line"]))
                repeats = any((line["code"], line["amount"]) == (row["code"], row["amount"]) for line in billed[:at])
                brings = bool(self._other_loads(row["shipment"]))
                ways[repeats, brings] += 1
                self.assertTrue(repeats or brings, row)
                self.assertEqual(row["expected"], "0.00")
        self.assertGreater(ways[False, True], 5)

    def test_a_stretched_stay_is_on_the_paper_alone(self) -> None:
        """By more than the 20 minutes that clocks may differ (domain.md §4.3, A05), where a device saw the truck."""
        stretched, usual = [], []
        for row in self.truth:
            shipment, fields = self.by_id[row["shipment"]], self.pack[row["shipment"]][0]["fields"] if self.pack[row["shipment"]] else {}
            events = {event["code"]: event for event in shipment["stops"][-1]["events"]}
            if row["code"] != "DET" or "arrival_time" not in fields or "departure_time" not in fields or ":" not in fields["arrival_time"]["value"]:
                continue
            if "X1" in events and events["X1"]["source"] != "edi214" and len(fields["arrival_time"]["raw"]) == 5:
                seen = (_moment(events["CD"]["at"]) - _moment(events["X1"]["at"])) // 60
                written = (_minutes(fields["departure_time"]["value"]) - _minutes(fields["arrival_time"]["value"])) % 1440
                (stretched if row["kind"] == "TIME_INFLATE" else usual).append(written - seen)
        self.assertGreater(len(stretched), 10)
        self.assertGreater(np.mean(np.array(stretched) > 20), 0.95)
        self.assertLess(np.mean(np.array(usual) > 20), 0.03)

    def test_a_phantom_leaves_no_trace(self) -> None:
        for row in self.truth:
            if row["kind"] == "NO_EVIDENCE":
                texts = [note["text"].lower() for paper in self.pack[row["shipment"]] for note in paper["notations"] if note["type"] == "SERVICE_MARK"]
                words = [text.lower() for text in evidence.NOTES.get(row["code"], ())]
                self.assertFalse(set(texts) & set(words), row)
                granted = self.by_id[row["shipment"]]["rates"].get("accessorial_auth", [])
                self.assertNotIn(row["code"], [one["code"] for one in granted])
                if row["code"] == "LUMPER":
                    self.assertNotIn("lumper_receipt", [paper["class"] for paper in self.pack[row["shipment"]]])

    def test_creep_persists(self) -> None:
        """After the first creeping line of a customer, a carrier and a code, no line is back at the contract."""
        for rows in self._by(lambda row: (row["customer"], row["carrier"], row["code"])).values():
            crept = [row["kind"] == "CREEP" for row in rows]
            for row in rows[crept.index(True) :] if any(crept) else []:
                if row["kind"] is None and row["code"] != "DET" and row["hard_negative"] != "rebill_after_credit":
                    self.fail(row)

    def test_the_reviewer_errs_and_does_not_see_everything(self) -> None:
        seen = [row for row in self.truth if row["label"] is not None]
        self.assertAlmostEqual(len(seen) / len(self.truth), 0.8, delta=0.02)
        self.assertAlmostEqual(np.mean([row["label"] != row["anomalous"] for row in seen]), 0.03, delta=0.007)
        self.assertEqual({row["split"] for row in self.truth}, {"train", "test"})

    def test_valid_lines_are_what_the_contract_gives(self) -> None:
        off = [abs(Decimal(row["amount"]) - Decimal(row["expected"])) for row in self.truth if not row["anomalous"]]
        self.assertLessEqual(max(off), 1)
        self.assertAlmostEqual(np.mean([difference > 0 for difference in off]), 0.03 * 0.85, delta=0.01)

    def test_shipments_come_in_order_of_time_over_at_least_18_months_and_name_profiles_that_are_there(self) -> None:
        delivered = np.array([_moment(s["stops"][-1]["events"][-1]["at"]) for s in self.shipments if s["status"] == "delivered"])
        self.assertLess((np.maximum.accumulate(delivered) - delivered).max(), 3 * 3600)
        self.assertGreater(delivered[-1] - delivered[0], 547 * 86400)
        self.assertLessEqual({s["customer"]["profile_id"] for s in self.shipments}, set(self.profiles))

    def _other_loads(self, shipment: str) -> list[str]:
        """Load numbers on receipts in its pack that are not its own."""
        own = {ref["value"] for ref in self.by_id[shipment]["refs"]}
        papers = [paper for paper in self.pack[shipment] if paper["class"] == "lumper_receipt"]
        return [paper["fields"]["load_number"]["value"] for paper in papers if paper["fields"]["load_number"]["value"] not in own]

    def _by(self, key: Any) -> dict[Any, list[dict[str, Any]]]:
        groups = defaultdict(list)
        for row in self.truth:
            groups[key(row)].append(row)
        return groups


def _moment(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


if __name__ == "__main__":
    unittest.main()
