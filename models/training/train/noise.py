"""What a reader does to words: wrong, lost, glued and split ones, moved boxes, and a confidence that roughly knows.

In: pages of the generator with truth words. Out: the same pages as a reader would hand them on, labels kept.
"""

from __future__ import annotations

import random

CONFUSIONS = {
    "0": "OQD88", "1": "lI7", "2": "Z7", "3": "8", "4": "A9", "5": "S6", "6": "G5", "7": "1T", "8": "B30", "9": "g4",
    "O": "00Q", "I": "1l", "l": "1I", "S": "5", "B": "8", "Z": "2", "G": "6", "A": "4", "T": "7", "e": "c", "c": "e",
    "a": "o", "o": "a", "n": "u", "u": "n", "r": "n", "i": "l", "t": "f", "h": "b", ".": ",", ",": ".", ":": ".", "-": "",
    "/": "1l", "#": "H", "º": "9°o", "°": "9oº", "ª": "a", "ä": "a", "ö": "o", "ü": "u", "é": "e", "ó": "o", "í": "i", "á": "a", "ñ": "n", "ą": "a",
    "ł": "l", "ż": "z", "ś": "s",
}  # fmt: skip
"""Characters that PP-OCR and Tesseract mix up most often on the project's own pages; one that is there twice is twice as likely."""


TEXT_LAYER = 0.2
"""Share of pages whose words come from a PDF's own text: no errors, tight boxes."""


def read_page(page: dict, rng: random.Random, still: bool = False) -> dict:
    """The page as a reader sees it: good scans nearly clean, bad ones with up to a tenth of the characters wrong. With `still` all
    words stay where the picture shows them. What is seen of the `ink` moves with the words.

    Made to be like the project's own reader, whose rates are (`train.readings` against the truth, 244 pages of the validation
    families, small print of terms left out): of printed words 7 % lost, 3 % wrong, 11 % run into a neighbour; of 593 handwritten ones
    1 % lost, 13 % wrong, 13 % run into a neighbour; boxes 1.27 to 1.85 times as high as the letters. Fewer words are lost here:
    the reader loses whole lines, which teaches nothing.
    """
    if rng.random() < TEXT_LAYER:
        words = [word | {"confidence": 1.0} for word in page["words"]]
        return _moved({**page, "words": words}, 1.0, rng, still)
    severity = rng.choice([0.3, 0.5, 1.0, 1.0, 2.0, 4.0])
    words = [word for word in (_read_word(word, severity, rng) for word in page["words"]) if word]
    words = _split_and_glue(words, severity, rng)
    words += [_scribble(mark["box"], rng) for mark in page["marks"] if mark["kind"] in ("signature", "initials") and rng.random() < 0.6]
    return _moved({**page, "words": words}, rng.uniform(1.25, 1.8), rng, still)


SIGNERS = ("consignee", "driver", "shipper")


def seen_ink(page: dict, rng: random.Random) -> list[dict]:
    """What the `marks` model sees of a page's signatures and initials, `box` and `field` of each: some missed, some in two pieces, those
    that touch in one (then it is the receiver's, if he is among them), edges as coarse as its cells, now and then other handwriting.

    A quarter of the pages shows none: the words are tagged once before anybody looks for ink. Shares are assumptions.
    """
    if rng.random() < 0.25:
        return []
    seen = [(mark["box"], mark["role"]) for mark in page["marks"] if mark["kind"] in ("signature", "initials") and rng.random() < 0.94]
    seen = [piece for box, role in seen for piece in _in_pieces(box, role, rng)]
    seen += [(word["box"], None) for word in page["words"] if word["hand"] and rng.random() < 0.02]
    seen += [(mark["box"], None) for mark in page["marks"] if mark["kind"] == "check" and rng.random() < 0.04]
    return [{"box": _coarse(box, rng), "field": f"signature_{role}" if role in SIGNERS else None} for box, role in _touching(seen, rng)]


def _in_pieces(box: list[float], role: str | None, rng: random.Random) -> list[tuple[list[float], str | None]]:
    if rng.random() < 0.92:
        return [(box, role)]
    left, top, right, bottom = box
    at = rng.uniform(0.3, 0.7)
    middle = left + at * (right - left)
    return [([left, top, middle, bottom], role), ([middle, top, right, bottom], role)]


def _touching(seen: list[tuple[list[float], str | None]], rng: random.Random) -> list[tuple[list[float], str | None]]:
    """Two marks that overlap are one half of the time."""
    result: list[tuple[list[float], str | None]] = []
    for box, role in seen:
        for index, (other, whose) in enumerate(result):
            touch = min(box[2], other[2]) > max(box[0], other[0]) and min(box[3], other[3]) > max(box[1], other[1])
            if touch and rng.random() < 0.5:
                union = [min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3])]
                result[index] = (union, next((one for one in SIGNERS if one in (role, whose)), None))
                break
        else:
            result.append((box, role))
    return result


def _coarse(box: list[float], rng: random.Random) -> list[float]:
    left, top, right, bottom = (min(1.0, max(0.0, edge + rng.gauss(0, 0.006))) for edge in box)
    return [min(left, right), min(top, bottom), max(left, right), max(top, bottom)]


def _scribble(box: list[float], rng: random.Random) -> dict:
    """What a reader makes of a signature: letters that mean nothing. Of the words it gives, one in fifty stands for none of the truth."""
    text = "".join(rng.choice("aeilnorstucdhmyvwjkLJSMRPA.,/") for _ in range(rng.randint(1, 9)))
    left, right = sorted((rng.uniform(box[0], box[2]), rng.uniform(box[0], box[2])))
    placed = [left, box[1], max(right, left + 0.01), box[3]]
    return {"text": text, "box": placed, "line": 0, "field": None, "begin": False, "hand": False, "confidence": rng.uniform(0.4, 0.9)}


def _read_word(word: dict, severity: float, rng: random.Random) -> dict | None:
    hand = word.get("hand", False)
    if rng.random() < severity * (0.04 if hand else 0.012):
        return None
    rate = severity * (0.04 if hand else 0.006)
    text = "".join(_read_character(character, rate, rng) for character in word["text"])
    if not text:
        return None
    wrong = text != word["text"]
    confidence = 1 - abs(rng.gauss(0, 0.04 if hand else 0.02)) - (rng.random() * 0.25 if wrong else 0)
    return {**word, "text": text, "confidence": max(0.3, min(1.0, confidence))}


def _read_character(character: str, rate: float, rng: random.Random) -> str:
    if rng.random() >= rate:
        return character
    if rng.random() < 0.15:
        return ""
    choices = CONFUSIONS.get(character)
    return rng.choice(choices) if choices else character


def _split_and_glue(words: list[dict], severity: float, rng: random.Random) -> list[dict]:
    result: list[dict] = []
    for word in words:
        previous = result[-1] if result else None
        same_line = previous is not None and previous["line"] == word["line"]
        near = same_line and abs(word["box"][0] - previous["box"][2]) < 0.012
        tail = word["text"] in (":", "#", "#:", ".")
        if near and rng.random() < (0.8 if tail or word["box"][0] - previous["box"][2] < 0.002 and previous["text"][-1] in ":.#" else 0.02 + 0.03 * severity):
            result[-1] = _glued(previous, word)
        elif len(word["text"]) > 5 and rng.random() < 0.006 * severity:
            result.extend(_split(word, rng))
        else:
            result.append(word)
    return result


def _glued(first: dict, second: dict) -> dict:
    """One word of two; it keeps the label of the one that has one."""
    a, b = first["box"], second["box"]
    owner = first if first.get("field") or not second.get("field") else second
    box = [min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])]
    confidence = min(first["confidence"], second["confidence"])
    return {**owner, "text": first["text"] + second["text"], "box": box, "confidence": confidence}


def _split(word: dict, rng: random.Random) -> list[dict]:
    left, top, right, bottom = word["box"]
    at = rng.randrange(2, len(word["text"]) - 1)
    middle = left + (right - left) * at / len(word["text"])
    head = {**word, "text": word["text"][:at], "box": [left, top, middle, bottom]}
    tail = {**word, "text": word["text"][at:], "box": [middle, top, right, bottom], "begin": False}
    return [head, tail]


def _moved(page: dict, taller: float, rng: random.Random, still: bool) -> dict:
    """All boxes shifted and scaled together (a crop, another paper size) unless `still`, those of words `taller` and jittered each."""
    scale_x, scale_y = (1.0, 1.0) if still else (rng.uniform(0.94, 1.04), rng.uniform(0.94, 1.04))
    shift_x, shift_y = (0.0, 0.0) if still else (rng.uniform(-0.03, 0.03), rng.uniform(-0.03, 0.03))
    shear = 0.0 if still else rng.gauss(0, 0.004)

    def placed(box: list[float], jitter: list[float]) -> list[float]:
        left, top, right, bottom = box
        lean = shear * (left - 0.5)
        moved = [left * scale_x + shift_x, top * scale_y + shift_y + lean, right * scale_x + shift_x, bottom * scale_y + shift_y + lean]
        return [min(1.0, max(0.0, edge + move)) for edge, move in zip(moved, jitter)]

    for word in page["words"]:
        height = word["box"][3] - word["box"][1]
        more = (taller - 1) * height
        aside = 1.3 * height * min(1.0, 2 * (taller - 1))
        jitter = [rng.gauss(0.1, 0.15) * aside, rng.gauss(-0.66, 0.2) * more, rng.gauss(0.08, 0.15) * aside, rng.gauss(0.34, 0.2) * more]
        word["box"] = placed(word["box"], jitter)
    return page | {"ink": [placed(box, [0.0] * 4) for box in page.get("ink", [])]}
