"""What ``datapackage.json`` says of the data as a whole, for programs: the documents they come from, size and hash of each file."""

import hashlib
import json

from lantian.data.schema import PACKAGE


def read_package(folder):
    """Read ``datapackage.json`` of a data folder."""
    return json.loads((folder / PACKAGE).read_text("utf-8-sig"))


def as_text(package):
    """Write a data package as its file has it."""
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def with_sources(package, documents):
    """Name the documents that were read whole, rows of ``documents``, as sources: title, and address where it is known."""
    read = [row for row in documents if row["access"] == "full_text"]
    sources = [{"title": f"{row['title_en']} ({row['title_zh']})"} | _path(row["url"]) for row in read]
    resources = {"resources": package["resources"]}
    return {name: package[name] for name in package if name != "resources"} | {"sources": sources} | resources


def _path(address):
    return {"path": address} if address else {}


def with_files(package, contents):
    """State ``bytes`` and ``hash`` of each file, whose contents are bytes by path.

    The standard (Data Package 2.0) has these two of a resource of one file only; one of several
    has them in ``files``, an entry a file.

    >>> package = {"resources": [{"name": "units", "path": ["units.csv"], "schema": {}}]}
    >>> with_files(package, {"units.csv": b""})["resources"][0]["files"][0]["bytes"]
    0
    """
    return package | {"resources": [_measured(resource, contents) for resource in package["resources"]]}


def _measured(resource, contents):
    schema = {"schema": resource["schema"]}
    rest = {name: resource[name] for name in resource if name not in ("bytes", "hash", "files", "schema")}
    if isinstance(resource["path"], str):
        return rest | _measures(contents[resource["path"]]) | schema
    return (
        rest | {"files": [{"path": path} | _measures(contents[path]) for path in resource["path"]]} | schema
    )


def _measures(content):
    return {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
