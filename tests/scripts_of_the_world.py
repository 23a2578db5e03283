"""Chats in many scripts, made up letter by letter, and what somebody would type to find them again.

Shares no code with the program: what a word is, is said here once more, by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from world_truth import CHATGPT, CLAUDE, DEEPSEEK, PROVIDERS, Chat, Export, Kind, Piece, Turn, named
from worlds import World, write

START = 1_767_225_600.0
HAN = (
    "的一是不了人我在有他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对"
    "可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公"
    "同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正"
    "名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并"
    "内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表"
    "原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风"
    "战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫"
    "连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士"
    "转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像"
    "找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜"
    "离虽坏兴切试験載辺検査売読駅働込畑峠"
)
HIRAGANA = (
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん"
    "がぎぐげござじずぜぞだでどばびぶべぼぱぴぷぺぽっゃゅょ"
)
KATAKANA = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンガ"
    "ギグゲゴザジズゼゾダデドバビブベボパピプペポッャュョー"
)


@dataclass(frozen=True, slots=True)
class Script:
    """How a language is written here: how a word of it is made, what stands between words, what a query may be.

    `runs`: any run of so many letters is a query, wherever it begins; none where only whole words are.
    """

    name: str
    word: Callable[[Random], str]
    between: str = " "
    stops: str = ".,!?"
    runs: tuple[int, ...] = ()


def _of(letters: str, least: int = 2, most: int = 8) -> Callable[[Random], str]:
    return lambda rng: "".join(rng.choices(letters, k=rng.randint(least, most)))


def _syllables(*places: Sequence[str]) -> Callable[[Random], str]:
    def word(rng: Random) -> str:
        return "".join(rng.choice(place) for _ in range(rng.randint(1, 4)) for place in places)

    return word


def _english(rng: Random) -> str:
    parts = [_of("abcdefghijklmnopqrstuvwxyz", 3, 7)(rng) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
    kind = rng.choice(("snake", "dotted", "camel", "plain", "Plain"))
    match kind:
        case "snake":
            return "_".join(parts)
        case "dotted":
            return ".".join(parts)
        case "camel":
            return parts[0] + "".join(map(str.capitalize, parts[1:]))
        case "Plain":
            return parts[0].capitalize()
        case _:
            return parts[0]


def _japanese(rng: Random) -> str:
    return _of(rng.choice((HAN, HIRAGANA, KATAKANA)), 1, 6)(rng)


CHINESE = Script("Chinese", _of(HAN, 1, 7), "", "，。！？、《》：", runs=(1, 2, 3))
JAPANESE = Script("Japanese", _japanese, "", "、。「」！・", runs=(1, 2, 3))
SCRIPTS = (
    Script("English", _english),
    CHINESE,
    JAPANESE,
    Script(
        "Korean",
        lambda rng: "".join(chr(rng.randint(0xAC00, 0xD7A3)) for _ in range(rng.randint(1, 5))),
        runs=(1, 2, 3),
    ),
    Script("Russian", _of("абвгдежзийклмнопрстуфхцчшщъыьэюя")),
    Script("Greek", _of("αβγδεζηθικλμνξοπρστυφχψωάέήίόύώ")),
    Script("Arabic", _syllables("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", ("", "", "َ", "ِ", "ّ")), stops="،؛؟."),
    Script("Hebrew", _syllables("אבגדהוזחטיכלמנסעפצקרשת", ("", "", "ָ", "ִ")), stops=".,?־"),
    Script(
        "Hindi",
        _syllables("कखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह", ("", "ा", "ि", "ी", "ु", "े", "ो", "्र", "ं")),
        stops="।,?",
    ),
    Script(
        "Thai",
        _syllables("กขคงจชซดตถทนบปผพฟมยรลวสหอ", ("า", "ี", "ุ", "ะ", "ิ"), ("", "่", "้")),
        "",
        " ",
        runs=(1, 2, 3, 4),
    ),
    Script("German", _of("abcdefghijklmnopqrstuvwxyzäöüß")),
    Script("French", _of("abcdefghijklmnopqrstuvwxyzéèêëàâçîïôûùœ")),
    Script("Vietnamese", _of("abcdeghiklmnopqrstuvxyăâđêôơưáàảãạấầẩẫậéèẻẽẹếềểễệóòỏõọốồổỗộứừửữự")),
)


def text(rng: Random, script: Script, words: int) -> str:
    """So many words, with stops between some of them."""
    said = []
    for _ in range(words):
        said.append(script.word(rng))
        said.append(rng.choice(script.stops) + script.between if rng.random() < 0.2 else script.between)
    return "".join(said).strip()


def queries(rng: Random, said: str, script: Script, count: int) -> list[str]:
    """So many things that somebody may type to find a text again: words of it, or runs of its letters."""
    pieces = [each for each in re.split(rf"[\s{re.escape(script.stops)}]+", said) if each]
    found = []
    for _ in range(count):
        piece = rng.choice(pieces)
        if script.runs:
            length = min(len(piece), rng.choice(script.runs))
            at = rng.randint(0, len(piece) - length)
            piece = piece[at : at + length]
        found.append(piece)
    return found


@dataclass(frozen=True, slots=True)
class Said:
    """A message: the chat's provider and the message's id, its words, and the script they are in."""

    provider: str
    message: str
    text: str
    script: Script


def chats(seed: int, per_script: int = 2, turns: int = 4, words: int = 25) -> tuple[list[Chat], list[Said]]:
    """Chats of all three services in every script, and all that is said in them. Titles are in their script."""
    rng = Random(seed)
    made, said = [], []
    for number in range(per_script * len(SCRIPTS)):
        script = SCRIPTS[number % len(SCRIPTS)]
        provider = PROVIDERS[number % len(PROVIDERS)]
        chat = _chat(rng, script, provider, number, (turns, words))
        made.append(chat)
        said += [Said(provider, turn.id, turn.pieces[0].text, script) for turn in chat.turns]
    return made, said


def _chat(rng: Random, script: Script, provider: str, number: int, size: tuple[int, int]) -> Chat:
    name = named(provider, "chat in", script.name, number)
    begun = START + number * 600.0
    said: list[Turn] = []
    for at in range(size[0]):
        role = "assistant" if at % 2 else "user"
        words = (Piece(Kind.TEXT, text(rng, script, size[1])),)
        said.append(Turn(named(name, at), said[-1].id if said else "", role, begun + at * 10.0, words))
    return Chat(name, account(provider), begun, said[-1].time, text(rng, script, 3), tuple(said), said[-1].id)


def account(provider: str) -> str:
    """The one account of a service."""
    return "user-Ada0001" if provider == CHATGPT else named(provider, "Ada")


def exports(folder: Path, made: Sequence[Chat], number: int = 0) -> list[Path]:
    """The chats as downloads, an export of each service that has any."""
    paths = []
    for provider in (CHATGPT, CLAUDE, DEEPSEEK):
        held = tuple(chat for chat in made if chat.account == account(provider))
        if held:
            moment = START + (number + 1) * 30 * 86_400.0
            export = Export(number, provider, account(provider), moment, held)
            paths += [each.path for each in write(World(provider, (export,), {}), folder)]
    return paths
