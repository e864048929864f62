"""A clamd that knows one virus: speaks nINSTREAM as the real one does, in a process of its own.

Prints its port, then serves until it is ended. More than LIMIT bytes get the answer of StreamMaxLength.
"""

from __future__ import annotations

import socketserver
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LIMIT = int(sys.argv[1]) if __name__ == "__main__" and len(sys.argv) > 1 else 25 << 20


class Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        if self.rfile.readline() != b"nINSTREAM\n":
            self.wfile.write(b"UNKNOWN COMMAND\n")
            return
        content = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
            if len(content) > LIMIT:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\n")
                return
        if b"break off" in content:
            return
        found = EICAR in content
        self.wfile.write(b"stream: Eicar-Signature FOUND\n" if found else b"stream: OK\n")


@contextmanager
def clamd(*arguments: str) -> Iterator[int]:
    """A running scanner; its port."""
    command = [sys.executable, __file__, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield int(child.stdout.readline() if child.stdout else 0)
        finally:
            child.kill()


if __name__ == "__main__":
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()
