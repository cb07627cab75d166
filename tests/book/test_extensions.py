"""The book's own Sphinx extensions, in the small."""

import re
from types import SimpleNamespace

import one_stylesheet
import page_rules
import publication
import pytest
import static_math
import static_site
from launch_links import binder_url, colab_url


def lean(css, words):
    return "".join(one_stylesheet.lean(one_stylesheet.parse(css), set(words)))


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        ("p{color:red}", "p{color:red}"),
        (".seen,.unseen{color:red}", ".seen{color:red}"),
        (".unseen p{color:red}", ""),
        ("p:not(.unseen){color:red}", "p:not(.unseen){color:red}"),
        (".dl-box .dlx-own{color:red}", ".dl-box .dlx-own{color:red}"),
        ("@media print{.unseen{color:red}}", ""),
        ("@media print{.seen{color:red}}", "@media print{.seen{color:red}}"),
        ("@font-face{font-family:Font Awesome\\ 6 Free}", ""),
        ("@font-face{font-family:KaTeX_Main}", "@font-face{font-family:KaTeX_Main}"),
        ("a{}", ""),
    ],
)
def test_only_rules_that_can_apply_are_kept(css, kept):
    assert lean(css, ["seen"]) == kept


def test_addresses_are_seen_from_the_bundle(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.css").write_text('@import "b.css";a{background:url(../x.png)}')
    (tmp_path / "sub" / "b.css").write_text('b{background:url("data:image/png;base64,AA")}')
    css = one_stylesheet.with_imports(tmp_path, "sub/a.css")
    assert css == 'b{background:url("data:image/png;base64,AA")}a{background:url("x.png")}'


@pytest.mark.parametrize(
    ("alt", "uri", "good"),
    [
        ("A parabola that opens upwards.", "a.png", True),
        ("", "a.png", False),
        ("_build/jupyter_execute/0a1b2c3d4e.png", "_build/jupyter_execute/0a1b2c3d4e.png", False),
        ("a picture", "a.png", False),
    ],
)
def test_an_alt_text_is_written_by_a_person(alt, uri, good):
    assert page_rules.written(alt, uri) is good


def test_formulas_are_rendered_with_mathml_and_macros():
    katex = static_math.Katex({"\\R": "\\mathbb{R}"})
    try:
        html = katex.render("x \\in \\R", display=False)
        assert "<math" in html
        assert "ℝ" in html or "mathbb" in html
        with pytest.raises(static_math.KatexError, match="nonsense"):
            katex.render("\\nonsense", display=True)
        assert "katex-display" in katex.render("1", display=True)  # it goes on after an error
    finally:
        katex.close()


def test_every_icon_is_one_of_font_awesomes_drawings(tmp_path):
    static_site.write_icons(tmp_path)
    css = (tmp_path / "icons.css").read_text(encoding="utf-8")
    for names in static_site.NAMED_ICONS.values():
        assert all(re.search(rf"\.fa-{name}\{{--dl-icon:[\d.]+%\}}", css) for name in names)
    assert css.count("data:image/svg+xml,") == 1
    places = re.findall(r"svg x=%22(\d+)%22", css)
    assert places == [str(place) for place in range(len(places))]
    assert len(css) < 30_000
    with pytest.raises(static_site.ExtensionError, match=r"nonesuch\.svg: run `npm ci`"):
        static_site.drawing("solid", "nonesuch", 0)


def test_a_repository_is_linked_once_it_is_published():
    config = SimpleNamespace(author="", html_theme_options={"repository_branch": "main"})
    project = {"authors": [{"name": "Ada"}, {"name": "Bob"}]}
    publication.describe(config, project)
    assert config.author == "Ada, Bob"
    assert config.html_theme_options == {"repository_branch": "main"}
    publication.describe(config, project | {"urls": {"Repository": "https://a.org/b"}})
    assert config.html_theme_options["repository_url"] == "https://a.org/b"
    assert config.html_theme_options["use_repository_button"]


def test_launch_links_name_repository_branch_and_notebook():
    at = ("someone/course", "main", "exercises/a/a.ipynb")
    assert binder_url(*at).endswith(
        "/gh/someone/course/main?urlpath=lab%2Ftree%2Fexercises%2Fa%2Fa.ipynb"
    )
    assert colab_url(*at).endswith("/github/someone/course/blob/main/exercises/a/a.ipynb")


def test_the_theme_script_no_longer_measures_every_box(tmp_path):
    static_site.write_theme_script(tmp_path)
    script = (tmp_path / "theme.js").read_text(encoding="utf-8")
    assert static_site.MEASURED not in script
    assert '[".measured-by-site-js"].join(", ")' in script
