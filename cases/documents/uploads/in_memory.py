"""Where a file stands while it is being uploaded: in memory that no disk ever sees.

Django would write files over 2.5 MB to the folder of temporary files. A list is full of personal data, which lie in
clear on no disk (decision 0051); so they go to an anonymous file in memory, which ends with its request.
"""

from __future__ import annotations

import os
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class AnonymousFileHandler(FileUploadHandler):
    """Takes what the handler before it leaves: files that are larger than FILE_UPLOAD_MAX_MEMORY_SIZE."""

    file: IO[bytes]

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = os.fdopen(os.memfd_create("upload"), "w+b")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        self.file.seek(0)
        return UploadedFile(
            self.file, self.file_name, self.content_type, file_size, self.charset, self.content_type_extra
        )

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
