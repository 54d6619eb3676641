"""Which alias a run's model gets: `champion` or `challenger`.

A shop has a registered model and a champion of its own; runs of other shops
are never looked at. In this order:

1. The shop's first version is the champion.
2. A version whose data end before the champion's stays challenger: it knows
   less, however it did. (A simulated shop is as new as its making.)
3. Freshness: the champion's configuration with data that end no earlier takes
   the alias. Equal configurations have equal parameters, but for the task:
   how the data are read, the horizon, how much is sent and how a run is
   judged (retrain.py, which asks the champion's configuration the present
   task). Nothing is trained for it: before the present cut the champion would
   be the present run. With another seed the two are compared, and it stays
   challenger only when it is worse clear of 0; so are two builds of the
   program where that costs nothing, for both were judged on the same data
   and fold. Elsewhere the reason says that the build has changed.
4. Another configuration takes the alias when it did better for the same
   buyers of the same valid fold beyond the paired interval that `vitrina
   compare-buyers` gives; where the interval holds 0 it stays challenger. A
   champion that was judged on other data or another fold is compared by its
   configuration, trained before the present cut (retrain.py).
5. What cannot be judged stays challenger and says so: no valid fold, no
   buyers in it, a champion whose run or files are gone or whose parameters
   this build does not take any more, a kept run of another build than the
   one that is there when it is sent.

Where an older champion stays, the run says how to give the alias by hand.
"""

import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from vitrina_ops import pipeline, store
from vitrina_ops.errors import say
from vitrina_ops.files import read_json
from vitrina_ops.pipeline import Params, Pipeline
from vitrina_ops.program import ProgramError, built
from vitrina_ops.retrain import (
    CannotCompareError,
    champion_params,
    retrain,
)

EXIT_BAD_DATA = 5  # files of buyers are not about the same purchases


@dataclass
class Verdict:
    """The alias and why."""

    alias: str
    reason: str
    against: str = ""  # version of the champion it was compared with
    retrained: bool = False
    metrics: dict[str, float] = field(default_factory=dict)
    champion_end: str = ""  # where the data of an older champion end


def judge(client: MlflowClient, present: Pipeline) -> Verdict:
    """Compares the present pipeline with its shop's champion. Writes nothing
    to the store."""
    model = store.model_of(present.shop)
    champion = store.version_of_alias(client, model, store.CHAMPION)
    if champion is None:
        return Verdict(store.CHAMPION, "it is the shop's first")
    against = str(champion.version)
    run = None
    try:
        run = _run_of(client, champion)
        verdict = _judge_against(client, run, against, present)
    except CannotCompareError as error:
        reason = f"version {against} cannot be compared: {error}"
        verdict = Verdict(store.CHALLENGER, reason, against)
    if run is not None and verdict.alias == store.CHALLENGER:
        verdict.champion_end = older_end(run, present)
    return verdict


def _judge_against(
    client: MlflowClient, run: Run, against: str, present: Pipeline
) -> Verdict:
    end = run.data.tags.get(store.TAG_DATA_END, "")
    if is_older(end, present):
        reason = (
            f"its data end {present.data_end}, those of version {against} "
            f"{end}"
        )
        return Verdict(store.CHALLENGER, reason, against)
    there = pipeline.present_build()
    if there != present.build_id:
        raise CannotCompareError(
            f"the run is of build {present.build_id}, the program of {there}"
        )
    theirs = _params_of(client, run)
    seed = run.data.tags.get(store.TAG_SEED, str(present.seed))
    build = run.data.tags.get(store.TAG_BUILD, present.build_id)
    freshness = ""
    if is_same_configuration(theirs, present):
        freshness = (
            f"the configuration of version {against} with data to "
            f"{present.data_end}, before to {end}"
        )
        if build != present.build_id:
            freshness += f"; by build {present.build_id}, before by {build}"
    retrained = not is_comparable(run, present)
    is_by_freshness = bool(freshness) and seed == str(present.seed)
    if is_by_freshness and (build == present.build_id or retrained):
        return Verdict(store.CHAMPION, freshness, against)
    if unjudged := _unjudged(present):
        if freshness:
            reason = f"{freshness}; {unjudged}"
            return Verdict(store.CHAMPION, reason, against)
        return Verdict(store.CHALLENGER, unjudged, against)
    try:
        with tempfile.TemporaryDirectory() as folder:
            if retrained:
                buyers = retrain(theirs, seed, against, present)
            else:
                buyers = _file_of(client, run, store.BUYERS_ARTIFACT, folder)
            numbers = _difference(buyers, against, present, Path(folder))
    except CannotCompareError:
        if is_by_freshness:
            return Verdict(store.CHAMPION, freshness, against)
        raise
    return verdict_of(numbers, against, retrained, freshness)


def _unjudged(present: Pipeline) -> str:
    """Why the present run has nothing to be judged by; empty if it has."""
    if present.valid is None:
        return "the log is too short for a valid fold"
    if present.valid["buyers"] == 0:
        return "nobody bought in the valid fold"
    return ""


def _difference(
    buyers: Path, against: str, present: Pipeline, folder: Path
) -> dict[str, float]:
    """The paired difference from what became of the champion's buyers."""
    report = folder / "difference.json"
    try:
        text = built().run(
            "compare-buyers",
            *("--first", pipeline.VALID_BUYERS, "--second", buyers),
            *("--json", report, "--seed", str(present.seed)),
        )
    except ProgramError as error:
        if error.exit_code != EXIT_BAD_DATA:
            raise
        raise CannotCompareError(str(error)) from None
    say("champion", f"against champion version {against}: {text.strip()}")
    numbers: dict[str, float] = read_json(report)
    return numbers


def verdict_of(
    numbers: dict[str, float],
    against: str,
    retrained: bool,
    freshness: str = "",
) -> Verdict:
    """The alias that the paired difference earns; `freshness` says why less
    is enough, where it is."""
    is_better = numbers["difference_low"] > 0
    is_worse = numbers["difference_high"] < 0
    beyond = "beyond" if is_better or is_worse else "not beyond"
    reason = (
        f"reading A {numbers['difference']:+.4f} "
        f"[{numbers['difference_low']:+.4f}, "
        f"{numbers['difference_high']:+.4f}] against version {against}"
        f"{' retrained' if retrained else ''}, {beyond} the interval"
    )
    is_champion = is_better or bool(freshness and not is_worse)
    if freshness and not is_better:
        reason = f"{freshness}; {reason}"
    return Verdict(
        store.CHAMPION if is_champion else store.CHALLENGER,
        reason,
        against,
        retrained,
        {
            "champion/recall_a": numbers["second_recall_a"],
            "champion/difference": numbers["difference"],
            "champion/difference_low": numbers["difference_low"],
            "champion/difference_high": numbers["difference_high"],
        },
    )


def is_comparable(run: Run, present: Pipeline) -> bool:
    """Whether a run was judged on the present data and valid fold."""
    tags = run.data.tags
    return bool(
        tags.get(store.TAG_DATA) == present.data_fingerprint
        and tags.get(store.TAG_FOLD) == present.fold_fingerprint
    )


def is_older(end: str, present: Pipeline) -> bool:
    """Whether the present data end before `end`."""
    if not end or present.is_simulated:
        return False
    return datetime.fromisoformat(present.data_end) < datetime.fromisoformat(
        end
    )


def older_end(run: Run, present: Pipeline) -> str:
    """Where a champion's data end, if that is before the present ones."""
    end: str = run.data.tags.get(store.TAG_DATA_END, "")
    if not end or end == present.data_end or is_older(end, present):
        return ""
    return end


def is_same_configuration(theirs: Params, present: Pipeline) -> bool:
    """Whether a champion's parameters make the same of the same data for the
    present task, so that training them again would make the present run;
    what the build of either did not know has its default."""
    defaults = pipeline.defaults()
    whole = champion_params(pipeline.merged(defaults, theirs), present)
    ours = pipeline.merged(defaults, present.params)
    return whole == {k: v for k, v in ours.items() if k in pipeline.SECTIONS}


def _run_of(client: MlflowClient, version: ModelVersion) -> Run:
    try:
        return client.get_run(str(version.run_id))
    except MlflowException as error:
        if store.is_missing(error):
            raise CannotCompareError("its run is gone") from None
        raise


def _params_of(client: MlflowClient, run: Run) -> Params:
    with tempfile.TemporaryDirectory() as folder:
        path = _file_of(client, run, store.PARAMS_ARTIFACT, folder)
        return pipeline.load_yaml(path)


def _file_of(client: MlflowClient, run: Run, name: str, folder: str) -> Path:
    """A file of the champion's run, downloaded into the folder."""
    try:
        return Path(client.download_artifacts(run.info.run_id, name, folder))
    except (MlflowException, OSError):
        if not store.is_reachable():
            raise
        raise CannotCompareError(
            f"{name} of its run {run.info.run_id} cannot be read"
        ) from None
