"""The data folder is a valid Data Package for tools that know nothing of this project, and is described once."""

import hashlib
import json
import re
from pathlib import Path

import frictionless
import pytest
import yaml
from edit import change
from lantian import check
from lantian.data.export import read_package
from lantian.site.codebook import citation, package

CITATION = (Path(__file__).parents[1] / "CITATION.cff").read_text("utf-8")


def test_package_and_citation_are_up_to_date(data):
    assert (data / "datapackage.json").read_text("utf-8") == package(data), "run `lantian codebook`"
    assert citation(CITATION, data) == CITATION, "run `lantian codebook`"


def test_frictionless_finds_no_fault(data):
    report = frictionless.validate(str(data / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])[:20]


def test_every_csv_file_belongs_to_the_package(data):
    package = frictionless.Package(str(data / "datapackage.json"))
    named = {name for resource in package.resources for name in (resource.path, *resource.extrapaths) if name}
    assert {str(path.relative_to(data)) for path in data.rglob("*.csv")} == named


def test_every_file_has_its_size_and_hash(data):
    """A resource of one file as the standard has it, one of several in an entry a file."""
    every = [
        entry for resource in read_package(data)["resources"] for entry in resource.get("files", [resource])
    ]
    assert {entry["path"] for entry in every} == {str(path.relative_to(data)) for path in data.rglob("*.csv")}
    for entry in every:
        content = (data / entry["path"]).read_bytes()
        assert entry["bytes"] == len(content), entry["path"]
        assert entry["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}", entry["path"]


def test_an_edited_table_needs_no_hash_to_pass_the_check(copy_data):
    change(copy_data / "targets/yuyao.csv", 0, note="Seen again.")
    assert check(copy_data) == []
    described = {resource["name"]: resource for resource in json.loads(package(copy_data))["resources"]}
    before = {resource["name"]: resource for resource in read_package(copy_data)["resources"]}
    assert [name for name in described if described[name] != before[name]] == ["targets"]


def test_sources_are_the_documents_read(data, plans):
    read = plans.documents.query("access == 'full_text'")
    sources = read_package(data)["sources"]
    assert [source["title"] for source in sources] == list(read["title_en"] + " (" + read["title_zh"] + ")")
    assert [source.get("path", "") for source in sources] == list(read["url"])


def test_citation_of_the_data_is_that_of_their_package(data):
    """As the Citation File Format 1.2 has it; the two versions and the words on both are the same."""
    described, whole = read_package(data), yaml.safe_load(CITATION)
    (cited,) = whole["references"]
    assert cited["type"] == "data" and cited["authors"] == whole["authors"]
    assert cited["title"] == described["title"] and cited["abstract"] == described["description"]
    assert cited["license"] == described["licenses"][0]["name"]
    assert described["version"] == cited["version"] == whole["version"]
    assert {*whole["keywords"]} <= {*cited["keywords"]} == {*described["keywords"]}
    assert [person["title"] for person in described["contributors"]] == [
        person["name"] for person in whole["authors"]
    ]


@pytest.mark.slow
def test_pages_describe_the_data_to_search_engines(site, data):
    """In the words of schema.org: the index all that the package says, another page its own name and theirs."""
    described, found = read_package(data), {}
    for path in site.glob("*.html"):
        if not path.name.startswith("brief_"):
            (words,) = re.findall(
                r'<script type="application/ld\+json">(.*?)</script>', path.read_text("utf-8")
            )
            found[path.stem] = json.loads(words)
    whole = found.pop("index")
    assert whole["@type"] == "Dataset" and whole["license"] == described["licenses"][0]["path"]
    assert all(whole[name] == described[name] for name in ("description", "keywords", "version"))
    assert [(part["name"], part.get("url")) for part in whole["isBasedOn"]] == [
        (source["title"], source.get("path")) for source in described["sources"]
    ]
    assert {part["contentUrl"]: part["contentSize"] for part in whole["distribution"]} == {
        f"data/{path.name}": f"{path.stat().st_size} B" for path in (site / "data").iterdir()
    }
    assert {words["isPartOf"]["about"]["name"] for words in found.values()} == {described["title"]}
    assert len({words["name"] for words in found.values()}) == len(found)
