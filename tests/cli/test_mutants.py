"""A sample of the damaged files that `make mutants` feeds to `ingest`."""

from pathlib import Path

import mutants
import pytest
import shops

SAMPLE = 60
SEED = 2  # others than those of `make mutants`


@pytest.fixture(scope="module")
def judged(program: Path) -> list[mutants.Verdict]:
    kinds = list(mutants.KINDS)
    return list(mutants.verdicts(program, kinds, range(SAMPLE), SEED, jobs=2))


@pytest.mark.parametrize("kind", mutants.KINDS)
def test_damaged_files_are_told_in_one_line(
    judged: list[mutants.Verdict], kind: str
) -> None:
    found = [verdict for verdict in judged if verdict.kind == kind]
    assert len(found) == SAMPLE
    assert not [verdict for verdict in found if verdict.faults]
    # The mutations do damage, and not always so much that all is lost.
    assert {verdict.code for verdict in found} >= {0, mutants.BAD_DATA}


def test_a_mutant_can_be_made_again() -> None:
    for kind in mutants.KINDS.values():
        assert mutants.mutant(kind, 1, 7) == mutants.mutant(kind, 1, 7)
        assert mutants.mutant(kind, 1, 7) != mutants.mutant(kind, 1, 19)


@pytest.mark.parametrize(
    ("code", "err", "fault"),
    [
        (5, b"vitrina ingest: error: a\n", ""),
        (0, b"vitrina ingest: warning: a\n", ""),
        (0, b"", ""),
        (-11, b"", "exit code -11"),
        (8, b"vitrina ingest: error: a\n", "exit code 8"),
        (5, b"", "0 lines of error"),
        (0, b"vitrina ingest: error: a\n", "1 lines of error"),
        (5, b"vitrina ingest: error: a\nb\n", "neither an error"),
        (5, b"vitrina ingest: error: \x1b[31m\n", "raw on the terminal"),
        (5, b"vitrina ingest: error: \xc2\x9b\n", "raw on the terminal"),
        (5, "vitrina ingest: error: \u202e\n".encode(), "raw on the"),
        (5, "vitrina ingest: error: \u200e\n".encode(), "raw on the"),
        (5, "vitrina ingest: error: \u0604 \u0436\n".encode(), ""),
        (5, b"vitrina ingest: error: \xff\n", "not UTF-8"),
    ],
)
def test_the_rules_see_what_breaks_them(
    code: int, err: bytes, fault: str
) -> None:
    found = mutants.faults(code, b"", err, has_shop=False)
    assert bool(found) == bool(fault)
    assert fault in "; ".join(found)
    assert mutants.faults(5, b"x", b"", has_shop=True)[-1].startswith("a shop")


def test_a_header_of_millions_of_columns_takes_no_memory(
    program: Path, tmp_path: Path
) -> None:
    shops.write_shop(tmp_path / "shop", shops.random_rows(seed=1, users=3))
    header = "product_id,price" + "," * 2_500_000 + "\n50,1\n"
    (tmp_path / "shop" / "catalog.csv").write_text(header)
    (tmp_path / "space").mkdir()
    before = mutants.processor_seconds()
    code, out, err = mutants.run_ingest(program, tmp_path, threads=1)
    assert mutants.processor_seconds() - before < 1
    assert (code, out) == (mutants.BAD_DATA, b"")
    assert not mutants.faults(code, out, err, has_shop=False)
