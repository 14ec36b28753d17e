"""What docs/testing.md shows is true."""

import re

from tests.testing.conftest import ROOT, Project

TEXT = (ROOT / "docs/testing.md").read_text("utf-8")
TESTS, CONFTEST = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
LISTED, CHOSEN, RECORDED = re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)


def test_the_list_of_tests_is_that_of_the_recording(demo: Project) -> None:
    """Line by line; "…" stands for lines left out."""
    command, _, shown = LISTED.partition("\n")
    listed = "\n".join(demo.run(*command.removeprefix("$ pytest ").split()).outlines)

    assert re.match(".*".join(re.escape(part) for part in shown.split("…\n")), listed, re.DOTALL)


def test_each_way_to_choose_is_one(demo: Project) -> None:
    """pytest knows the options and finds tests."""
    commands = [line.removeprefix("$ pytest ") for line in CHOSEN.splitlines()]
    for command in commands:
        words = [one or other for one, other in re.findall(r'"([^"]*)"|(\S+)', command)]
        run = demo.run_apart if {"--headed", "--tracing"} & {*words} else demo.run
        run("--collect-only", *words).stdout.re_match_lines([r".*tests? collected.*"])

    assert "pytest --record once\n" in RECORDED


def test_the_examples_run(demo: Project) -> None:
    """The tests pass, with the store of the conftest."""
    demo.pytester.makeconftest(CONFTEST)
    demo.pytester.makepyfile(TESTS)
    demo.run_apart("test_the_examples_run.py").assert_outcomes(passed=3)
    files = [path.name for path in demo.path.glob("runpytest-*/*/*.sqlite")]

    assert set(files) == {"bills.sqlite"}


def test_every_fixture_and_option_is_told() -> None:
    """Each public fixture of the plugin, each value of --record, each test of a recording."""
    from toolkit.testing import expectations, fixtures  # noqa: PLC0415

    names = {name for name in vars(fixtures) if hasattr(vars(fixtures)[name], "_fixture_function_marker")}
    tests = {name for name in vars(expectations) if name.startswith("test_")}

    assert [name for name in (names | tests) if not name.startswith("_") and f"`{name}`" not in TEXT] == []
    assert len(names) > 5
