"""What `make run` does once the program is built.

Writes params.local.yaml from DATA, SCALE, SEED and SHOP, reproduces the
pipeline with DVC and says what came out and where it is. THREADS limits the
threads.
"""

import contextlib
import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from vitrina_ops import language, pipeline, source, tracking_uri
from vitrina_ops.errors import OpsError, run_main
from vitrina_ops.files import read_json
from vitrina_ops.language import Say
from vitrina_ops.program import ProgramError, built
from vitrina_ops.reasons import in_russian

DVC = Path(sys.executable).with_name("dvc")
LOG = Path(".cache/repro.log")
LOCK = Path(".cache/run.lock")
DVC_CONFIG = Path(".dvc/config.local")
REPORT = Path("reports/report.html")


def has_run(database: Path, run_id: str) -> bool:
    """Whether MLflow's database has the run; asked without MLflow, which
    takes seconds to import and would make the database anew."""
    try:
        uri = f"{database.absolute().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as opened:
            asked = "select 1 from runs where run_uuid = ?"
            return opened.execute(asked, (run_id,)).fetchone() is not None
    except sqlite3.Error:
        return False


def is_store_lost(report: dict[str, Any]) -> bool:
    """Whether a report is about another store than the present one, or about
    a run that it has not any more."""
    if report.get("tracking_uri") != tracking_uri.shown_uri():
        return True
    run_id = report.get("run_id", "")
    if not run_id:  # kept until the server answers
        return False
    uri = tracking_uri.store_uri()
    database = uri.removeprefix("sqlite:///")
    if database != uri:
        return not has_run(Path(database), run_id)
    if not tracking_uri.is_server():
        return False
    from vitrina_ops import store  # takes seconds

    return store.is_reachable() and not store.has_run(run_id)


def forget_lost_store() -> None:
    """Makes `track` run again where what it logged cannot be read, and where
    it only logged an experiment, which is kept now."""
    if not pipeline.RUN_REPORT.exists():
        return
    report = read_json(pipeline.RUN_REPORT)
    if is_store_lost(report) or report.get("experiment_name"):
        pipeline.RUN_REPORT.unlink()


def check_shop(local_params: str) -> None:
    """Refuses a second folder of one name before anything is computed;
    `track` asks again."""
    found = yaml.safe_load(local_params)["source"]
    if found["shop_named_by"] != source.BY_FOLDER:
        return
    from vitrina_ops import store  # takes seconds

    if store.is_reachable():
        store.check_shop(store.open_store(), found)


def check_schema(local_params: str) -> None:
    """Refuses a schema that DVC does not watch: after a change of it the
    pipeline would go on with the shop as it was read before."""
    params = pipeline.load_yaml(pipeline.PARAMS)
    schema = (params.get("ingest") or {}).get("schema")
    folder = Path(yaml.safe_load(local_params)["source"]["data_dir"]).resolve()
    if schema and folder not in Path(schema).resolve().parents:
        raise OpsError(
            f"params.yaml: ingest.schema: {schema} lies outside of {folder}, "
            "where a change of it is not noticed; move it there"
        )


def configure_dvc() -> None:
    """Lets DVC work in a folder that is no git repository, and with git in
    one that has become one."""
    if pipeline.git("rev-parse", "--git-dir") is None:
        dvc("config", "--local", "core.no_scm", "true")
    elif "no_scm" in (DVC_CONFIG.read_text() if DVC_CONFIG.exists() else ""):
        dvc("config", "--local", "--unset", "core.no_scm")


def dvc(*words: str, log: Path | None = None) -> None:
    """Runs DVC. What it says on the way goes to the log; the progress of
    the stages and errors stay visible."""
    environment = {**os.environ, "DVC_NO_ANALYTICS": "1"}
    if threads := os.environ.get("THREADS"):
        environment["VITRINA_THREADS"] = threads
    with open(log or os.devnull, "w", encoding="utf-8") as out:
        # A group of its own: a signal to us alone must reach the stages too,
        # and one to our group must not reach them twice.
        process = subprocess.Popen(
            [str(DVC), *words], stdout=out, env=environment, process_group=0
        )
    try:
        code = process.wait()
    except KeyboardInterrupt:
        stop(process)
        raise
    if code != 0:
        raise OpsError(
            f"`dvc {' '.join(words)}` ended with exit code {code}; "
            "what went wrong stands above"
        )


def check_scale(scale: str) -> None:
    """Refuses what `vitrina simulate --scale` refuses, in its words."""
    key = "simulate.scale"
    try:
        built().run("params", "--set", f"{key}={scale}")
    except ProgramError as error:
        said = str(error).rpartition(f"{key}: ")[2]
        raise OpsError(f"SCALE: {said}") from None


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and those that it started, and waits for it."""
    patience = 10
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(patience)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def line(label: str, value: object) -> str:
    """A line of the summary, in the columns of the program's."""
    return f"{label:<13} {value}\n"


def stamp() -> int:
    """Changes whenever `track` writes its report."""
    path = pipeline.RUN_REPORT
    return path.stat().st_mtime_ns if path.exists() else 0


def describe_tracking(report: dict[str, Any], is_fresh: bool, say: Say) -> str:
    """Where the MLflow run is, and whether it is a new one."""
    reason = say(report["reason"], in_russian(report["reason"]))
    if folder := report.get("kept"):
        return line(
            "mlflow",
            f"{reason}: "
            + say(
                f"the run is kept in {folder}; `make track-resume` sends it",
                f"запуск сохранён в {folder}; отправить его: "
                "`make track-resume`",
            ),
        )
    version = (report["run_id"], report["model"], report["version"])
    text = line(
        "mlflow",
        say(
            "run {}, model {} version {}", "запуск {}, модель {}, версия {}"
        ).format(*version)
        + f" ({report['alias']}); "
        + say("see it with `make mlflow`", "посмотреть: `make mlflow`"),
    )
    text += line("", f"{report['alias']}: {reason}")
    if note := report.get("note"):
        text += line("", note)
    if not is_fresh:
        text += line(
            "",
            say(
                "nothing changed: no new run was logged",
                "ничего не изменилось: новый запуск не записан",
            ),
        )
    elif not report["is_new"]:
        text += line(
            "",
            say(
                "logged before: no new run was logged",
                "записан раньше: новый запуск не записан",
            ),
        )
    return text


@contextlib.contextmanager
def only_run() -> Iterator[None]:
    """Keeps a second run out: it would say whose data they are in the middle
    of the first, whose model would be registered for the wrong shop."""
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OpsError(
                f"{LOCK}: another `make run` works in this checkout; wait "
                "for its end, or use another checkout"
            ) from None
        yield


def main() -> None:
    with only_run():
        run()


def run() -> None:
    began = time.monotonic()
    text = source.local_params(
        *(os.environ.get(n, "") for n in ("DATA", "SCALE", "SEED", "SHOP"))
    )
    if scale := os.environ.get("SCALE"):
        check_scale(scale)
    forget_lost_store()  # before what opens the store, and so makes it
    check_shop(text)
    check_schema(text)
    source.update(text)
    source.prepare_lock()
    configure_dvc()
    before = stamp()
    LOG.parent.mkdir(exist_ok=True)
    dvc("repro", log=LOG)
    took = time.monotonic() - began
    spoken = language.of_locale()
    say = language.sayer(spoken)
    summary = built().run("summary", "--lang", spoken)
    tracking = describe_tracking(
        read_json(pipeline.RUN_REPORT), stamp() != before, say
    )
    pictures = {p.name.split(".")[0] for p in pipeline.FIGURES.glob("*.png")}
    plots = ", ".join(sorted(pictures))
    none = say("none", "нет")
    done = say(f"done in {took:.1f} s", f"{took:.1f} с".replace(".", ","))
    print(
        summary
        + line(say("answer", "файл ответа"), pipeline.PREDICTIONS)
        + line(say("report", "отчёт"), REPORT)
        + line(
            say("plots", "графики"), f"{pipeline.FIGURES}/ ({plots or none})"
        )
        + tracking
        + line(say("pipeline", "пайплайн"), done),
        end="",
    )


if __name__ == "__main__":
    sys.exit(run_main("run", main))
