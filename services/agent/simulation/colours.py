"""What people call colours and what has one, and how well one can be read on another."""

from __future__ import annotations

import re

PARTS = {
    "accent": "accent accents primary brand theme highlight main",
    "background": "background backgrounds backdrop page site website everything",
    "borders": "border borders line lines outline outlines",
    "buttons": "button buttons",
    "button text": "button-text text-on-buttons text-of-buttons buttons-text",
    "footer": "footer footers page-footer bottom-bar",
    "header": "header headers navbar navigation menu top-bar navigation-bar menu-bar nav-bar",
    "headings": "heading headings headline headlines title titles h1 h2 h3",
    "links": "link links hyperlinks",
    "muted text": "muted-text secondary-text muted",
    "cards": "card cards box boxes panel panels surface surfaces",
    "text": "text texts font fonts writing letters words paragraph paragraphs copy body-text",
}
"""Every part of a page that has a colour, and the words for it (a hyphen is a space)."""

_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)
_FUNCTION = re.compile(r"(?:rgb|hsl|hwb|lab|lch|oklab|oklch)a?\([0-9a-z%.,/ +-]{1,60}\)", re.I)
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*,?\s*(\d{1,3})\s*,?\s*(\d{1,3})\b[^%]*\)", re.I)

_CSS = """
aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc
bisque ffe4c4 black 000000 blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a
burlywood deb887 cadetblue 5f9ea0 chartreuse 7fff00 chocolate d2691e coral ff7f50
cornflowerblue 6495ed cornsilk fff8dc crimson dc143c cyan 00ffff darkblue 00008b darkcyan 008b8b
darkgoldenrod b8860b darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9 darkkhaki bdb76b
darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc darkred 8b0000
darksalmon e9967a darkseagreen 8fbc8f darkslateblue 483d8b darkslategray 2f4f4f
darkslategrey 2f4f4f darkturquoise 00ced1 darkviolet 9400d3 deeppink ff1493 deepskyblue 00bfff
dimgray 696969 dimgrey 696969 dodgerblue 1e90ff firebrick b22222 floralwhite fffaf0
forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff gold ffd700
goldenrod daa520 gray 808080 green 008000 greenyellow adff2f grey 808080 honeydew f0fff0
hotpink ff69b4 indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa
lavenderblush fff0f5 lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6 lightcoral f08080
lightcyan e0ffff lightgoldenrodyellow fafad2 lightgray d3d3d3 lightgreen 90ee90 lightgrey d3d3d3
lightpink ffb6c1 lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa
lightslategray 778899 lightslategrey 778899 lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00
limegreen 32cd32 linen faf0e6 magenta ff00ff maroon 800000 mediumaquamarine 66cdaa
mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db mediumseagreen 3cb371
mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc mediumvioletred c71585
midnightblue 191970 mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead
navy 000080 oldlace fdf5e6 olive 808000 olivedrab 6b8e23 orange ffa500 orangered ff4500
orchid da70d6 palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee palevioletred db7093
papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd powderblue b0e0e6
purple 800080 rebeccapurple 663399 red ff0000 rosybrown bc8f8f royalblue 4169e1
saddlebrown 8b4513 salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d
silver c0c0c0 skyblue 87ceeb slateblue 6a5acd slategray 708090 slategrey 708090 snow fffafa
springgreen 00ff7f steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347
turquoise 40e0d0 violet ee82ee wheat f5deb3 white ffffff whitesmoke f5f5f5 yellow ffff00
yellowgreen 9acd32
"""

# Words that people use and CSS has no name for.
_PLAIN = """
amber ffbf00 apricot fbceb1 babyblue 89cff0 brightblue 0096ff brightgreen 66ff00 brightred ee1c25
brightyellow fff300 burgundy 800020 charcoal 36454f copper b87333 cream fffdd0 darkbrown 5c4033
darkpink e75480 darkpurple 301934 darkteal 014d4e darkyellow b58b00 deepblue 00147e
deepgreen 02590f deeppurple 36013f deepred 850101 emerald 50c878 jade 00a86b lightbrown b5651d
lightorange fed8b1 lightpurple cbc3e3 lightred ff7f7f lightteal b2d8d8 lilac c8a2c8 mauve e0b0ff
mint 98ff98 mintgreen 98ff98 mustard e1ad01 navyblue 000080 offwhite faf9f6
paleblue d6eaf8 palepink fadadd paleyellow fdfd96 peach ffe5b4 periwinkle ccccff rose e8909c
ruby e0115f rust b7410e sage b2ac88 sagegreen b2ac88 sand e6d5b0 sapphire 0f52ba scarlet ff2400
taupe b38b6d terracotta e2725b ultramarine 3f00ff warmwhite fdf8f0 wine 722f37
"""


def _table(words: str) -> dict[str, str]:
    parts = words.split()
    return dict(zip(parts[::2], parts[1::2], strict=True))


_CSS_NAMES = _table(_CSS)
_PLAIN_NAMES = _table(_PLAIN)


def parse(words: str) -> str | None:
    """The CSS for a colour as people write it ("light blue", "#FFE", "rgb(1, 2, 3)"), or None."""
    text = " ".join(words.strip().strip(".!").split())
    if _HEX.fullmatch(text):
        return text.lower()
    if _FUNCTION.fullmatch(text):
        return text.lower()
    name = re.sub(r"[\s-]+", "", text.casefold())
    name = re.sub(r"colou?r$", "", name)
    name = re.sub(r"^(a|some|very)(?=(light|dark|deep|pale|bright))", "", name)
    if name in _CSS_NAMES:
        return name
    if name in _PLAIN_NAMES:
        return f"#{_PLAIN_NAMES[name]}"
    return None


def _rgb(colour: str) -> tuple[int, int, int] | None:
    text = " ".join(colour.split()).casefold()
    if match := _RGB.fullmatch(text):
        red, green, blue = (min(int(each), 255) for each in match.groups())
        return red, green, blue
    digits = _CSS_NAMES.get(text) or (text[1:] if _HEX.fullmatch(text) else "")
    if len(digits) in (3, 4):
        digits = "".join(each * 2 for each in digits)
    if not digits:
        return None
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def contrast(one: str, other: str) -> float | None:
    """WCAG's contrast ratio, 1 to 21; None where a colour is written in a way not read here."""
    first, second = _rgb(one), _rgb(other)
    if first is None or second is None:
        return None
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _luminance(rgb: tuple[int, int, int]) -> float:
    red, green, blue = (
        each / 255 / 12.92 if each <= 10 else ((each / 255 + 0.055) / 1.055) ** 2.4 for each in rgb
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
