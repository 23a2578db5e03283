"""The reader: the archive as pages on this computer, for a browser on this computer.

    guard       who may ask: host, origin, session, and the headers of every answer       rules are pure
    peers       whose connection it is, where the system tells
    outside     the page for those who are not let in
    session     the address and secret of a session; the one-time code that opens one
    attendance  whether anybody still reads; if not, the reader ends                      pure
    serving     the process: a listening socket, uvicorn, the end
    app         the application: pages behind the guard, errors in words
    tending     deriving and indexing, where no daemon does it
    opening     the archive and the state, opened for one request
    showing     a template with values becomes an answer; what is told once after a form
    recent      the conversations read last, put together once
    talk        a conversation as it is read: one branch, in pages                        pure
    comparing   two texts side by side                                                    pure
    forms       what a form says
    wording     times, numbers and names in words                                         pure
    pages/      one module a page; `pages/__init__.py` lists them
    templates/  Jinja2, escaping everything
    static/     one style sheet, small scripts without a build step

A page is a module in `pages/` with a list `ROUTES`, named in `pages.MODULES`; to stand in the navigation it is
named in `pages.NAVIGATION`, too. Its functions are plain ones, called in a thread of their own, so they may wait
for a disk:

    def imports(request: Request) -> Response:
        with archive_of(request) as archive:              # None where there is no archive yet
            ...
        return page(request, "imports.html", receipts=receipts)

    @posted                                               # the form's fields, read and capped
    def label(request: Request, form: Form) -> Response:
        ...
        tell(request, _("The label is kept."))            # shown once, on the page that comes next
        return forward(request, "home")

    ROUTES = [Route("/imports", imports), Route("/imports/label", label, methods=["POST"])]

The name of a route is its function's. In a template `link("name", id=…)` is its address, `asset("name")` that
of a file in `static/`; `{% extends "base.html" %}` gives landmarks, navigation and messages. Every text goes
through `_`; `_("…{n}…")|fill(n=…)` puts values in, escaped. Sizes, times and titles have filters (`wording`).

No address holds anything but ids, and every page has the same title: browsers remember and sync both. What is
sought is posted. The guard has checked host, origin and session before a page is called, for every method.
What changes something is a POST and answers with `forward`. Expected errors are `ChatholdError`s, raised; they
become a page. Pages work without JavaScript; a script only makes them quicker.
"""
