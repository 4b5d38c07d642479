"""Replace a set of files as a whole: at any moment a reader finds the old set or the new one."""

import contextlib
import ctypes
import errno
import hashlib
import json
import os
import shutil
from pathlib import Path

RECORD = ".lantian"
SET = f"{RECORD}/set.json"
OWNED = {RECORD, "figures", "assets", "index.html", "lantian.html"}
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h
UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM)


class PublishError(OSError):
    """A folder that is not replaced; the message says why."""


def digest(content):
    """Return the SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def read_set(folder):
    """Return what is known of the set in a folder, ``files`` and facts; empty when there is none."""
    try:
        return json.loads((folder / SET).read_bytes())
    except (OSError, ValueError):
        return {}


def content(folder, published, name):
    """Return the bytes of a file of a set; None when they are not those published."""
    with contextlib.suppress(OSError):
        found = (folder / name).read_bytes()
        if digest(found) == published.get("files", {}).get(name):
            return found
    return None


def intact(folder, published):
    """Tell whether every file of a set is there as it was published."""
    return all(content(folder, published, name) is not None for name in published["files"])


@contextlib.contextmanager
def locked(folder, say=print):
    """Let one at a time replace a folder; the lock goes with the process that holds it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    path = folder.with_name(f".{folder.name}.lock")
    file = _take(path, wait=False)
    if file is None:
        say(f"Waiting for another render into {folder} …")
        file = _take(path, wait=True)
    with file:
        try:
            _recover(folder)
            yield
        finally:
            with contextlib.suppress(OSError):  # Windows keeps an open file
                path.unlink()


def _take(path, wait):
    """Open and lock a file that is still the one under its name; None when another holds it."""
    while True:
        file = open(path, "ab")  # noqa: SIM115 - the lock is held until its owner closes the file
        if not _lock(file, wait):
            return file.close()
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.stat(path), os.fstat(file.fileno())):
                return file
        file.close()


def _lock(file, wait):
    """Lock a file; False when another holds it. Windows has no such lock, and none is taken."""
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except ImportError:
        pass
    return True


def publish(files, facts, folder):
    """Replace the set in a folder by another, whole; files of other people stay.

    Call it within `locked`. The files are bytes by their names; the facts are kept with them, for `read_set`.
    Raises `PublishError` when the folder is somebody else's or a mount point, `OSError` when it cannot be written.
    """
    _check_owned(folder, files)
    draft = folder.with_name(f".{folder.name}.new")
    known = facts | {"files": {name: digest(found) for name, found in sorted(files.items())}}
    try:
        # The record comes first: it lists which files are ours, should this stop half-way.
        for name, found in ({SET: json.dumps(known, indent=1).encode()} | files).items():
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            (draft / name).write_bytes(found)
        _swap(draft, folder)
    finally:
        _recover(folder)


def _check_owned(folder, files):
    """Refuse a folder of other things, such as a home."""
    if os.path.ismount(folder):
        raise PublishError(
            f"{folder}: this is a mount point, which cannot be replaced whole; name a folder in it"
        )
    if not folder.exists() or read_set(folder):
        return
    others = sorted(
        name
        for name in os.listdir(folder)
        if not name.startswith(".") and name not in OWNED and not name.endswith(".html")
    )
    if others:
        raise PublishError(
            f"{folder}: this folder holds other files ({', '.join(others[:3])}); name an empty or a new one"
        )


def _swap(draft, folder):
    """Put a draft in the place of a folder: in one step where the system can, else in two."""
    if not folder.exists():
        os.rename(draft, folder)
    elif not _exchange(draft, folder):
        os.rename(folder, folder.with_name(f".{folder.name}.old"))
        os.rename(draft, folder)


def _exchange(one, other):
    """Swap two folders in one step; False where there is no such call."""
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    if call(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0:
        return True
    if (code := ctypes.get_errno()) in UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code), str(other))


def _recover(folder):
    """Clear what a publication left that ended or was stopped: the old set, or a draft."""
    new, old = folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
    if old.exists() and not folder.exists():
        os.rename(old, folder)
    for rest in (new, old):
        if rest.exists():
            _give_back(rest, folder)
            shutil.rmtree(rest)


def _give_back(rest, folder):
    """Move what is not ours from the old folder to the new one."""
    ours = OWNED | {Path(name).parts[0] for name in read_set(rest).get("files", ())}
    for entry in list(rest.iterdir()):
        if entry.name not in ours and not (folder / entry.name).exists() and folder.exists():
            os.rename(entry, folder / entry.name)
