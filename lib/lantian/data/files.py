"""Files that we write: put in place whole or not at all, whatever happens meanwhile."""

import contextlib
import os
import re
import secrets
import shutil
from pathlib import Path

DRAFT = re.compile(r"\.lantian-(\d+)-[0-9a-f]{12}\.draft")  # the number is that of the process


def put(contents):
    """Put files in place, whole: a reader finds what was there or what is new, and on a full disk nothing changes.

    All are written beside their places first, under names that nobody has. A file that is replaced keeps its mode and
    owner, a link leads where it led, and what has the content already is not touched.

    Parameters
    ----------
    contents : dict
        Bytes or text by path, in the order in which they take their places.

    Raises
    ------
    OSError
        When a file cannot be written; it names the file.
    """
    wanted = {
        Path(os.path.realpath(path)): content.encode() if isinstance(content, str) else content
        for path, content in contents.items()
    }
    changed = {place: content for place, content in wanted.items() if not _holds(place, content)}
    made, drafts = [], {}
    try:
        for place, content in changed.items():
            with _about(place):
                made += _make(place.parent)
                drafts[place] = place.with_name(f".lantian-{os.getpid()}-{secrets.token_hex(6)}.draft")
                _write(drafts[place], content, like=place)
        made.clear()
        for place in changed:
            with _about(place):
                os.replace(drafts[place], place)
                del drafts[place]
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()


def _holds(place, content):
    """Tell whether a file has a content already; raise where no file can be put."""
    with _about(place):
        if os.path.lexists(place) and not place.is_file():
            raise OSError(0, "something that is no file is in the way")
        return place.is_file() and place.stat().st_size == len(content) and place.read_bytes() == content


@contextlib.contextmanager
def _about(place):
    """Let an error name the file that was to be written."""
    try:
        yield
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(place)) from error


def _make(folder):
    """Make a folder and those above it, or clear it of old drafts; return those that are new."""
    made = [above for above in (folder, *folder.parents) if not above.exists()][::-1]
    folder.mkdir(parents=True, exist_ok=True)
    clear(folder)
    return made


def clear(folder):
    """Remove the drafts that a killed process left in a folder."""
    for name in os.listdir(folder):
        if (draft := DRAFT.fullmatch(name)) and _has_ended(int(draft[1])):
            (folder / name).unlink(missing_ok=True)


def _has_ended(process):
    """Tell whether a process has surely ended; elsewhere than under POSIX asking would end it."""
    try:
        os.kill(process, 0) if os.name == "posix" else None
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return False


def _write(draft, content, like):
    """Write a draft to the disk, with the mode and owner of the file that it is to replace, as far as may be."""
    with open(draft, "xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if like.exists():
        found = like.stat()
        for owner in ((found.st_uid, found.st_gid), (-1, found.st_gid)) if hasattr(os, "chown") else ():
            with contextlib.suppress(PermissionError):
                os.chown(draft, *owner)
                break
        shutil.copystat(like, draft)  # mode, and lists of access where there are such
        os.utime(draft)
