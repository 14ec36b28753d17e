"""The browser, the session that takes over from it, and downloads."""

from toolkit.web.browser import Browser, FoundBrowser, find_browser, join_browser, open_browser
from toolkit.web.cookies import CookieJar
from toolkit.web.download import Downloaded, check_document, download, receive
from toolkit.web.driver import open_driver
from toolkit.web.explained import Explained
from toolkit.web.failures import certificate_trouble, network_error, sentence_for
from toolkit.web.html import Page, scrape
from toolkit.web.in_page import InPageAdapter
from toolkit.web.install import install_browser
from toolkit.web.kinds import kind_of_ending
from toolkit.web.learned import Learned
from toolkit.web.page_files import Rendered, click_for_file, print_page
from toolkit.web.seen import seen
from toolkit.web.session import Session
from toolkit.web.state import (
    SessionState,
    keys_of,
    places_of,
    restore_options,
    restore_tabs,
    session_storage_of,
    storage_of,
)
from toolkit.web.tags import hidden_fields
from toolkit.web.trail import Asked, Trail
from toolkit.web.walls import forbidden
from toolkit.web.watch import Watch, browser_face

__all__ = [
    "Asked",
    "Browser",
    "CookieJar",
    "Downloaded",
    "Explained",
    "FoundBrowser",
    "InPageAdapter",
    "Learned",
    "Page",
    "Rendered",
    "Session",
    "SessionState",
    "Trail",
    "Watch",
    "browser_face",
    "certificate_trouble",
    "check_document",
    "click_for_file",
    "download",
    "find_browser",
    "forbidden",
    "hidden_fields",
    "install_browser",
    "join_browser",
    "keys_of",
    "kind_of_ending",
    "network_error",
    "open_browser",
    "open_driver",
    "places_of",
    "print_page",
    "receive",
    "restore_options",
    "restore_tabs",
    "scrape",
    "seen",
    "sentence_for",
    "session_storage_of",
    "storage_of",
]
