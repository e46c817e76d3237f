"""A PostgreSQL of the tests' own: a cluster in a temporary folder, on loopback, without durability."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_USER = "paperclub"


def find_programs() -> Path | None:
    """Give the folder of initdb and postgres; Debian keeps them away from the path."""
    found = [Path(program).parent for program in (shutil.which("initdb"),) if program]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in found if (folder / "initdb").exists()), None)


@contextmanager
def run_postgres() -> Iterator[str]:
    """Start a cluster and give its URL up to the name of a database; end it afterwards."""
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian's package postgresql)")
    # It refuses to run as root.
    owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    user = {"user": owner.pw_uid, "group": owner.pw_gid} if owner else {}
    with tempfile.TemporaryDirectory(prefix="paperclub-pg-") as folder:
        if owner:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data = Path(folder) / "data"
        init = [programs / "initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(init, check=True, capture_output=True, cwd="/", **user)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "fsync": "off",
                    "max_connections": 60, "log_min_messages": "fatal"}  # fmt: skip
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        control = [programs / "pg_ctl", "-D", data, "-w", "-l", Path(folder) / "log"]
        subprocess.run([*control, "-o", options, "start"], check=True, capture_output=True, cwd="/", **user)
        try:
            yield f"postgresql://{_USER}@127.0.0.1:{port}/"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd="/", **user)
