"""Error rates and times to a verdict of simulated people, against theory: python tests/bench/verdicts.py [CROPS].

CROPS is a folder of face crops with a manifest.csv; with it, people are drawn from the shipped classifier's scores on
its test split, else from normal laws fitted to them.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from edge.runtime.pipeline import load_classifier, tracking_rules
from edge.settings.schema import ModelSettings, Settings

sys.path.insert(0, str(Path(__file__).parent.parent / "edge" / "tracking"))
from photographs import log_odds_of
from simulator import NOISE, Noise, calibrated, judge_each, like_the_shipped_model, wald_mean_seconds

PEOPLE = 10_000


def main():
    parser = argparse.ArgumentParser(description="Error rates and times to a verdict, against theory.")
    parser.add_argument("crops", nargs="?", type=Path, metavar="CROPS", help="folder of crops with a manifest.csv")
    crops = parser.parse_args().crops
    test = tracking_rules(Settings(), threshold=0.5).test
    console = Console()
    console.print(f"set: {test.false_alert_rate:.3f} false alerts, {test.miss_rate:.3f} misses")
    table = Table("people", "visit s", "false alerts", "misses", "undecided", "mean s, compliant", "mean s, others")
    kinds = {"like the shipped model": like_the_shipped_model(seed=5)}
    if crops:
        kinds[f"of {crops}"] = log_odds_of(crops, load_classifier(ModelSettings())[0])
    for name, people in kinds.items():
        for visit in (2.0, 3.0, 10.0):
            table.add_row(name, f"{visit:.0f}", *figures(test, people, NOISE, visit))
    for mean in (0.5, 1.0, 3.5):
        table.add_row(f"exact log-odds {mean}", "30", *figures(test, calibrated(mean, PEOPLE), (2 * mean) ** 0.5, 30.0))
    console.print(table)
    against = Table("mean log-odds", "Wald's mean s", "measured")
    for mean in (0.25, 0.5, 1.0, 2.0):
        people = calibrated(mean, 2000)[False]
        measured = judge_each(test, people, Noise(len(people), deviation=(2 * mean) ** 0.5), 60.0).seconds
        against.add_row(f"{mean}", f"{wald_mean_seconds(test, mean):.2f}", f"{measured:.2f}")
    console.print(against)


def figures(test, people, deviation, visit):
    rng = np.random.default_rng(9)
    compliant, others = (
        judge_each(test, rng.choice(people[kind], PEOPLE), Noise(PEOPLE, deviation=deviation, seed=kind), visit)
        for kind in (True, False)
    )
    undecided = 1 - (compliant.alerted + compliant.passed + others.alerted + others.passed) / 2
    yield from (f"{value:.4f}" for value in (compliant.alerted, others.passed, undecided))
    yield from (f"{value:.2f}" for value in (compliant.seconds, others.seconds))


if __name__ == "__main__":
    main()
