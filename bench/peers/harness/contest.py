"""The whole contest on one log: tune, fit, choose, judge, compare."""

import hashlib
import inspect
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from . import (
    baskets,
    choice,
    evaluate,
    history,
    lists,
    logs,
    matrix,
    program,
    tuning,
    verdict,
)
from .cache import Cache
from .choice import HORIZON_DAYS, Ground, K, make_answer, make_ground
from .console import say
from .evaluate import Answer
from .lists import Scores
from .logs import US_PER_DAY, Log, read_log, time_us
from .models.base import Params, Peer
from .plan import Plan
from .program import Program, read_answer
from .tuning import Stand, Trial
from .verdict import Entry, Judge

PACKAGES = (
    "catboost",
    "lightgbm",
    "numpy",
    "pm-implicit",
    "rectools",
    "scipy",
    "torch",
)


@dataclass(frozen=True)
class Settings:
    """What is compared, and where."""

    program: Program
    out: Path
    max_users: int = 3000
    share: float = 0.1  # of the users known at the cut
    horizon_days: float = HORIZON_DAYS
    trials: int = 12
    draws: int = 2000
    peers: list[Peer] = field(default_factory=list)


# Besides the peers, what the figures depend on.
JUDGES = (
    choice,
    evaluate,
    history,
    lists,
    logs,
    tuning,
    verdict,
)


def harness_digest() -> str:
    """Name the code that chooses and judges: other code, other figures."""
    text = "".join(inspect.getsource(part) for part in JUDGES)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def versions() -> dict[str, str]:
    """Name the versions of everything that is compared."""
    return {name: metadata.version(name) for name in PACKAGES}


class Contest:
    """All entries of one log."""

    def __init__(self, folder: Path, plan: Plan, settings: Settings) -> None:
        self.folder = folder
        self.plan = plan
        self.settings = settings
        self.log: Log = replace(read_log(folder), pace_days=plan.pace_days)
        self.cache = Cache(settings.out / "scores")
        self.rule, self.rule_tried = self.learn_rule()
        self.tuned_on = [self.stand(cut) for cut in plan.tuning]
        self.stands = [self.stand(cut) for cut in plan.reported]

    # What all entries share.

    def learn_rule(self) -> tuple[history.Rule, int]:
        """Tune own history at the earlier cuts, by reading A itself."""
        say(f"{self.log.name}: learning the half-lives of own history")
        start = history.first_rule(self.log)
        spots = []
        for cut in self.plan.tuning:
            at = time_us(cut)
            spots.append(
                (
                    history.fade(self.log, at, start.kinds),
                    self.stand_at(cut, self.bare_ground(at)),
                )
            )

        def value(rule: history.Rule) -> float:
            gains, orders = [], []
            for faded, stand in spots:
                own = history.rank(faded, rule, K)
                gains.append(tuning.gain_by_user(stand, own.items))
                total = own.values.sum(axis=1)
                orders.append(np.argsort(-total, kind="stable"))
            stands = [stand for _, stand in spots]
            return tuning.worth(tuning.recall_by_size(stands, gains, orders))

        return history.learn_rule(start, value)

    def bare_ground(self, at: int) -> Ground:
        """Know the users and nothing more."""
        users = self.log.before(at).users
        none = np.zeros((len(users), 0))
        return Ground(users, Scores(users, none, none), none[:0], {})

    def stand_at(self, cut: str, ground: Ground) -> Stand:
        """Look at what is bought after the cut."""
        at = time_us(cut)
        end = at + int(self.settings.horizon_days * US_PER_DAY)
        tenth = int(np.floor(self.settings.share * len(ground.users)))
        sizes = {"n": self.settings.max_users, "share": tenth}
        return Stand(cut, at, ground, self.log.bought(at, end), sizes)

    def stand(self, cut: str) -> Stand:
        """Prepare a cut."""
        say(f"{self.log.name} {cut}: activity models and own history")
        at = time_us(cut)
        return self.stand_at(cut, make_ground(self.log, at, self.rule))

    # The entries.

    def entries(self) -> list[Entry]:
        """Make all answers, Vitrina's first."""
        found = [self.vitrina(), *self.rules(), self.own_history()]
        for peer in self.settings.peers:
            found += self.peer(peer)
        return found

    def program_folder(self, cut: str) -> Path:
        """Where a build's answers lie."""
        digest = self.settings.program.digest[:16]
        return self.settings.out / "vitrina" / digest / self.log.name / cut

    def vitrina(self) -> Entry:
        """Run the engine with its defaults."""
        answers, seconds = [], []
        for stand in self.stands:
            out = self.program_folder(stand.cut) / "run"
            done = out / "seconds.json"
            if not done.exists():
                begin = time.monotonic()
                self.settings.program.answer(self.folder, stand.cut, out)
                part = done.with_suffix(".part")
                part.write_text(json.dumps(time.monotonic() - begin))
                part.replace(done)  # whole, wherever the run is stopped
            seconds.append(float(json.loads(done.read_text())))
            say(f"{self.log.name} {stand.cut}: vitrina, {seconds[-1]:.1f} s")
            path = out / "predictions.csv"
            answers.append(read_answer(path, self.log, K))
        story = {"seconds": seconds, "choice": "its own"}
        return Entry("vitrina", "Vitrina", answers, story)

    def rules(self) -> list[Entry]:
        """Read the program's simple rules."""
        answers: dict[str, list[Answer]] = {name: [] for name in program.RULES}
        for stand in self.stands:
            out = self.program_folder(stand.cut) / "rules"
            if not (out / "own_history.csv").exists():
                self.settings.program.rules(self.folder, stand.cut, out)
            for name, of_rule in answers.items():
                path = out / f"{name}.csv"
                of_rule.append(read_answer(path, self.log, K))
        return [
            Entry(name, title, answers[name], {"choice": "its own"})
            for name, title in program.RULES.items()
        ]

    def own_history(self) -> Entry:
        """Enter the rule that all peers may lean on."""
        own = [stand.ground.own for stand in self.tuned_on]
        trial = tuning.judge_params(self.tuned_on, own, {}, False)
        answers = [
            make_answer(stand.ground, stand.ground.own, trial.recipe)
            for stand in self.stands
        ]
        story = self.story([trial], trial)
        story |= {"rule": self.rule.describe(), "rules_tried": self.rule_tried}
        title = "own history, decay tuned here"
        return Entry("own_decay", title, answers, story)

    def peer(self, peer: Peer) -> list[Entry]:
        """Tune a peer at the earlier cuts, alone and with own history."""
        alone: list[Trial] = []
        with_own: list[Trial] = []
        sets = tuning.draw_params(peer, self.settings.trials, self.log.kinds)
        for number, params in enumerate(sets, 1):
            done = [self.scores(peer, s, params) for s in self.tuned_on]
            found = [scores for scores, _ in done]
            judged = partial(tuning.judge_params, self.tuned_on, found, params)
            alone.append(judged(False))
            with_own.append(judged(True))
            seconds = sum(took for _, took in done)
            say(
                f"{self.log.name}: {peer.name} {number} of {len(sets)}, "
                f"{seconds:.1f} s: {alone[-1].worth:.4f} alone, "
                f"{with_own[-1].worth:.4f} with own history"
            )
        return [
            self.entry(peer, alone, "", peer.title),
            self.entry(peer, with_own, "+own", f"{peer.title} + own history"),
        ]

    def entry(
        self, peer: Peer, trials: list[Trial], suffix: str, title: str
    ) -> Entry:
        """Fit the best set at the reported cuts."""
        best = max(trials, key=lambda trial: trial.worth)
        answers, seconds = [], []
        for stand in self.stands:
            scores, took = self.scores(peer, stand, best.params)
            seconds.append(took)
            answers.append(make_answer(stand.ground, scores, best.recipe))
        story = self.story(trials, best) | {"seconds": seconds}
        return Entry(peer.name + suffix, title, answers, story)

    def scores(
        self, peer: Peer, stand: Stand, params: Params
    ) -> tuple[Scores, float]:
        """Fit a peer at a cut, or read what was fitted before."""
        key = {
            "log": self.log.name,
            "digest": self.log.digest,
            "pace_days": self.log.pace_days,
            "peer": peer.name,
            "cut": stand.cut,
            "params": dict(params),
            "versions": versions(),
            "code": source_digest(peer),
        }
        kept = self.cache.get(key)
        if kept is not None:
            return kept
        begin = time.monotonic()
        found = peer.fit(self.log, stand.at, params)
        found = found.for_users(stand.ground.users)
        return self.cache.put(key, found, time.monotonic() - begin)

    def story(self, trials: list[Trial], best: Trial) -> dict[str, Any]:
        """Tell what was tried and what was taken."""
        return {
            "choice": best.recipe.name(),
            "params": dict(best.params),
            "worth": best.worth,
            "tuning_recall": dict(best.recall),
            "tried": [
                {
                    "params": dict(trial.params),
                    "recipe": trial.recipe.name(),
                    "worth": trial.worth,
                }
                for trial in trials
            ],
        }

    # Judging.

    def result(self) -> dict[str, Any]:
        """Run everything on this log."""
        settings = self.settings
        judge = Judge(
            settings.program,
            self.folder,
            self.log,
            self.stands,
            settings.horizon_days,
            settings.draws,
        )
        return {
            "log": self.log.name,
            "sha256": self.log.digest,
            "program": {
                "version": settings.program.version(),
                "sha256": settings.program.digest,
            },
            "versions": versions(),
            "harness": harness_digest(),
            "pace_days": self.log.pace_days,
            "cuts": {stand.cut: about(stand) for stand in self.stands},
            "tuning_cuts": {s.cut: about(s) for s in self.tuned_on},
            "entries": judge.rows(self.entries()),
        }


def about(stand: Stand) -> dict[str, int]:
    """Count who is there."""
    return {
        "users": len(stand.ground.users),
        "buyers": len(np.unique(stand.bought.user)),
        "bought": len(stand.bought.user),
        "sent_share": stand.sizes["share"],
    }


def source_digest(peer: Peer) -> str:
    """Name the code that a peer's scores depend on."""
    parts: list[Callable[..., Any] | Any] = [
        inspect.getmodule(type(peer)),
        matrix,
        baskets,
    ]
    text = "".join(inspect.getsource(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
