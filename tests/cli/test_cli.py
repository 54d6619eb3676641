"""What every command owes to its user: help, messages, exit codes."""

import json
import os
import pty
import re
import shlex
import subprocess
from pathlib import Path

import cli_docs
import pytest
from command import Result, Vitrina

USAGE = 2
CONFIG = 3
MISSING_INPUT = 4
OUT_OF_RESOURCES = 7


@pytest.fixture(scope="session")
def commands(program: Path) -> list[str]:
    return cli_docs.commands(cli_docs.help_of(program))


def assert_fails(result: Result, code: int, message: str) -> None:
    """One line on standard error, nothing on standard output."""
    assert result.stderr == message + "\n"
    assert result.returncode == code
    assert result.stdout == ""


def test_general_help_lists_commands_and_exit_codes(
    vitrina: Vitrina, commands: list[str]
) -> None:
    result = vitrina("--help")
    assert result.returncode == 0
    assert result.stderr == ""
    assert "params" in commands
    for word in ("Usage: ", "Where to start:", "Exit codes:"):
        assert word in result.stdout
    codes = re.findall(r"^ {2,3}(\d+)  \w+", result.stdout, re.MULTILINE)
    assert [int(code) for code in codes] == [0, *range(2, 10)]
    assert vitrina("-h").stdout == result.stdout


def test_where_to_start_names_commands_that_exist(
    vitrina: Vitrina, commands: list[str]
) -> None:
    text = vitrina("--help").stdout
    steps = text.partition("Where to start:\n")[2].partition("\n\n")[0]
    names = re.findall(r"^  vitrina ([a-z-]+)", steps, re.MULTILINE)
    assert names
    assert set(names) <= set(commands)


def test_every_command_has_help_and_lists_its_files(
    vitrina: Vitrina, commands: list[str]
) -> None:
    for name in commands:
        result = vitrina(name, "--help")
        assert result.returncode == 0, name
        assert result.stderr == "", name
        assert result.stdout.startswith(f"vitrina {name}: "), name
        assert f"\nExample:\n  vitrina {name}" in result.stdout, name


def test_list_io_is_one_file_a_line(
    vitrina: Vitrina, commands: list[str]
) -> None:
    kinds = {
        "input",
        "optional-input",
        "output",
        "optional-output",
        "params",
    }
    for name in commands:
        required = re.findall(
            r"^Usage: vitrina \S+ (.*)\[OPTIONS\] ?(.*)$",
            vitrina(name, "--help").stdout,
            re.MULTILINE,
        )
        words = " ".join(required[0]).split()
        values = [
            word if word.startswith("--") else "2024-01-01"
            for word in words
            if not word.startswith("[")
        ]
        result = vitrina(name, *values, "--list-io")
        assert result.returncode == 0, (name, result.stderr)
        for line in result.stdout.splitlines():
            kind, path, meaning = line.split("\t")
            assert kind in kinds, name
            assert path and meaning, name


def test_version_has_the_build_id(vitrina: Vitrina) -> None:
    result = vitrina("--version")
    assert result.returncode == 0
    assert re.fullmatch(
        r"vitrina \d+\.\d+\.\d+ \(build [0-9a-f]{16}\)\n", result.stdout
    )


def test_no_command(vitrina: Vitrina) -> None:
    assert_fails(
        vitrina(),
        USAGE,
        "vitrina: error: no command given; "
        "run 'vitrina --help' to list the commands",
    )


def test_unknown_command_names_the_nearest(vitrina: Vitrina) -> None:
    assert_fails(
        vitrina("parms"),
        USAGE,
        "vitrina: error: unknown command 'parms'; did you mean 'params'",
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--thread=1"], "unknown option '--thread', did you mean --threads"),
        (["--threads"], "--threads: its value is missing"),
        (
            ["--threads", "two"],
            "--threads: found 'two', expected a whole number from 0 to 1024",
        ),
        (["--set", "x"], "--set: found 'x', expected KEY=VALUE"),
        (["word"], "unexpected word 'word'"),
        (["--seed=1", "--seed=2"], "--seed was given 2 times"),
        (
            ["--progress=loud"],
            "--progress: found 'loud', expected auto, plain, json or none",
        ),
    ],
)
def test_a_wrong_command_line_says_where_help_is(
    vitrina: Vitrina, words: list[str], message: str
) -> None:
    assert_fails(
        vitrina("params", *words),
        USAGE,
        f"vitrina params: error: {message}; see 'vitrina params --help'",
    )


def test_control_characters_never_reach_the_terminal(
    vitrina: Vitrina,
) -> None:
    result = vitrina("par\n\x1b[31mams")
    assert result.returncode == USAGE
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr


def test_unknown_parameter(vitrina: Vitrina, tmp_path: Path) -> None:
    result = vitrina("params", "--set", "no.such=1")
    assert result.returncode == CONFIG
    assert result.stderr.startswith(
        "vitrina params: error: params: unknown key 'no.such'"
    )
    (tmp_path / "p.yaml").write_text("no:\n  such: 1\n")
    result = vitrina("params", "--params", "p.yaml")
    assert result.returncode == CONFIG
    assert result.stderr.startswith(
        "vitrina params: error: p.yaml: params: unknown key 'no.such'"
    )


def test_missing_params_file(vitrina: Vitrina) -> None:
    result = vitrina("params", "--params", "nothing.yaml")
    assert result.returncode == MISSING_INPUT
    assert "nothing.yaml" in result.stderr


def test_workspace_must_be_a_folder(vitrina: Vitrina) -> None:
    assert_fails(
        vitrina("params", "--workspace", "nowhere"),
        MISSING_INPUT,
        "vitrina params: error: --workspace: nowhere is not a folder",
    )


def test_params_are_a_file_of_defaults(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    result = vitrina("params")
    assert result.returncode == 0
    assert result.stderr == ""
    (tmp_path / "params.yaml").write_text(result.stdout)
    result = vitrina("params", "--check", "params.yaml")
    assert result.returncode == 0
    assert re.fullmatch(
        r"params.yaml: (\d+) of \1 parameters given, 0 not the default\n",
        result.stdout,
    ), result.stdout


def test_checking_params_does_not_change_them(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    (tmp_path / "empty.yaml").write_text("# nothing\n")
    result = vitrina("params", "--check", "empty.yaml")
    assert result.returncode == 0, result.stderr
    assert "0 not the default" in result.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["empty.yaml"]


def test_dry_run_runs_nothing(vitrina: Vitrina) -> None:
    result = vitrina("params", "--dry-run", "--threads", "3")
    assert result.returncode == 0
    assert result.stdout.endswith(
        "with 3 threads and seed 42; nothing was run\n"
    )
    assert "# Every parameter" not in result.stdout


def test_hints_can_be_pasted_until_it_works(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    (tmp_path / "my shop").mkdir()
    words = ["split", "--workspace", "my shop", "--set", "simulate.scale=0.01"]
    ran = []
    for _ in range(10):
        result = vitrina(*words)
        ran.append(words[0])
        if result.returncode == 0:
            if words[0] == "split":
                break
            words = ["split", *words[1:]]
            continue
        assert result.returncode == MISSING_INPUT, result.stderr
        hint = re.search(r" is missing; run '(.*)' first$", result.stderr)
        assert hint, result.stderr
        command, *words = shlex.split(hint[1])
        assert command == "vitrina"
    assert ran == [
        "split",
        "ingest",
        "simulate",
        "split",
        "ingest",
        "split",
    ]
    assert (tmp_path / "my shop/data/processed/split.json").is_file()


def test_dry_run_tells_what_is_missing(vitrina: Vitrina) -> None:
    result = vitrina("fit", "--dry-run")
    assert result.returncode == MISSING_INPUT
    assert re.search(
        r"data/interim/shop\.vtr +MISSING, made by ingest ", result.stdout
    )
    assert result.stderr == (
        "vitrina fit: error: data/interim/shop.vtr is missing; "
        "run 'vitrina ingest' first\n"
    )


def simulate(vitrina: Vitrina, *words: str) -> Result:
    result = vitrina("simulate", "--scale", "0.01", *words)
    assert result.returncode == 0, result.stderr
    return result


def test_progress_is_plain_where_there_is_no_terminal(
    vitrina: Vitrina,
) -> None:
    simulate(vitrina)
    lines = vitrina("ingest").stderr.splitlines()
    assert len(lines) > 2
    assert all(line.startswith("ingest: ") for line in lines)
    assert "\r" not in "".join(lines)
    assert re.fullmatch(
        r"ingest: done in \d+\.\d s, peak memory [\d.]+ MiB", lines[-1]
    )


def test_progress_as_json(vitrina: Vitrina) -> None:
    lines = simulate(vitrina, "--progress=json").stderr.splitlines()
    events = [json.loads(line) for line in lines]
    assert {event["stage"] for event in events} == {"simulate"}
    keys = {"event", "stage", "step", "done", "total", "unit", "seconds"}
    for event in events[:-1]:
        assert keys <= event.keys()
    begun = [e["step"] for e in events if e["event"] == "begin"]
    ended = [e["step"] for e in events if e["event"] == "end"]
    assert begun and begun == ended
    assert events[-1]["event"] == "done"
    assert events[-1]["peak_bytes"] > 0


@pytest.mark.parametrize("words", [["--quiet"], ["--progress=none"]])
def test_quiet_says_nothing(vitrina: Vitrina, words: list[str]) -> None:
    result = simulate(vitrina, *words)
    assert result.stderr == ""


def test_progress_redraws_a_line_on_a_terminal(
    program: Path, tmp_path: Path
) -> None:
    try:
        master, slave = pty.openpty()
    except OSError as error:  # a bare container, a chroot
        pytest.skip(f"this machine has no pseudo-terminals: {error}")
    process = subprocess.Popen(
        [program, "simulate", "--scale", "0.01"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "TERM": "xterm"},
        stdout=subprocess.DEVNULL,
        stderr=slave,
    )
    os.close(slave)
    screen = b""
    try:
        while piece := os.read(master, 65536):
            screen += piece
    except OSError:  # how Linux says that the other side was closed
        pass
    os.close(master)
    assert process.wait(timeout=60) == 0
    assert screen.startswith(b"\rsimulate: ")
    assert b"\x1b[K" in screen
    assert re.search(rb"simulate: done in .* peak memory .*\r\n$", screen)


def test_a_full_disk_is_told(program: Path) -> None:
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [program, "--help"], stdout=full, stderr=subprocess.PIPE
        )
    assert result.returncode == OUT_OF_RESOURCES
    assert result.stderr == (
        b"vitrina: error: standard output: cannot be written\n"
    )


def test_docs_are_what_the_program_says(program: Path) -> None:
    written = cli_docs.PAGE.read_text(encoding="utf-8")
    assert written == cli_docs.page(program), "run `make docs`"
