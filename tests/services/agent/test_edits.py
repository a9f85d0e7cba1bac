from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agent.simulation import colours, edits, markdown, replacing, styles
from services.agent.simulation.find import find, slug
from services.agent.simulation.intents import (
    AddLink,
    AddSection,
    ChangeColour,
    ChangeHeading,
    ChangeTitle,
    CreatePage,
    CreatePost,
    Edit,
    RemoveLink,
    RemovePage,
    ReplaceText,
)
from services.agent.simulation.plans import plan
from services.agent.simulation.site import Cannot, Site

TODAY = date(2026, 5, 1)


def after(files: dict[str, str], *wishes: Edit) -> dict[str, str]:
    """The files that differ after these wishes."""
    site = Site(files)
    for wish in wishes:
        site = site.after(plan(site, wish, TODAY).changes)
    return {path: text for path, text in site.files.items() if files.get(path) != text}


# What a site can look like

BARE = {"src/pages/index.astro": "---\n---\n\n<html>\n  <body><h1>Astro</h1></body>\n</html>\n"}

LAYERS = {
    "src/consts.ts": """export const SITE_TITLE = 'My Blog';
export const LINKS = [{ href: '/', text: 'Home' }];
""",
    "src/layouts/Base.astro": """---
import Head from '@components/Head.astro';
import Nav from '../components/Nav.astro';
const { pageTitle } = Astro.props;
---
<html>
  <head><Head title={pageTitle} /></head>
  <body><Nav /><h1>{pageTitle}</h1><slot /><footer>Bye</footer></body>
</html>
""",
    "src/components/Head.astro": """---
const { title } = Astro.props;
---
<title>{title} | Acme</title>
""",
    "src/components/Nav.astro": """---
---
<nav>
  <a class="logo" href="/">Acme</a>
  <ul>
    <li><a href="/" aria-current="page">Home</a></li>
    <li><a href="/about/">About</a></li>
  </ul>
  <a href="https://social.example">Social</a>
</nav>
""",
    "src/pages/index.astro": """---
import Base from '../layouts/Base.astro';
const pageTitle = "Home";
---
<Base pageTitle={pageTitle}>
	<p>Hi</p>
</Base>
""",
    "src/pages/about.astro": """---
import Base from '../layouts/Base.astro';
---
<Base pageTitle="About me">
  <p>Me</p>
</Base>
""",
    "src/pages/notes.md": """---
layout: ../layouts/Base.astro
title: Notes
---

# My notes

One.
""",
}


def test_a_heading_in_the_page_is_changed_in_the_page():
    assert after(BARE, ChangeHeading("Hello & <bye>")) == {
        "src/pages/index.astro": BARE["src/pages/index.astro"].replace(
            "Astro", "Hello &amp; &lt;bye&gt;"
        )
    }


def test_a_heading_that_a_page_hands_to_its_layout_is_changed_where_it_is_written():
    changed = after(LAYERS, ChangeHeading("Us", "about"))
    assert changed == {
        "src/pages/about.astro": LAYERS["src/pages/about.astro"].replace('"About me"', '"Us"')
    }


def test_a_heading_that_is_a_constant_is_changed_there():
    changed = after(LAYERS, ChangeHeading('Say "hi"'))
    assert 'const pageTitle = "Say \\"hi\\"";' in changed["src/pages/index.astro"]


def test_a_heading_in_a_component_is_found_through_the_imports():
    files = {
        "src/pages/index.astro": "---\nimport A from '../components/A.astro';\n---\n<A />\n",
        "src/components/A.astro": "---\nimport B from './B.astro';\n---\n<B title='Old' />\n",
        "src/components/B.astro": "<h1>{Astro.props.title}</h1>\n",
    }
    assert after(files, ChangeHeading("New")) == {
        "src/components/A.astro": files["src/components/A.astro"].replace(
            "title='Old'", 'title="New"'
        )
    }


def test_components_that_show_each_other_are_no_trap():
    files = {
        "src/pages/index.astro": "---\nimport A from '../A.astro';\n---\n<A /><A />\n",
        "src/A.astro": "---\nimport A from './A.astro';\n---\n<A />\n",
    }
    with pytest.raises(Cannot, match="cannot find a main heading"):
        after(files, ChangeHeading("New"))


def test_a_heading_in_a_comment_a_script_or_a_string_is_none():
    source = (
        "---\nconst x = '<h1>no</h1>';\n---\n<!-- <h1>no</h1> -->"
        "<script>'<h1>no</h1>'</script>\n<h1>yes</h1>"
    )
    changed = after({"src/pages/index.astro": source}, ChangeHeading("New"))
    assert changed["src/pages/index.astro"] == source.replace("yes", "New")


def test_the_title_is_found_through_layout_and_head():
    changed = after(LAYERS, ChangeTitle("Us", "about"))
    assert '<Base pageTitle="Us">' in changed["src/pages/about.astro"]


def test_a_title_that_is_a_constant_of_a_module_is_changed_there():
    files = {
        "src/consts.ts": LAYERS["src/consts.ts"],
        "src/pages/index.astro": (
            "---\nimport { SITE_TITLE } from '../consts';\n---\n"
            "<html><head><title>{SITE_TITLE}</title></head><svg><title>x</title></svg></html>"
        ),
    }
    changed = after(files, ChangeTitle("It's ours"))
    assert changed["src/consts.ts"].startswith('export const SITE_TITLE = "It\'s ours";')


def test_a_text_with_special_characters_reaches_a_component_as_a_string():
    changed = after(LAYERS, ChangeHeading("A & <b>", "about"))
    assert '<Base pageTitle={"A & <b>"}>' in changed["src/pages/about.astro"]


# New pages


def test_a_new_page_stands_in_the_layout_of_the_others():
    changed = after(LAYERS, CreatePage("Prices & more", "Cheap {really}.\n\nTwo"))
    assert changed == {
        "src/pages/prices-more.astro": """---
import Base from '../layouts/Base.astro';
---

<Base pageTitle={"Prices & more"}>
  <p>Cheap &#123;really&#125;.</p>
  <p>Two</p>
</Base>
"""
    }


def test_a_new_page_of_a_site_without_a_layout_is_whole():
    page = after(BARE, CreatePage("Prices"))["src/pages/prices.astro"]
    assert page.startswith("<!doctype html>")
    assert "<title>Prices</title>" in page
    assert "<h1>Prices</h1>" in page


@pytest.mark.parametrize(
    ("name", "said"),
    [("About", "there is one, src/pages/about.astro"), ("!?", "letters or digits")],
)
def test_a_page_without_an_address_of_its_own_is_not_made(name: str, said: str):
    with pytest.raises(Cannot, match=said):
        after(LAYERS, CreatePage(name))


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Über uns", "uber-uns"),
        ("Straße & Café", "strasse-cafe"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\x\0.astro", "c-x-astro"),
        (".env", "env"),
        ("日本語", "日本語"),
        ("😀", ""),
        ("x" * 200, "x" * 60),
    ],
)
def test_a_name_becomes_an_address(name: str, address: str):
    assert slug(name) == address


def test_a_new_post_is_dressed_like_the_newest_one():
    files = {
        "src/content/blog/a.md": (
            "---\ntitle: 'A: one'\ndescription: d\npubDate: Jul 08 2022\ndraft: false\n"
            "tags: [a]\n---\n\nHi\n"
        ),
        "src/pages/blog/[...slug].astro": "<h1>x</h1>",
    }
    changed = after(files, CreatePost("B: two", "# No heading\n\n1. no list"))
    assert changed == {
        "src/content/blog/b-two.md": (
            '---\ntitle: "B: two"\ndescription: "# No heading"\n'
            "pubDate: 2026-05-01\ndraft: false\n---\n\n"
            "\\# No heading\n\n1\\. no list\n"
        )
    }


# Sections and paragraphs


def test_a_section_goes_to_the_end_of_the_content_in_the_indentation_there():
    changed = after(LAYERS, AddSection("A < B", "One\n\nTwo"))
    assert changed["src/pages/index.astro"].endswith(
        "\t<p>Hi</p>\n\t<section>\n\t  <h2>A &lt; B</h2>\n\t  <p>One</p>\n\t  <p>Two</p>\n"
        "\t</section>\n</Base>\n"
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<h1>a</h1>\n", "<h1>a</h1>\n<p>x</p>\n"),
        ("<h1>a</h1>\n<style>\n</style>\n", "<h1>a</h1>\n<p>x</p>\n<style>\n</style>\n"),
        ("<main></main>", "<main>\n  <p>x</p>\n</main>"),
        ("<main><h1>a</h1></main>", "<main><h1>a</h1>\n<p>x</p>\n</main>"),
        (
            "<Layout>\n  <main>\n    <h1>a</h1>\n  </main>\n</Layout>\n",
            "<Layout>\n  <main>\n    <h1>a</h1>\n    <p>x</p>\n  </main>\n</Layout>\n",
        ),
        (
            "<body>\n  <h1>a</h1>\n  <footer>f</footer>\n</body>\n",
            "<body>\n  <h1>a</h1>\n  <p>x</p>\n  <footer>f</footer>\n</body>\n",
        ),
        (
            "<Layout>\n  {list.map((one) => (\n    <p>{one}</p>\n  ))}\n</Layout>\n",
            "<Layout>\n  {list.map((one) => (\n    <p>{one}</p>\n  ))}\n  <p>x</p>\n</Layout>\n",
        ),
        (
            '<Layout>\n  <section class="a">\n    <h2>t</h2>\n  </section>\n</Layout>\n',
            '<Layout>\n  <section class="a">\n    <h2>t</h2>\n  </section>\n'
            '  <section class="a">\n    <p>x</p>\n  </section>\n</Layout>\n',
        ),
    ],
)
def test_a_paragraph_goes_to_the_end_of_the_content(source: str, expected: str):
    assert edits.add_paragraph(source, "x") == expected


def test_markdown_stays_markdown():
    changed = after(
        LAYERS,
        AddSection("*Not* bold", "a < b {x}", "notes"),
        ChangeHeading("Our [notes]", "notes"),
    )
    assert (
        changed["src/pages/notes.md"]
        == LAYERS["src/pages/notes.md"].replace("My notes", "Our \\[notes\\]")
        + "\n## \\*Not\\* bold\n\na \\< b \\{x\\}\n"
    )


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("snake_case 5 * 3", "snake_case 5 \\* 3"),
        ("- no list", "\\- no list"),
        ("2. no list", "2\\. no list"),
        ("2.5 litres", "2.5 litres"),
        ("Tom & Jerry &copy;", "Tom & Jerry \\&copy;"),
        ("# no heading", "\\# no heading"),
        ("Issue #3, C# and 1 + 1 = 2", "Issue #3, C# and 1 + 1 = 2"),
        ("back\\slash `code`", "back\\\\slash \\`code\\`"),
    ],
)
def test_a_line_is_escaped_only_where_markdown_would_read_it(text: str, escaped: str):
    assert markdown.escape(text) == escaped


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40))
def test_a_frontmatter_value_says_what_was_put_there(text: str):
    source = markdown.set_field("---\ndate: 2026-01-01\n---\nx\n", "title", text)
    found = markdown.field(source, "title")
    assert found is not None
    assert found[1] == text


@pytest.mark.parametrize(
    "text", ["yes", "Null", "a: b", "12", "- x", "", " x", "a #b", "@x", "{x}", "'x'"]
)
def test_a_value_that_yaml_would_take_for_something_else_is_quoted(text: str):
    assert markdown.scalar(text).startswith('"')


# The navigation


def test_a_link_is_added_in_the_dress_of_the_last_one():
    changed = after(LAYERS, CreatePage("Prices & more"), AddLink("prices & more"))
    assert changed["src/components/Nav.astro"] == LAYERS["src/components/Nav.astro"].replace(
        '<li><a href="/about/">About</a></li>\n',
        '<li><a href="/about/">About</a></li>\n'
        '    <li><a href="/prices-more/">Prices &amp; more</a></li>\n',
    )


def test_a_link_is_added_to_a_list_in_another_module():
    files = {
        "src/consts.ts": LAYERS["src/consts.ts"],
        "src/components/Nav.astro": (
            "---\nimport { LINKS } from '../consts';\n---\n"
            "<nav>{LINKS.map((one) => <a href={one.href}>{one.text}</a>)}</nav>\n"
        ),
        "src/pages/about.astro": "<h1>About</h1>",
    }
    changed = after(files, AddLink("about", "Who's who"))
    assert changed == {
        "src/consts.ts": files["src/consts.ts"].replace(
            "'Home' }]", "'Home' }, { href: '/about', text: \"Who's who\" }]"
        )
    }


def test_a_link_that_is_there_is_not_added_twice():
    with pytest.raises(Cannot, match="already"):
        after(LAYERS, AddLink("about"))


def test_a_link_is_taken_out_with_its_line():
    changed = after(LAYERS, RemoveLink("about"))
    assert changed["src/components/Nav.astro"] == LAYERS["src/components/Nav.astro"].replace(
        '    <li><a href="/about/">About</a></li>\n', ""
    )


@pytest.mark.parametrize("target", ["javascript:alert(1)", "data:text/html,x"])
def test_an_address_that_runs_code_is_no_link(target: str):
    with pytest.raises(Cannot, match="cannot find a page"):
        after(LAYERS, AddLink(target, "x"))


def test_a_site_without_a_navigation_says_so():
    with pytest.raises(Cannot, match="cannot find a navigation"):
        after(BARE, AddLink("/x", "X"))


# Which page


@pytest.mark.parametrize(
    ("called", "path"),
    [
        ("home", "src/pages/index.astro"),
        ("Front", "src/pages/index.astro"),
        ("/", "src/pages/index.astro"),
        ("ABOUT", "src/pages/about.astro"),
        ("/about/", "src/pages/about.astro"),
        ("src/pages/about.astro", "src/pages/about.astro"),
        ("my notes", "src/pages/notes.md"),
    ],
)
def test_a_page_is_found_by_what_people_call_it(called: str, path: str):
    assert find(Site(LAYERS), called).path == path


def test_an_unknown_page_is_answered_with_those_that_there_are():
    with pytest.raises(Cannot, match=r"“x”\. The pages are /, /about, /notes$"):
        find(Site(LAYERS), "x")


def test_a_page_is_removed_only_by_its_exact_name_and_never_the_home_page():
    files = {**LAYERS, "src/pages/about-our-team.astro": "<h1>The team</h1>"}
    assert find(Site(files), "our team").path == "src/pages/about-our-team.astro"
    with pytest.raises(Cannot, match="cannot find"):
        after(files, RemovePage("our team"))
    with pytest.raises(Cannot, match="needs one"):
        after(files, RemovePage("home"))


# Replacing

PAGE = """---
import x from 'Some thing';
const label = 'Some thing';
const id = 'thing';
---
<a href="/thing" class="thing" title="Some thing">Some
  thing, {x ? 'A thing' : <b>thing</b>} things</a>
<Card title="thing" note="Two thing" />
<style>.thing {}</style>
"""


def test_only_what_can_be_read_is_replaced():
    assert replacing.in_markup(PAGE, "Some thing", "a & b") == PAGE.replace(
        "label = 'Some thing'", "label = 'a & b'"
    ).replace('title="Some thing"', 'title={"a & b"}').replace("Some\n  thing", "a &amp; b")
    assert replacing.in_markup(PAGE, "thing", "X") == (
        PAGE.replace("const label = 'Some thing'", "const label = 'Some X'")
        .replace('title="Some thing">Some\n  thing', 'title="Some X">Some\n  X')
        .replace("'A thing' : <b>thing</b>", "'A X' : <b>X</b>")
        .replace('note="Two thing"', 'note="Two X"')
    )


def test_in_markdown_addresses_stay():
    source = (
        "---\ntitle: A fern\nslug: fern\n---\nA fern, [fern](/fern) <i class='fern'>fern</i>.\n"
    )
    assert replacing.in_markdown(source, "fern", "*palm*") == (
        "---\ntitle: A *palm*\nslug: fern\n---\n"
        "A \\*palm\\*, [\\*palm\\*](/fern) <i class='fern'>\\*palm\\*</i>.\n"
    )


def test_a_text_is_looked_for_on_its_page_first_and_then_in_what_the_page_is_made_of():
    files = {**LAYERS, "src/pages/bye.astro": "<p>Bye</p>"}
    assert set(after(files, ReplaceText("Bye", "See you", "about"))) == {"src/layouts/Base.astro"}
    assert set(after(files, ReplaceText("Bye", "See you"))) == {
        "src/layouts/Base.astro",
        "src/pages/bye.astro",
    }


# Colours

THEMES = """:root {
  /* --color-background: red; */
  --color-background: #ffffff;
  --color-text: #111111;
  --color-link: var(--color-text);
}
@media (prefers-color-scheme: dark) {
  :root {
    --color-background: #000000;
    --color-text: #eeeeee;
  }
}
"""


def test_a_custom_property_is_changed_where_the_colour_can_be_read():
    painted = styles.paint_property(THEMES, "background", "pink")
    assert painted is not None
    assert painted.css == THEMES.replace("#ffffff", "pink")
    assert painted.kept_dark
    assert not painted.faint


def test_a_dark_theme_that_shared_a_colour_keeps_it():
    painted = styles.paint_property(THEMES, "links", "navy")
    assert painted is not None
    assert painted.css == THEMES.replace("link: var(--color-text)", "link: navy").replace(
        "text: #eeeeee;", "text: #eeeeee;\n    --color-link: var(--color-text);"
    )


def test_a_colour_that_cannot_be_read_anywhere_is_set_with_a_warning():
    painted = styles.paint_property(THEMES, "background", "#222222")
    assert painted is not None
    assert painted.faint
    assert painted.css.count("#222222") == 2


@pytest.mark.parametrize(
    ("css", "part", "expected"),
    [
        ("body { background: white; }", "background", "body { background: red; }"),
        (
            "html,\nbody { background-color: white }",
            "background",
            "html,\nbody { background-color: red }",
        ),
        ("h1, h2 { color: white; }", "headings", "h1, h2 { color: red; }"),
        ("", "links", "a {\n  color: red;\n}\n"),
        ("p { color: black; }\n", "text", "p { color: black; }\n\nbody {\n  color: red;\n}\n"),
        (":root { --primary: blue; }", "accent", ":root { --primary: red; }"),
        (
            "a:hover { color: white; }",
            "links",
            "a:hover { color: white; }\n\na {\n  color: red;\n}\n",
        ),
    ],
)
def test_without_a_property_the_rule_is_changed_or_added(css: str, part: str, expected: str):
    files = {**BARE, "src/styles/global.css": css}
    assert after(files, ChangeColour(part, "red"))["src/styles/global.css"] == expected


def test_a_site_without_a_style_sheet_gets_one_that_its_layout_imports():
    changed = after(LAYERS, ChangeColour("background", "red"))
    assert set(changed) == {"src/styles/global.css", "src/layouts/Base.astro"}
    assert changed["src/layouts/Base.astro"].startswith("---\nimport '../styles/global.css';\n")


def test_a_rule_in_a_component_is_changed_there():
    files = {
        **BARE,
        "src/styles/global.css": "p {}\n",
        "src/components/H.astro": "<header>x</header>\n<style>header { background: blue; }</style>",
    }
    assert after(files, ChangeColour("header", "red")) == {
        "src/components/H.astro": files["src/components/H.astro"].replace("blue", "red")
    }


def test_an_unknown_part_is_answered_with_those_that_there_are():
    with pytest.raises(Cannot, match="“moon” is; I can colour the accent, background"):
        after(LAYERS, ChangeColour("moon", "red"))


@pytest.mark.parametrize(
    ("words", "css"),
    [
        ("Light Blue", "lightblue"),
        ("light-blue", "lightblue"),
        ("#ABC", "#abc"),
        ("#abcd12", "#abcd12"),
        ("#abcde", None),
        ("sage green", "#b2ac88"),
        ("rebeccapurple", "rebeccapurple"),
        ("red; } body { display: none", None),
        ("url(https://x)", None),
        ("rgb(1 2 3 / 50%)", "rgb(1 2 3 / 50%)"),
        ("", None),
    ],
)
def test_a_colour_is_a_name_or_a_code_and_nothing_else(words: str, css: str | None):
    assert colours.parse(words) == css


def test_contrast_is_wcags():
    assert colours.contrast("white", "#000") == pytest.approx(21)
    assert colours.contrast("#777777", "rgb(255, 255, 255)") == pytest.approx(4.48, abs=0.01)
    assert colours.contrast("white", "oklch(1 0 0)") is None
