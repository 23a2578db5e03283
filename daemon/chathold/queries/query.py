"""A query understood: what FTS5 is to match, and which messages are wanted at all.

word            messages that have it (several: all of them)
"two words"     in this order, side by side
begin*          words that begin like this
a OR b, a NOT b, a -b, (a b) OR c
role:user       a filter: provider, account, role, model, title, since, until, has
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from chathold.core.errors import UsageError
from chathold.core.model import Role
from chathold.core.saying import listed
from chathold.core.texts import N_, _
from chathold.queries.lexing import Kind, Piece, pieces
from chathold.queries.wishes import Wish
from chathold.queries.words import words
from chathold.services import SERVICES

_DEEPEST = 20
_SHORTEST_BEGINNING = 2
_VALUES = {
    "provider": tuple(each.name for each in SERVICES),
    "role": tuple(each.value for each in Role),
    "has": ("code", "attachment"),
}
"""The filters that have only a few values."""

_HOW = N_('Words, "phrases", begin*, AND, OR, NOT and parentheses can be used.')


class Phrase(Struct, frozen=True):
    """Words that follow each other; with `prefix` the last may go on."""

    words: tuple[str, ...]
    prefix: bool = False

    @property
    def match(self) -> str:
        """As FTS5 wants it."""
        return f'"{" ".join(self.words)}"' + ("*" if self.prefix else "")


class Query(Struct, frozen=True):
    """A wish understood. `match` is for FTS5 ("": no words), `phrases` are what a snippet marks.

    `since` (included) and `until` (not included) are Unix seconds.
    """

    match: str = ""
    phrases: tuple[Phrase, ...] = ()
    provider: str = ""
    account: str = ""
    role: str = ""
    since: float | None = None
    until: float | None = None
    model: str = ""
    title: str = ""
    has: frozenset[str] = frozenset()
    newest: bool = False


def parse(wish: Wish, *, incomplete: bool = False) -> Query:
    """Understand a wish. With `incomplete` the last word is still being typed, and nothing at the end is a mistake.

    Raises `UsageError`, which says what is wrong, where, and how it is written.
    """
    parser = _Parser(wish.text, pieces(wish.text, incomplete=incomplete), incomplete=incomplete)
    match = parser.whole()
    wish = parser.filtered(wish)
    query = Query(
        match=match,
        phrases=tuple(parser.phrases),
        provider=_one_of("provider", wish.provider),
        account=wish.account,
        role=_one_of("role", wish.role),
        since=_day(wish.since, after=False),
        until=_day(wish.until, after=True),
        model=wish.model,
        title=wish.title,
        has=frozenset(_one_of("has", each) for each in wish.has),
        newest=wish.newest,
    )
    if not match and (parser.said_something or not _filters_anything(query)):
        raise UsageError(_("There is no word in this query."), place=wish.text.strip(), advice=_(_HOW))
    return query


def _filters_anything(query: Query) -> bool:
    return replace(query, newest=False) != Query()


class _Parser(Struct):
    """Recursive descent over pieces; what it returns is an expression of FTS5's, "" where nothing is left."""

    text: str
    pieces: list[Piece]
    incomplete: bool
    at: int = 0
    depth: int = 0
    phrases: list[Phrase] = field(default_factory=list)
    filters: dict[str, str] = field(default_factory=dict)
    has: frozenset[str] = frozenset()
    said_something: bool = False
    negative: bool = False

    def whole(self) -> str:
        """The whole query."""
        match = self._either()
        if self._next() is not None:
            self.at += 1
            raise self._wrong(_("A parenthesis is closed that was never opened."))
        return match

    def filtered(self, wish: Wish) -> Wish:
        """The wish with the filters that stood in its words."""
        filters: dict[str, Any] = {**self.filters, "has": wish.has | self.has}
        return replace(wish, **filters)

    def _next(self) -> Kind | None:
        return self.pieces[self.at].kind if self.at < len(self.pieces) else None

    def _either(self) -> str:
        found = [self._all()]
        while self._next() is Kind.OR:
            self.at += 1
            if self._next() in (None, Kind.CLOSE, Kind.OR, Kind.AND):
                self._dangling()
            found.append(self._all())
        found = [each for each in found if each]
        return f"({' OR '.join(found)})" if len(found) > 1 else "".join(found)

    def _all(self) -> str:
        """Everything up to an OR: what is wanted, less what is not."""
        wanted: list[str] = []
        unwanted: list[str] = []
        first = self.at
        while self._next() not in (None, Kind.OR, Kind.CLOSE):
            if self._next() is Kind.AND:
                self.at += 1
                if self.at - 1 == first or self._next() in (None, Kind.OR, Kind.CLOSE, Kind.AND):
                    self._dangling()
                continue
            negative = False
            while self._next() is Kind.NOT:
                self.at += 1
                negative = not negative
                if self._next() in (None, Kind.OR, Kind.AND, Kind.CLOSE):
                    self._dangling()
            if self._next() not in (None, Kind.OR, Kind.CLOSE, Kind.AND):
                (unwanted if negative else wanted).append(self._one(negative=negative))
        if self.at == first and (self.pieces or self.depth):
            self._dangling()
        return self._joined([each for each in wanted if each], [each for each in unwanted if each])

    def _joined(self, wanted: list[str], unwanted: list[str]) -> str:
        if unwanted and not wanted:
            raise UsageError(
                _("NOT can only take away from what other words find."),
                place=self._said(),
                advice=_("Add a word that is wanted, as in: wanted NOT unwanted."),
            )
        match = f"({' AND '.join(wanted)})" if len(wanted) > 1 else "".join(wanted)
        return f"({match} NOT ({' OR '.join(unwanted)}))" if unwanted else match

    def _one(self, *, negative: bool) -> str:
        piece = self.pieces[self.at]
        self.at += 1
        match piece.kind:
            case Kind.OPEN:
                return self._group(negative=negative)
            case Kind.FILTER:
                self._filter(piece, negative=negative)
                return ""
            case _:
                return self._phrase(piece, negative=negative)

    def _group(self, *, negative: bool) -> str:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self._wrong(_("Parentheses are nested too deep."))
        before = self.phrases
        self.phrases = [] if negative else before
        inner = self._either()
        self.phrases = before
        self.depth -= 1
        if self._next() is Kind.CLOSE:
            self.at += 1
        elif not self.incomplete:
            raise self._wrong(_("A parenthesis is not closed."))
        return inner

    def _filter(self, piece: Piece, *, negative: bool) -> None:
        if self.depth or negative:
            raise UsageError(
                _("A filter holds for the whole query."),
                place=self.text[piece.begin : piece.end],
                advice=_("Write it outside of parentheses, and without NOT."),
            )
        if self.incomplete and piece.last and not _is_value(piece):
            return
        if not piece.text:
            raise UsageError(
                _("A filter has no value."),
                place=self.text[piece.begin : piece.end],
                advice=_("Write the value right behind the colon, as in: role:user."),
            )
        if piece.name == "has":
            self.has |= {piece.text}
        else:
            self.filters[piece.name] = piece.text

    def _phrase(self, piece: Piece, *, negative: bool) -> str:
        found = tuple(words(piece.text))
        self.said_something = True
        if not found:
            return ""
        typing = self.incomplete and piece.last and len(found[-1]) >= _SHORTEST_BEGINNING
        phrase = Phrase(found, prefix=piece.prefix or typing)
        if not negative:
            self.phrases.append(phrase)
        return phrase.match

    def _dangling(self) -> None:
        if not self.incomplete:
            raise self._wrong(_("Something is missing beside AND, OR, NOT or between parentheses."))

    def _said(self) -> str:
        """The query as it was typed, as far as it was understood."""
        return self.text[: self.pieces[self.at - 1].end].strip() if self.at else ""

    def _wrong(self, title: str) -> UsageError:
        return UsageError(title, place=self._said(), advice=_(_HOW))


def _is_value(piece: Piece) -> bool:
    """Whether a filter's value can be meant as it stands."""
    try:
        if piece.name in _VALUES:
            _one_of(piece.name, piece.text)
        elif piece.name in ("since", "until"):
            _day(piece.text, after=False)
    except UsageError:
        return False
    return bool(piece.text)


def _one_of(name: str, value: str) -> str:
    known = _VALUES[name]
    if value and value.lower() not in known:
        raise UsageError(
            _("There is no such value of this filter."),
            place=f"{name}:{value}",
            advice=_("Use one of: {values}.").format(values=listed(known)),
        )
    return value.lower()


def _day(text: str, *, after: bool) -> float | None:
    """The moment in which a day, month or year begins where the user is; with `after`, in which the next begins."""
    if not text:
        return None
    for form in ("%Y-%m-%d", "%Y-%m", "%Y"):
        try:
            first = datetime.strptime(text, form)  # noqa: DTZ007 - a day as the user has it
            return _after(first, form).timestamp() if after else first.timestamp()
        except (ValueError, OverflowError, OSError):
            continue
    raise UsageError(
        _("This is no day."),
        place=text,
        advice=_("Write it as in: 2026-03-01, 2026-03 or 2026."),
    )


def _after(first: datetime, form: str) -> datetime:
    match form:
        case "%Y":
            return first.replace(year=first.year + 1)
        case "%Y-%m":
            return (first + timedelta(days=31)).replace(day=1)
        case _:
            return first + timedelta(days=1)
