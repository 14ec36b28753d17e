"""The error tree."""

import inspect

import pytest

import toolkit
from toolkit import errors

ALL = [getattr(errors, name) for name in errors.__all__]


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_an_error_without_a_message_says_its_docstring(error: type[errors.ToolkitError]) -> None:
    """Raised bare, an error still tells the user what happened, in a sentence."""
    message = error().message

    assert message == inspect.getdoc(error)
    assert message.endswith(".")


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_the_tree_in_the_docstring_is_the_tree_in_the_code(error: type[errors.ToolkitError]) -> None:
    """Every class is drawn at the top of errors.py with its code."""
    line = next(line for line in (errors.__doc__ or "").splitlines() if f" {error.__name__} " in f"{line} ")

    assert error is errors.ToolkitError or error.code in line


def test_exit_codes_follow_the_branch() -> None:
    """A kind of LoginFailed ends a run as LoginFailed does."""
    assert [errors.NeedsSecret.exit_code, errors.TermsToAccept.exit_code, errors.Maintenance.exit_code] == [3, 4, 5]


def test_every_error_is_at_the_front_door() -> None:
    """`from toolkit import LoginFailed` works for the whole tree."""
    assert set(errors.__all__) <= set(toolkit.__all__)
