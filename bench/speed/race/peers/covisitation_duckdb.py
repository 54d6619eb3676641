"""A co-visitation matrix by a DuckDB self-join, the events in memory."""

import argparse
from typing import Any

import duckdb

from race.arrays import write_array
from race.peers.covisitation_polars import (
    HALF_LIFE_US,
    INTEREST,
    LAST_EVENTS,
    NONE,
    WINDOW_US,
)
from race.timing import Watch, options, run_peer

LOAD = """
create table events as
select "user", item, "action", "time", file_row_number as place
from read_parquet(?, file_row_number = true)
"""
QUERY = f"""
with steps as (
  select "user", item, "time", place from events
  where "action" in ({", ".join(map(str, INTEREST))}) and item <> {NONE}
  qualify row_number() over (partition by "user" order by place desc)
    <= {LAST_EVENTS}
), pairs as (
  select least(x.item, y.item) as a, greatest(x.item, y.item) as b,
    sum(pow(2.0, -(y."time" - x."time") / {HALF_LIFE_US}::double)) as weight
  from steps x join steps y
    on x."user" = y."user" and x.place < y.place and x.item <> y.item
    and y."time" - x."time" <= {WINDOW_US}
  group by 1, 2
), mirrored as (
  select a as "from", b as "to", weight from pairs
  union all select b, a, weight from pairs
)
select "from", "to", weight from mirrored
qualify row_number() over (
  partition by "from" order by weight desc, "to") <= ?
order by "from", weight desc, "to"
"""


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    shop = duckdb.connect(config={"threads": arguments.threads})
    shop.execute(LOAD, [str(arguments.input)])
    with Watch() as watch:
        table = shop.execute(QUERY, [arguments.k]).fetchnumpy()
    if arguments.answer:
        folder = arguments.answer
        write_array(folder / "from.u32", table["from"])
        write_array(folder / "to.u32", table["to"])
        write_array(folder / "weight.f32", table["weight"])
    return {"seconds": watch.seconds}


if __name__ == "__main__":
    parser = options()
    parser.add_argument("--k", type=int, default=40)
    run_peer(parser, run)
