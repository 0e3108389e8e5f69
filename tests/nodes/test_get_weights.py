"""The page that tells of the files that Get Weights brings."""

from armature.host.weights import page

from ..conftest import ROOT


def test_the_table_in_the_docs_is_up_to_date(request):
    path, text = ROOT / "docs" / "weights.md", page()
    if request.config.getoption("--write-docs"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, "run: python3 quickstart.py test --write-docs"
