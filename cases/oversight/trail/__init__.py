"""The trail as a whole: its verification, kept on record, and files of it that prove themselves."""
