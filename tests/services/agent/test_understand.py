from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.agent.simulation.intents import (
    AddLink,
    AddParagraph,
    AddSection,
    ChangeColour,
    ChangeHeading,
    ChangeTitle,
    CreatePage,
    CreatePost,
    Help,
    Intent,
    ListFiles,
    ListPages,
    NotUnderstood,
    RemoveLink,
    RemovePage,
    ReplaceText,
    ShowFile,
    ShowStatus,
)
from services.agent.simulation.understand import LONGEST, understand

ONE: list[tuple[str, Intent]] = [
    # Headings, with and without a page, quotes and manners
    ("Change the heading of the home page to Hello", ChangeHeading("Hello")),
    ("change the heading to Hello, world!", ChangeHeading("Hello, world!")),
    ('change the heading of the homepage to "Grüß Gott"', ChangeHeading("Grüß Gott", "homepage")),
    (
        "Please set the headline on the about page to “Who we are”.",
        ChangeHeading("Who we are", "about"),
    ),
    ("change the heading to ‘It’s here’", ChangeHeading("It’s here")),
    ("change the heading to 'It's here'", ChangeHeading("It's here")),
    ("make the heading say Hi", ChangeHeading("Hi")),
    ("change the home page heading to Hello there.", ChangeHeading("Hello there")),
    ("change the about page's heading to Us", ChangeHeading("Us", "about")),
    ("the heading of the about page should be Us & them", ChangeHeading("Us & them", "about")),
    ('change the heading to "A" on the about page', ChangeHeading("A", "about")),
    ("change the heading to Our story on the about page", ChangeHeading("Our story", "about")),
    ("on the about page, change the heading to Us", ChangeHeading("Us", "about")),
    ("Could you change the main heading to Hi?", ChangeHeading("Hi")),
    ("hey, please can you set the h1: Hi", ChangeHeading("Hi")),
    ("change the heading to Red", ChangeHeading("Red")),
    ("change the header to Hello", ChangeHeading("Hello")),
    ("change the heading of /about to Us", ChangeHeading("Us", "/about")),
    ("change the heading to Welcome to us", ChangeHeading("Welcome to us")),
    ("CHANGE THE HEADING TO 日本語", ChangeHeading("日本語")),
    ("change the heading to <b>{x}</b>", ChangeHeading("<b>{x}</b>")),
    # Titles
    ("Change the title of the about page to About Acme", ChangeTitle("About Acme", "about")),
    ("set the page title to Acme", ChangeTitle("Acme")),
    ("rename the browser title to Acme", ChangeTitle("Acme")),
    # Words
    ('replace "fern" with "palm" on the about page', ReplaceText("fern", "palm", "about")),
    ("replace fern with palm", ReplaceText("fern", "palm")),
    ("replace the word fern by palm on the home page", ReplaceText("fern", "palm", "home")),
    ('change the text "A b" to "B"', ReplaceText("A b", "B")),
    ("change “A” to “B” everywhere", ReplaceText("A", "B")),
    (
        'change the heading "What we grow" to "Our plants"',
        ReplaceText("What we grow", "Our plants"),
    ),
    ('remove the text "x y" from the contact page', ReplaceText("x y", "", "contact")),
    ('remove the sentence "x y"', ReplaceText("x y", "")),
    # Colours
    ("make the background light blue", ChangeColour("background", "lightblue")),
    ("change the background colour to #2F6B4A", ChangeColour("background", "#2f6b4a")),
    ("set the accent color to teal.", ChangeColour("accent", "teal")),
    ("change the colour of the links to dark red", ChangeColour("links", "darkred")),
    ("set the colour of the background of the site to white", ChangeColour("background", "white")),
    ("make all the buttons orange", ChangeColour("buttons", "orange")),
    ("turn the headings purple", ChangeColour("headings", "purple")),
    ("change the headings to purple", ChangeColour("headings", "purple")),
    ("use navy for the footer", ChangeColour("footer", "navy")),
    ("give the site a dark green header", ChangeColour("header", "darkgreen")),
    ("I'd like a light yellow background please", ChangeColour("background", "lightyellow")),
    ("the links should be red", ChangeColour("links", "red")),
    ("change the text to blue", ChangeColour("text", "blue")),
    ("change the font colour to dark grey", ChangeColour("text", "darkgrey")),
    ("make the button text white", ChangeColour("button text", "white")),
    ("make the whole website black", ChangeColour("background", "black")),
    ("make the background rgb(1, 2, 3)", ChangeColour("background", "rgb(1, 2, 3)")),
    ("make the background “sage green”", ChangeColour("background", "#b2ac88")),
    ("make the pot pink", ChangeColour("pot", "pink")),
    # Pages
    ("create a page called Pricing", CreatePage("Pricing")),
    ("Create a new page about our team", CreatePage("Our team")),
    ('add a page named "iPhone repairs"', CreatePage("iPhone repairs")),
    ("create an about page", CreatePage("About")),
    ("I want a page called Prices", CreatePage("Prices")),
    (
        "create a page called Hours saying: We open at nine. Add tea.",
        CreatePage("Hours", "We open at nine. Add tea."),
    ),
    (
        'add a Pricing page with the text "Cheap." and add it to the menu',
        CreatePage("Pricing", "Cheap.", in_menu=True),
    ),
    ("make a page called Red", CreatePage("Red")),
    ("write a blog post called Spring saying: It is here.", CreatePost("Spring", "It is here.")),
    ("delete the contact page", RemovePage("contact")),
    ("please remove the page called Contact", RemovePage("Contact")),
    ("get rid of /contact", RemovePage("/contact")),
    # Sections and paragraphs
    (
        "add a section titled Opening hours saying Mon to Fri, 9 to 5 to the home page",
        AddSection("Opening hours", "Mon to Fri, 9 to 5", "home"),
    ),
    (
        'add a section titled "Prices" to the home page saying "All is cheap"',
        AddSection("Prices", "All is cheap", "home"),
    ),
    (
        "add a section called Prices saying everything is free to the about page",
        AddSection("Prices", "everything is free", "about"),
    ),
    (
        "add a section about how to get here to the contact page with the text: By bus",
        AddSection("How to get here", "By bus", "contact"),
    ),
    (
        "add a new section to the about page called Team with the text We are two",
        AddSection("Team", "We are two", "about"),
    ),
    ("add a Pricing section to the home page", AddSection("Pricing", "", "home")),
    ("add a section called Team", AddSection("Team")),
    (
        "add a paragraph to the about page saying: Hello. We are <b>bold</b>",
        AddParagraph("Hello. We are <b>bold</b>", "about"),
    ),
    ('add a paragraph saying "hi" to the contact page', AddParagraph("hi", "contact")),
    ('add "Hello" to the about page', AddParagraph("Hello", "about")),
    ("add a paragraph: one\n\ntwo", AddParagraph("one\n\ntwo")),
    # The navigation
    ("add a link to the pricing page to the navigation", AddLink("pricing")),
    ("add Pricing to the menu", AddLink("Pricing")),
    ("put a link to /shop in the nav bar", AddLink("/shop")),
    (
        "add a link to the navigation called Shop that goes to https://example.com/shop",
        AddLink("https://example.com/shop", "Shop"),
    ),
    (
        "add a link to https://example.com called Shop to the menu",
        AddLink("https://example.com", "Shop"),
    ),
    ("remove Contact from the navigation", RemoveLink("Contact")),
    # Looking
    ("list the pages", ListPages()),
    ("what pages are there?", ListPages()),
    ("show me all files", ListFiles()),
    ("show src/pages/index.astro", ShowFile("src/pages/index.astro")),
    ("show me the about page", ShowFile("about")),
    ("show the source of the home page", ShowFile("home")),
    ("git status", ShowStatus()),
    ("what has changed?", ShowStatus()),
    ("help", Help()),
]

SEVERAL: list[tuple[str, tuple[Intent, ...]]] = [
    (
        'change the heading to "Hello" and make the background pink',
        (ChangeHeading("Hello"), ChangeColour("background", "pink")),
    ),
    (
        "change the heading to Hello and make the background pink",
        (ChangeHeading("Hello"), ChangeColour("background", "pink")),
    ),
    (
        "Add a page called Team. Add a link to Team to the menu.",
        (CreatePage("Team"), AddLink("Team")),
    ),
    (
        "- make the links red\n- make the background white\n- delete the contact page",
        (
            ChangeColour("links", "red"),
            ChangeColour("background", "white"),
            RemovePage("contact"),
        ),
    ),
    ("change the heading to Come and make things", (ChangeHeading("Come and make things"),)),
    (
        'change the heading to "Stay and delete the about page"',
        (ChangeHeading("Stay and delete the about page"),),
    ),
    (
        "add a paragraph saying: wait and delete the about page",
        (AddParagraph("wait and delete the about page"),),
    ),
]

NOTHING = [
    "",
    "   ",
    "hello",
    "what is the weather?",
    "make it pop",
    "make it blue",
    "delete everything",
    "remove the section about ferns",
    "change the heading",
    'change the heading to ""',
    "add a paragraph about ferns",
    "add a link to the navigation",
    "make the background fluffy",
    "rm -rf /",
    "ignore your instructions",
    "make the background pink and sing",
    "x" * (LONGEST + 1),
]


@pytest.mark.parametrize(("sentence", "intent"), ONE)
def test_a_plain_sentence_is_one_wish(sentence: str, intent: Intent):
    assert understand(sentence) == (intent,)


@pytest.mark.parametrize(("sentence", "intents"), SEVERAL)
def test_wishes_are_told_apart_outside_of_quotes_and_texts(
    sentence: str, intents: tuple[Intent, ...]
):
    assert understand(sentence) == intents


@pytest.mark.parametrize("sentence", NOTHING)
def test_what_is_not_understood_is_no_wish(sentence: str):
    assert isinstance(understand(sentence), NotUnderstood)


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("make the background fluffy", "colour"),
        ("add a paragraph about ferns", "quotes"),
        ("add a link to the navigation", "page"),
        ("x" * (LONGEST + 1), "characters"),
    ],
)
def test_a_near_miss_is_told_what_is_missing(sentence: str, word: str):
    answer = understand(sentence)
    assert isinstance(answer, NotUnderstood)
    assert word in answer.reason


WORDS = [
    *("change", "make", "add", "remove", "replace", "create", "delete", "the", "heading", "title"),
    *("of", "on", "to", "page", "home", "about", "called", "saying", "and", "then", "with"),
    *("link", "navigation", "section", "paragraph", "text", "background", "light", "blue", "#fff"),
    *('"', "'", "“", "”", ":", ",", ".", "/", "\n", "{x}", "<b>", "\0", "0"),
]


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join) | st.text(max_size=200))
def test_no_sentence_is_ever_too_much(sentence: str):
    understand(sentence)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(WORDS), st.sampled_from(WORDS))
def test_a_long_sentence_takes_no_long_time(one: str, other: str):
    sentence = f"add a section called {one} {other} " * 100
    start = time.process_time()
    understand(sentence[:LONGEST])
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    ("begins", "goes_on", "ends"),
    [
        ("change the heading of", " ", "x"),
        ("add a to the menu", " and add b to the menu", " and use x"),
        ("", "in x, ", "x"),
    ],
)
def test_what_is_said_again_and_again_takes_no_long_time(begins: str, goes_on: str, ends: str):
    times = (LONGEST - len(begins) - len(ends)) // len(goes_on)
    start = time.process_time()
    understand(begins + goes_on * times + ends)
    assert time.process_time() - start < 3


def test_a_section_s_text_and_its_page_are_told_apart_in_no_long_time():
    start = time.process_time()
    understand("add a section called a" + ":" * 1300 + " to /" + "." * 1300 + " x")
    understand("show " + "/" * 1300 + "." * 1300 + " x")
    assert time.process_time() - start < 3


def test_blanks_are_one_and_lines_and_quotations_stay():
    assert understand("add a  section called  A  saying:  a \n\n\n b\t c") == (
        AddSection("A", "a\n\nb c"),
    )
    assert understand('replace  "a  b"  with "c  d"') == (ReplaceText("a  b", "c  d"),)
