"""The data folder is a valid Data Package for tools that know nothing of this project."""

import frictionless


def test_frictionless_finds_no_fault(data):
    report = frictionless.validate(str(data / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])[:20]


def test_every_csv_file_belongs_to_the_package(data):
    package = frictionless.Package(str(data / "datapackage.json"))
    named = {name for resource in package.resources for name in (resource.path, *resource.extrapaths) if name}
    assert {str(path.relative_to(data)) for path in data.rglob("*.csv")} == named
