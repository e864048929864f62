"""Whether a file that somebody uploads may be kept: its name, what it really is, what it unpacks to, the scanner."""

from cases.documents.uploads.checking import CONTENT_TYPES, check_file
from cases.documents.uploads.names import clean_name, ending_of
from cases.documents.uploads.refused import FileRefused
from cases.documents.uploads.scanner import scan

__all__ = ["CONTENT_TYPES", "FileRefused", "check_file", "clean_name", "ending_of", "scan"]
