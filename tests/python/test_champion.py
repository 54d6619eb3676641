"""Which version of a shop's model is the one to answer with."""

from types import SimpleNamespace
from typing import Any

import pytest
from test_track import difference, run_with_tags, sample
from vitrina_ops import champion, pipeline, retrain, store
from vitrina_ops.pipeline import Params, Pipeline
from vitrina_ops.program import ProgramError

EARLIER, LATER = "2024-01-20T00:00:00", "2024-01-25T00:00:00"


class Champion:
    """The shop's champion as the store has it, and what judging asks for."""

    def __init__(self, patch: pytest.MonkeyPatch, **tags: str) -> None:
        self.run = run_with_tags(sample(), **tags)
        self.params: Params = sample().params
        self.asked: list[str] = []  # models that were looked up
        self.numbers = difference(-0.1, 0.2)
        self.is_retrained = False
        patch.setattr(store, "version_of_alias", self.version_of_alias)
        patch.setattr(champion, "_run_of", lambda *_: self.run)
        patch.setattr(champion, "_params_of", lambda *_: self.params)
        patch.setattr(champion, "_file_of", lambda *_: "buyers.csv")
        patch.setattr(champion, "retrain", self.retrain)
        program = SimpleNamespace(run=lambda *_: "")
        patch.setattr(champion, "built", lambda: program)
        defaults = {"train": {"rounds": 80, "new": 1}}
        patch.setattr(pipeline, "defaults", lambda: defaults)
        patch.setattr(champion, "read_json", lambda _: self.numbers)
        patch.setattr(pipeline, "present_build", lambda: sample().build_id)

    def version_of_alias(self, _: Any, model: str, alias: str) -> Any:
        assert alias == store.CHAMPION
        self.asked.append(model)
        is_ours = model == "vitrina-shop"
        return SimpleNamespace(version="3", run_id="r") if is_ours else None

    def retrain(self, *_: Any) -> str:
        self.is_retrained = True
        return "retrained.csv"

    def judge(self, present: Pipeline) -> champion.Verdict:
        client: Any = None
        return champion.judge(client, present)


def valid_sample(end: str = LATER, **changes: Any) -> Pipeline:
    """A run on data to `end` with a fold to judge on."""
    params = {**sample().params, "train": {"rounds": 80, "new": 1}}
    made = sample(**{"params": params, **changes})
    valid = {"recall_a": 0.25, "recall_b": None, "buyers": 4}
    made.reports["evaluate"] = {"valid": valid}
    made.reports["ingest"] = {
        **made.reports["ingest"],
        "end": end,
        "fingerprint": end,
    }
    return made


def named(shop: str) -> dict[str, Any]:
    return {**sample().source, "shop": shop}


def tuned() -> Params:
    return {**sample().params, "train": {"rounds": 9, "new": 1}}


def test_only_the_shops_own_model_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs = Champion(monkeypatch)
    verdict = theirs.judge(sample(source=named("another")))
    assert verdict.alias == "champion"
    assert "the shop's first" in verdict.reason
    assert theirs.asked == ["vitrina-another"]


def test_an_equal_configuration_on_newer_data_takes_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs = Champion(monkeypatch)
    verdict = theirs.judge(valid_sample())
    assert verdict.alias == "champion"
    assert LATER in verdict.reason
    assert not theirs.is_retrained
    # how the data are found and how a run is judged make no configuration
    theirs.params = {
        **sample().params,
        "ingest": {"data_dir": "/old", "as_of": "2024-01-22", "since": ""},
        "evaluate": {"draws": 10},
    }
    assert theirs.judge(valid_sample()).alias == "champion"


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("choose", "max_users", 5000),
        ("choose", "k", 30),
        ("choose", "reading", "b"),
        ("ingest", "link_users", True),
        ("split", "horizon_days", 7),
    ],
)
def test_another_task_makes_no_other_configuration(
    section: str, key: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trained again for the task the champion would be the present run, which
    can never win from itself."""
    theirs = Champion(monkeypatch)
    present = valid_sample()
    changed = {**present.params[section], key: value}
    present.params = {**present.params, section: changed}
    trained = retrain.champion_params(
        pipeline.merged(pipeline.defaults(), theirs.params), present
    )
    assert trained == present.params
    verdict = theirs.judge(present)
    assert verdict.alias == "champion"
    assert not theirs.is_retrained
    theirs.params = tuned()
    assert theirs.judge(present).alias == "challenger"
    assert theirs.is_retrained


def test_what_neither_build_knew_has_its_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs = Champion(monkeypatch)
    old = {**sample().params, "train": {"rounds": 80}}
    theirs.params = old
    kept = valid_sample(params=old)
    assert theirs.judge(kept).alias == "champion"
    assert not theirs.is_retrained


def test_freshness_needs_no_valid_fold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs = Champion(monkeypatch)
    present = valid_sample(source={**sample().source, "seed": 7})
    present.reports["evaluate"] = {"valid": None}
    assert theirs.judge(present).alias == "champion"
    theirs.params = tuned()
    verdict = theirs.judge(present)
    assert verdict.alias == "challenger"
    assert "too short" in verdict.reason


def test_another_seed_takes_over_unless_it_is_worse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs = Champion(monkeypatch)
    present = valid_sample(source={**sample().source, "seed": 7})
    verdict = theirs.judge(present)
    assert theirs.is_retrained
    assert verdict.alias == "champion"
    theirs.numbers = difference(-0.2, -0.1)
    assert theirs.judge(present).alias == "challenger"


@pytest.mark.parametrize(
    ("low", "high", "alias"),
    [
        (0.01, 0.2, "champion"),
        (-0.1, 0.2, "champion"),
        (0.0, 0.0, "champion"),
        (-0.2, -0.1, "challenger"),
    ],
)
def test_another_build_is_looked_at_where_looking_is_free(
    low: float, high: float, alias: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    present = valid_sample()
    theirs = Champion(monkeypatch, **{store.TAG_BUILD: "c" * 16})
    theirs.numbers = difference(low, high)
    elsewhere = theirs.judge(present)
    assert elsewhere.alias == "champion"
    assert f"by build {'b' * 16}, before by {'c' * 16}" in elsewhere.reason
    assert elsewhere.metrics == {}
    theirs.run = run_with_tags(present, **{store.TAG_BUILD: "c" * 16})
    verdict = theirs.judge(present)
    assert verdict.alias == alias
    assert verdict.metrics["champion/difference_low"] == low
    assert not theirs.is_retrained


def test_a_run_of_another_build_than_the_program_is_not_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A kept run that is sent after the program was built anew."""
    theirs = Champion(monkeypatch)
    monkeypatch.setattr(pipeline, "present_build", lambda: "c" * 16)
    verdict = theirs.judge(valid_sample())
    assert verdict.alias == "challenger"
    assert f"of build {'b' * 16}, the program of {'c' * 16}" in verdict.reason
    assert verdict.champion_end == "2024-01-22T00:00:00"
    # the first needs no judge, and what is older none either
    assert theirs.judge(sample(source=named("new"))).alias == "champion"
    assert EARLIER in theirs.judge(valid_sample(EARLIER)).reason


def test_another_build_needs_no_look_where_there_is_nothing_to_look_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    present = valid_sample()
    theirs = Champion(monkeypatch)
    theirs.run = run_with_tags(present, **{store.TAG_BUILD: "c" * 16})
    theirs.numbers = difference(-0.2, -0.1)

    def gone(*_: Any) -> Any:
        raise retrain.CannotCompareError("its file is gone")

    monkeypatch.setattr(champion, "_file_of", gone)
    verdict = theirs.judge(present)
    assert verdict.alias == "champion"
    assert f"before by {'c' * 16}" in verdict.reason


@pytest.mark.parametrize(
    ("low", "high", "alias"),
    [(0.01, 0.2, "champion"), (-0.1, 0.2, "challenger")],
)
def test_another_configuration_must_be_better(
    low: float, high: float, alias: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = Champion(monkeypatch)
    theirs.params, theirs.numbers = tuned(), difference(low, high)
    verdict = theirs.judge(valid_sample())
    assert verdict.alias == alias
    # an old champion that stays is told of
    stays = alias == "challenger"
    assert verdict.champion_end == ("2024-01-22T00:00:00" if stays else "")


def test_older_data_never_take_over(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = Champion(monkeypatch)
    verdict = theirs.judge(valid_sample(EARLIER))
    assert verdict.alias == "challenger"
    assert EARLIER in verdict.reason
    # a simulated shop is as new as its making
    simulated = {**sample().source, "scales": [0.1]}
    fresh = valid_sample(EARLIER, source=simulated)
    assert theirs.judge(fresh).alias == "champion"


def test_a_champion_that_cannot_be_read_stays_and_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs = Champion(monkeypatch)

    def gone(*_: Any) -> Any:
        raise retrain.CannotCompareError("its run is gone")

    monkeypatch.setattr(champion, "_run_of", gone)
    verdict = theirs.judge(valid_sample())
    assert verdict.alias == "challenger"
    assert verdict.reason == "version 3 cannot be compared: its run is gone"


@pytest.mark.parametrize("code", [3, 7])
def test_only_parameters_that_are_not_taken_stop_a_comparison(
    code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.chdir(tmp_path)

    def fail(stage: str, *_: Any) -> str:
        raise ProgramError(stage, code)

    program = SimpleNamespace(show=fail)
    monkeypatch.setattr(retrain, "built", lambda: program)
    kind = retrain.CannotCompareError if code == 3 else ProgramError
    with pytest.raises(kind, match="split"):
        retrain.retrain(tuned(), "42", "3", sample())


def test_files_of_other_purchases_are_not_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs = Champion(monkeypatch)

    def fail(command: str, *_: Any) -> str:
        raise ProgramError(command, 5, "the buyers differ")

    program = SimpleNamespace(run=fail)
    monkeypatch.setattr(champion, "built", lambda: program)
    theirs.params = tuned()
    verdict = theirs.judge(valid_sample())
    assert verdict.alias == "challenger"
    assert verdict.reason == "version 3 cannot be compared: the buyers differ"
