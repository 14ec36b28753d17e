"""Begin a connector: of a few answers, of a HAR, or of one login by hand."""

from toolkit.jobs.new.plan import Plan
from toolkit.jobs.new.writing import Places, Written, write_new

__all__ = ["Places", "Plan", "Written", "write_new"]
