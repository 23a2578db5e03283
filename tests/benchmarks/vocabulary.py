"""Words with the frequencies of real language: English, Chinese, Japanese and code, all made up.

The cost of an import depends on how often words repeat: the search index by their number, compression by
their frequencies. Each language is therefore one table of 65 536 slots, in which a word stands as often as it
is spoken (Zipf's law), punctuation included: drawing a word is indexing with two random bytes, and a gigabyte
of text takes seconds. Names and numbers, endless in real text too, are made while speaking.
"""

from __future__ import annotations

import functools
import itertools
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

SLOTS = 1 << 16
"""Size of a word table: what two random bytes can address."""

PHRASE_WORDS = 3.5
"""Words in a topic's phrase, on average."""

PUNCTUATED = 0.2
"""The share of words that may have something after them."""

TOPIC_SLOTS = 1 << 8
"""Size of a topic's table: what one random byte can address."""

COMMON_ENGLISH = (
    "the of and to a in is that for it you with on this as are be can your or if not from an use will by "
    "data function which value have code when at we but example here more one all has they was so their "
    "there what about would make like time only new some these then into no way could people my than first "
    "been its who now find long down day did get come made may part over know test file error check list "
    "return step need don’t it’s we’re you’ll naïve café résumé"
)

ENGLISH_WORDS = 30_000

COMMON_CHINESE = (
    "的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么"
    "心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现"
    "分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位"
    "因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师"
    "书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及"
    "今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术"
)
HIRAGANA = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん"
KATAKANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンガド"
EMOJI = ("😀", "🎉", "🚀", "✅", "🔥", "👍", "💡", "⚠️", "🤔", "❤️")

ONSETS = ("b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st", "tr", "pl", "")
NUCLEI = ("a", "e", "i", "o", "u", "ea", "ou", "ai", "io")
CODAS = ("", "", "n", "r", "s", "t", "l", "m", "ng", "nt", "st", "ck")

CODE_SHAPES = (
    "    {a}_{b} = self.{c}({b}, {n})",
    "    if {a} is None or {b} > {n}:",
    "        return {a}.{b}[{n}]",
    "def {a}_{b}({c}: int, **options: str) -> None:",
    "    for {a} in range(len({b})):",
    '        print(f"{a}: {{{b}}}")',
    "import {a}.{b}",
    "    const {a} = await {b}.{c}({{ id: {n} }});",
    "    # {a} {b} {c}",
    "SELECT {a}, {b} FROM {c} WHERE id = {n};",
    '    <div className="{a}-{b}" key={{{c}}}>',
    "$ {a} --{b} {n} | {c} -r",
)


@dataclass(frozen=True, slots=True)
class Language:
    """A word table, what stands between words, and the bytes of ASCII-escaped JSON a token of prose takes."""

    name: str
    joiner: str
    slots: tuple[str, ...]
    token_bytes: float


@dataclass(frozen=True, slots=True)
class Topic:
    """What a stretch of a talk is about: the phrases that return all the time, and pieces of code."""

    phrases: tuple[str, ...]
    names: tuple[str, ...]
    snippets: tuple[tuple[str, ...], ...]


def zipf(count: int, offset: float, exponent: float) -> list[float]:
    """Cumulative weights of `count` ranks by Zipf's law."""
    return list(accumulate(1 / (rank + offset) ** exponent for rank in range(count)))


@functools.cache
def english_words() -> tuple[str, ...]:
    """30 000 words, the most frequent first: real ones, then pronounceable ones that get longer."""
    random = Random("english")
    words = dict.fromkeys(COMMON_ENGLISH.split())
    sounds = (random.choices(choice, k=SLOTS * 2) for choice in (ONSETS, NUCLEI, CODAS))
    syllables = map("".join, zip(*sounds, strict=True))
    while len(words) < ENGLISH_WORDS:
        length = 1 + (len(words) > 700) + (len(words) > 4_000 and random.random() < 0.5)
        words["".join(itertools.islice(syllables, length))] = None
    return tuple(words)


@functools.cache
def chinese_words() -> tuple[str, ...]:
    """24 000 words of one to four characters, frequent characters first."""
    random = Random("chinese")
    rare = (chr(code) for code in random.sample(range(0x4E00, 0x9800), 2_400))
    characters = tuple(dict.fromkeys((*COMMON_CHINESE, *rare)))
    weights = zipf(len(characters), 12, 0.95)
    drawn = iter(random.choices(characters, cum_weights=weights, k=100_000))
    lengths = random.choices((1, 2, 3, 4), (15, 60, 15, 10), k=24_000)
    return tuple("".join(next(drawn) for _ in range(length)) for length in lengths)


@functools.cache
def japanese_words() -> tuple[str, ...]:
    """12 000 words: stems with their endings, and katakana."""
    random = Random("japanese")
    stems, endings = chinese_words()[:6_000], random.choices(HIRAGANA, k=3 * 12_000)
    katakana = random.choices(KATAKANA, k=3 * 12_000)
    return tuple(
        "".join(katakana[at : at + 2 + at // 3 % 5])
        if random.random() < 0.2
        else stems[at // 3 % 6_000] + "".join(endings[at : at + 1 + at // 3 % 3])
        for at in range(0, 3 * 12_000, 3)
    )


def spoken_english(word: str, following: str, chance: float, random: Random) -> str:
    """A word as it stands in running text: alone, before a comma, at the end of a sentence or paragraph."""
    if chance > 0.14:
        return word
    if chance > 0.085:
        return word + ","
    if chance > 0.022:
        return f"{word}{random.choice('....?!')} {following.capitalize()}"
    if chance > 0.010:
        return f"{word}.\n\n{following.capitalize()}"
    if chance > 0.004:
        return f"{word}.\n- **{following.capitalize()}**:"
    return f"{word}.\n\n## {following.capitalize()}" if chance > 0.002 else f"{word} {random.choice(EMOJI)}"


def spoken_east_asian(word: str, following: str, chance: float, random: Random) -> str:
    """The same without spaces, and now and then with a foreign word between."""
    if chance > 0.19:
        return word
    if chance > 0.09:
        return word + random.choice("，、")
    if chance > 0.03:
        return word + random.choice("。。。！？")
    if chance > 0.012:
        return f"{word}。\n\n{following}"
    if chance > 0.004:
        return f"{word} {random.choice(english_words()[:4_000])} "
    return f"{word}。\n- **{following}**：" if chance > 0.001 else word + random.choice(EMOJI)


@functools.cache
def language(name: str) -> Language:
    """The word table of `en`, `zh` or `ja`."""
    random = Random(f"table {name}")
    words = {"en": english_words, "zh": chinese_words, "ja": japanese_words}[name]()
    weights = zipf(len(words), 2.7, 1.05)
    speak = spoken_english if name == "en" else spoken_east_asian
    drawn = random.choices(words, cum_weights=weights, k=SLOTS)
    slots = list(drawn)
    for at in range(SLOTS):
        if (chance := random.random()) < PUNCTUATED:
            slots[at] = speak(drawn[at], drawn[-at], chance, random)
    joiner = " " if name == "en" else ""
    slot_bytes = escaped_bytes("".join(slots)) / SLOTS + len(joiner)
    return Language(name, joiner, tuple(slots), slot_bytes * (2 + PHRASE_WORDS) / 3)


def escaped_bytes(text: str) -> int:
    """How many bytes a text takes as an ASCII-escaped JSON string, newlines and quotes aside."""
    return len(text) if text.isascii() else 6 * len(text) - 5 * len(text.encode("ascii", "ignore"))


@functools.cache
def code_lines() -> tuple[str, ...]:
    """4 000 lines of code."""
    random = Random("code")
    names = random.choices(english_words(), cum_weights=zipf(ENGLISH_WORDS, 20, 0.9), k=12_000)
    return tuple(
        random.choice(CODE_SHAPES).format(a=a, b=b, c=c, n=random.randrange(1_000))
        for a, b, c in zip(names[::3], names[1::3], names[2::3], strict=True)
    )


@functools.cache
def topic_weights(count: int) -> tuple[float, ...]:
    """How often the phrases of a topic return, cumulated."""
    return tuple(zipf(count, 3, 1.0))


def topic(spoken: Language, random: Random) -> Topic:
    """A new topic: some eighty phrases of two to five words, names, and a few pieces of code."""
    drawn = [spoken.slots[slot] for slot in array("H", random.randbytes(2 * 240))]
    phrases = [spoken.joiner.join(drawn[at : at + 2 + at // 3 % 4]) for at in range(0, 236, 3)]
    lines = code_lines()
    return Topic(
        phrases=tuple(random.choices(phrases, cum_weights=topic_weights(len(phrases)), k=TOPIC_SLOTS)),
        names=tuple(english_words()[slot % 9_000] for slot in array("H", random.randbytes(2 * TOPIC_SLOTS))),
        snippets=tuple(tuple(random.choices(lines, k=random.randint(4, 24))) for _ in range(3)),
    )


def prose(spoken: Language, about: Topic, tokens: int, random: Random) -> str:
    """Running text of `tokens` tokens: every third a phrase of the topic, some numbers and new names."""
    words = [spoken.slots[slot] for slot in array("H", random.randbytes(2 * tokens))]
    replace(words, 1, 3, [about.phrases[at] for at in random.randbytes(tokens)])
    replace(words, 7, 47, list(map(str, array("H", random.randbytes(2 * tokens // 47 * 2 + 2)))))
    heads = [about.names[at] for at in random.randbytes(tokens // 61 + 1)]
    tails = random.choices(english_words(), k=len(heads))
    replace(words, 11, 61, [head + tail.capitalize() for head, tail in zip(heads, tails, strict=True)])
    return spoken.joiner.join(words)


def replace(words: list[str], start: int, step: int, by: Sequence[str]) -> None:
    """Put the words of `by` in the place of every `step`-th word from `start` on."""
    places = len(range(start, len(words), step))
    words[start::step] = by[:places]


def code(about: Topic, random: Random) -> str:
    """A fenced piece of code: one of the topic's, with a few lines changed, as talks about code repeat it."""
    lines = list(random.choice(about.snippets))
    for _ in range(random.randint(1, 4)):
        lines[random.randrange(len(lines))] = random.choice(code_lines())
    return "\n```python\n" + "\n".join(lines) + "\n```\n"
