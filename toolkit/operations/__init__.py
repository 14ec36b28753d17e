"""The seed's helpers: each makes one operation of a connector's list."""

from toolkit.operations import naming
from toolkit.operations.filter_existing import filter_existing
from toolkit.operations.link_bank_operation import link_bank_operation
from toolkit.operations.save_data_and_file import SaveOptions, save_data_and_file
from toolkit.operations.update_or_create import update_or_create
from toolkit.operations.whole_pdf import whole_pdf

__all__ = [
    "SaveOptions",
    "filter_existing",
    "link_bank_operation",
    "naming",
    "save_data_and_file",
    "update_or_create",
    "whole_pdf",
]
