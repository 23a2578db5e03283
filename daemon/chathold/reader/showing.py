"""A template and values become an answer."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chathold.core.saying import sentences
from chathold.core.texts import _, language, ngettext
from chathold.reader import wording
from chathold.reader.opening import reader_of

_TEMPLATES = Path(__file__).parent / "templates"


def page(request: Request, template: str, *, status_code: int = 200, **values: Any) -> Response:
    """The page that a template makes of these values."""
    from chathold.reader.pages import MORE, NAVIGATION  # noqa: PLC0415 - the pages stand on this module

    reader = reader_of(request)
    told = []
    while reader.told:
        told.append(reader.told.popleft())
    shown = (
        _environment()
        .get_template(template)
        .render(
            **values,
            link=lambda name, **ids: link(request, name, **ids),
            asset=lambda name: link(request, "static", path=name),
            here=request.url.path,
            navigation=[(name, _(label)) for name, label in NAVIGATION],
            more=[(name, _(label)) for name, label in MORE],
            told=told,
            lang=language().replace("_", "-"),
            now=reader.wall(),
            trying=reader.trying,
        )
    )
    return HTMLResponse(shown, status_code)


def part(request: Request, template: str, **values: Any) -> Response:
    """A piece of a page, for a script that puts it into one; it shows no messages."""
    shown = (
        _environment()
        .get_template(template)
        .render(**values, link=lambda name, **ids: link(request, name, **ids), now=reader_of(request).wall())
    )
    return HTMLResponse(shown)


def link(request: Request, name: str, **ids: Any) -> str:
    """The address of the page of this name, as a path."""
    return str(request.app.url_path_for(name, **{key: str(value) for key, value in ids.items()}))


def forward(request: Request, name: str, **ids: Any) -> Response:
    """Have the browser go on to another page, once a form has done its work."""
    return RedirectResponse(link(request, name, **ids), 303)


def tell(request: Request, words: str, *, trouble: bool = False) -> None:
    """Say something once, on the page that is shown next."""
    reader_of(request).told.append((words, trouble))


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {"_": _, "ngettext": ngettext, "sentences": sentences}
    made.filters |= {"fill": fill} | wording.FILTERS
    return made


def fill(text: str, **values: Any) -> Markup:
    """A translated text with its placeholders filled, escaped; values that are markup stay so."""
    return Markup("{}").format(text) if not values else Markup.escape(text).format(**values)
