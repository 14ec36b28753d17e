"""The best one-to-one assignment."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from toolkit.operations.assignment import assign, groups

Costs = list[dict[int, int]]


def value(costs: Costs, chosen: tuple[int | None, ...]) -> tuple[int, int]:
    """Rows left out, total cost: less is better."""
    paid = [costs[row][column] for row, column in enumerate(chosen) if column is not None]
    return len(chosen) - len(paid), sum(paid)


def every_assignment(costs: Costs) -> list[tuple[int | None, ...]]:
    """All the ways in which no column is taken twice."""
    ways = product(*([None, *row] for row in costs))
    return [way for way in ways if len(taken := [c for c in way if c is not None]) == len(set(taken))]


def test_no_row_and_no_column() -> None:
    """Nothing to assign."""
    assert assign([]) == []
    assert assign([{}, {}]) == [None, None]


def test_more_pairs_count_more_than_a_cheap_one() -> None:
    """Row 0 gives up its cheap column so that row 1 has one too."""
    assert assign([{0: 1, 1: 1000}, {0: 1}]) == [1, 0]


def test_of_two_rows_for_one_column_the_cheaper_has_it() -> None:
    """The other is left out, whichever came first."""
    assert assign([{0: 5}, {0: 3}]) == [None, 0]
    assert assign([{0: 3}, {0: 5}]) == [0, None]


@given(st.lists(st.dictionaries(st.integers(0, 4), st.integers(0, 9), max_size=5), max_size=5))
def test_it_is_the_best_of_all(costs: Costs) -> None:
    """Compared with every possible assignment."""
    chosen = tuple(assign(costs))

    assert chosen in every_assignment(costs)
    assert value(costs, chosen) == min(value(costs, way) for way in every_assignment(costs))


def test_a_long_chain_moves_as_a_whole() -> None:
    """The last row takes the column of the one before, and so on to the first: no recursion, no quadratic time."""
    size = 2000
    chain: Costs = [{row: 0, row + 1: 1} for row in range(size)]

    assert assign([*chain, {0: 0}]) == [*range(1, size + 1), 0]


def test_rows_that_share_no_column_are_in_groups_of_their_own() -> None:
    """Directly or through others; rows that want nothing are in none."""
    assert groups([[1], [2, 3], [], [3, 4], [5], [4]]) == [[0], [1, 3, 5], [4]]
