"""The best one-to-one assignment of rows to columns."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

__all__ = ["assign", "groups"]


def assign(costs: Sequence[Mapping[int, int]], left_out: int | None = None) -> list[int | None]:
    """The column of each row, None for a row left out, so that the total cost is the least possible.

    `costs[row]` holds the columns that the row may have, numbers from 0, each with its cost, a whole number from 0.
    A row left out costs `left_out`; by default more than all pairs together, so that as few as possible are.
    Exact. Takes one shortest path per row, through the rows and columns that it competes with and no others.
    """
    if left_out is None:
        left_out = 1 + sum(max(row.values(), default=0) for row in costs)
    # Column ~row is the row's own, for being left out.
    search = _Search([{**row, ~number: left_out} for number, row in enumerate(costs)])
    for row in range(len(costs)):
        search.add(row)
    return [column if column >= 0 else None for column in search.column_of]


def groups(wanted: Sequence[Sequence[int]]) -> list[list[int]]:
    """The rows in groups that want no column of each other, each group in order; rows that want none are in none."""
    leader = list(range(len(wanted)))

    def find(row: int) -> int:
        while leader[row] != row:
            leader[row] = row = leader[leader[row]]
        return row

    first: dict[int, int] = {}
    for row, columns in enumerate(wanted):
        for column in columns:
            leader[find(row)] = find(first.setdefault(column, row))
    found: defaultdict[int, list[int]] = defaultdict(list)
    for row, columns in enumerate(wanted):
        if columns:
            found[find(row)].append(row)
    return list(found.values())


@dataclass
class _Path:
    """The way from a row to a free column: the taken columns it looked at, and the row it reached each column from."""

    settled: dict[int, int] = field(default_factory=dict)
    came_from: dict[int, int] = field(default_factory=dict)
    column: int = 0
    length: int = 0


class _Search:
    """Successive shortest paths on reduced costs: cost - price of the row - price of the column, never below 0."""

    def __init__(self, costs: Sequence[Mapping[int, int]]) -> None:
        self.costs = costs
        self.column_of = [0] * len(costs)
        self.row_of: dict[int, int] = {}
        self.row_price = [0] * len(costs)
        self.column_price: dict[int, int] = {}

    def add(self, row: int) -> None:
        """Give the row a column; rows added before may have to change theirs."""
        path = self._shortest_path(row)
        self.row_price[row] += path.length
        for passed, distance in path.settled.items():
            self.row_price[self.row_of[passed]] += path.length - distance
            self.column_price[passed] = self.column_price.get(passed, 0) - (path.length - distance)
        column, taker = path.column, -1
        while taker != row:
            taker = path.came_from[column]
            freed = self.column_of[taker]
            self.row_of[column], self.column_of[taker] = taker, column
            column = freed

    def _shortest_path(self, row: int) -> _Path:
        path, reached = _Path(), dict[int, int]()
        queue: list[tuple[int, int]] = []
        while True:
            for column, cost in self.costs[row].items():
                distance = path.length + cost - self.row_price[row] - self.column_price.get(column, 0)
                if column not in path.settled and distance < reached.get(column, distance + 1):
                    reached[column], path.came_from[column] = distance, row
                    heappush(queue, (distance, column))
            path.length, path.column = heappop(queue)
            while path.column in path.settled:
                path.length, path.column = heappop(queue)
            if path.column not in self.row_of:
                return path
            path.settled[path.column] = path.length
            row = self.row_of[path.column]
