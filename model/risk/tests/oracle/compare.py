"""Holds our risk scores against other arithmetic: `compare.py TOMORI FOLDER`.

Every base vector and many more with any metric, through `tomori risk score --stdin`, against the equations of 3.5.2 in
fractions. Where LP and II are N, against PyPI cvss as well: there the method is CVSS v3.0, to the last digit. Exits 1 at
any difference, with the first ones named.
"""

import functools
import itertools
import pathlib
import random
import subprocess
import sys
from fractions import Fraction as F

import cvss

ANY = 120_000
# As many again without the guideline's factors, which PyPI cvss can read.
CVSS = 105_000
SEED = 20260403

BASE = {
    "AV": {"N": "0.85", "A": "0.62", "L": "0.55", "P": "0.2"},
    "AC": {"L": "0.77", "H": "0.44"},
    "PR": {"N": "0.85", "L": "0.62", "H": "0.27"},
    "UI": {"N": "0.85", "R": "0.62"},
    "S": {"U": "0", "C": "1"},
    "C": {"H": "0.56", "L": "0.22", "N": "0"},
    "I": {"H": "0.56", "L": "0.22", "N": "0"},
    "A": {"H": "0.56", "L": "0.22", "N": "0"},
    "LP": {"Y": "1.5", "N": "1.0"},
    "II": {"H": "1.2", "N": "1.0"},
}
PR_CHANGED = {"N": "0.85", "L": "0.68", "H": "0.5"}
PRESENT = {
    "E": {"X": "1", "H": "1", "F": "0.97", "P": "0.94", "U": "0.91"},
    "RL": {"X": "1", "U": "1", "W": "0.97", "T": "0.96", "O": "0.95"},
    "RC": {"X": "1", "C": "1", "R": "0.96", "U": "0.92"},
}
REQUIRED = {name: {"X": "1", "H": "1.5", "M": "1", "L": "0.5"} for name in ("CR", "IR", "AR")}
MODIFIED = {"M" + name: {"X": None, **levels} for name, levels in BASE.items()}
ORDER = list(BASE) + list(PRESENT) + list(REQUIRED) + list(MODIFIED)
# Table 3-36.
SEVERITIES = ((0, "none"), (39, "notice"), (69, "warning"), (89, "important"), (100, "critical"))


def ceiling(number):
    return -((-number.numerator) // number.denominator)


@functools.lru_cache(maxsize=None)
def impact(changed, c, i, a, lp, ii, cap):
    x = 1 - (1 - F(c)) * (1 - F(i)) * (1 - F(a))
    if cap:
        x = min(x, F("0.915"))
    if changed:
        polynomial = F("7.52") * (x - F("0.029")) - F("3.25") * (x - F("0.02")) ** 15
    else:
        polynomial = F("6.42") * x
    return polynomial * F(lp) * F(ii)


@functools.lru_cache(maxsize=None)
def ease(av, ac, pr, ui):
    return F("8.22") * F(av) * F(ac) * F(pr) * F(ui)


def value(levels, required, present):
    """The value in tenths and without rounding or cap; `required` is None for the base value."""
    changed = levels["S"] == "C"
    weight = {name: table[levels[name]] for name, table in BASE.items()}
    if changed:
        weight["PR"] = PR_CHANGED[levels["PR"]]
    hits = [F(weight[name]) * (1 if required is None else F(required[name])) for name in "CIA"]
    term = impact(changed, *hits, weight["LP"], weight["II"], required is not None)
    if term <= 0:
        return 0, F(0)
    raw = term + ease(weight["AV"], weight["AC"], weight["PR"], weight["UI"])
    if changed:
        raw *= F("1.08")
    tenths = min(ceiling(raw * 10), 100)
    return ceiling(tenths * present), raw * present


def expected(given):
    base = {name: given[name] for name in BASE}
    after = {name: base[name] if given.get("M" + name, "X") == "X" else given["M" + name] for name in BASE}
    required = {name: REQUIRED[name + "R"][given.get(name + "R", "X")] for name in "CIA"}
    present = F(1)
    for name, table in PRESENT.items():
        present *= F(table[given.get(name, "X")])
    return value(base, None, F(1)), value(after, required, present)


def severity(tenths):
    return next(name for most, name in SEVERITIES if tenths <= most)


def canonical(given):
    return "SH:1.0/" + "/".join(f"{name}:{given[name]}" for name in ORDER if given.get(name, "X") != "X")


def line(given):
    columns = [canonical(given)]
    values = expected(given)
    for tenths, _ in values:
        columns += [f"{tenths // 10}.{tenths % 10}", severity(tenths)]
    for _, raw in values:
        # Half up.
        digits = (raw * 10_000 + F(1, 2)).__floor__()
        columns.append(f"{digits // 10_000}.{digits % 10_000:04}")
    return "\t".join(columns)


def shuffled(given, chance, prefix):
    parts = [f"{name}:{level}" for name, level in given.items()]
    chance.shuffle(parts)
    return prefix + "/".join(parts)


def draw(chance, tables):
    """Some of the metrics that may be left out, each at any level."""
    return {name: chance.choice(list(levels)) for name, levels in tables.items() if chance.random() < 0.7}


def vectors(chance):
    """What is asked, and what it means."""
    names = list(BASE)
    for levels in itertools.product(*BASE.values()):
        given = dict(zip(names, levels))
        yield canonical(given), given
    optional = {**PRESENT, **REQUIRED, **MODIFIED}
    for _ in range(ANY):
        given = {name: chance.choice(list(levels)) for name, levels in BASE.items()}
        given |= draw(chance, optional)
        yield shuffled(given, chance, "SH:1.0/"), given
    ours = ("LP", "II", "MLP", "MII")
    for _ in range(CVSS):
        given = {name: chance.choice(list(levels)) for name, levels in BASE.items() if name not in ours}
        given |= draw(chance, {name: levels for name, levels in optional.items() if name not in ours})
        yield shuffled(given, chance, "CVSS:3.0/"), {**given, "LP": "N", "II": "N"}


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    asked = list(vectors(random.Random(SEED)))
    questions = folder / "vectors"
    questions.write_text("".join(text + "\n" for text, _ in asked))
    with questions.open() as questions:
        answered = subprocess.run([program, "risk", "score", "--stdin"], stdin=questions, stdout=subprocess.PIPE, check=True)
    answers = answered.stdout.decode().splitlines()
    checks = {"exact fractions": [0, []], "PyPI cvss": [0, []], "answers": [1, []]}
    if len(answers) != len(asked):
        checks["answers"][1].append(f"{len(asked)} lines in, {len(answers)} out")

    def check(group, what, ours, theirs):
        checks[group][0] += 1
        if ours != theirs:
            checks[group][1].append(f"{what}: ours {ours!r}, theirs {theirs!r}")

    for (text, given), ours in zip(asked, answers):
        check("exact fractions", text, ours, line(given))
        if text.startswith("CVSS:3.0/"):
            base, _, environmental = cvss.CVSS3(text).scores()
            columns = ours.split("\t")
            check("PyPI cvss", text, (columns[1], columns[3]), (f"{base:.1f}", f"{environmental:.1f}"))
    check("answers", "PyPI cvss was asked", checks["PyPI cvss"][0] >= 100_000, True)
    for group, (count, differences) in checks.items():
        print(f"{group}: {count} comparisons, {len(differences)} differ")
        for difference in differences[:10]:
            print("  differs:", difference)
    failed = sum(1 for _, differences in checks.values() if differences)
    print(f"{len(checks) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
