"""How long the reader's pages take, with very many chats and with a very long one.

    python tests/benchmarks/pages.py [--chats 50000] [--messages 5000] [--times 20]

makes an export of so many small chats and one of so many messages, imports it, and asks a running reader for its
pages, one after another, as a browser would. It prints what the reader took of the CPU for one page, and milliseconds
from the request to the last byte, the median and the slowest. The first time that a chat is asked for, it is put
together; after that it is remembered.
"""

from __future__ import annotations

import argparse
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import talks
from benchmarks.floors import python
from benchmarks.idle import cpu_seconds, memory
from benchmarks.processes import MB
from benchmarks.vocabulary import COMMON_ENGLISH
from chathold.address import HOST, Address
from chathold.core.identity import stable_id
from chathold.home import Home
from chathold.reader.session import COOKIE, Session

_WORDS = COMMON_ENGLISH.split()
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def words(random: Random, number: int) -> str:
    """Some words."""
    return " ".join(random.choices(_WORDS, k=number))


def export(path: Path, chats: int, messages: int) -> str:
    """Write the export; the id of the long chat."""
    random = Random(4)
    written = []
    for number in range(chats):
        talk = talks.Talk(f"chat-{number:06}", words(random, 5), talks.START - 1800 * number)
        written.append(talk)
        for turn in range(4):
            talk.say("assistant" if turn % 2 else "user", words(random, 60))
    long = talks.Talk("long", "long", talks.START)
    for turn in range(messages):
        text = f"**{words(random, 3)}**\n\n{words(random, 60)}\n\n```python\nprint({turn})\n```"
        long.say("assistant" if turn % 2 else "user", text if turn % 2 else words(random, 20))
    talks.write(path, [*written, long])
    return stable_id("chatgpt", "conversation", "long")


class Asking:
    """A browser, as far as it asks."""

    def __init__(self, at: Address, token: str) -> None:
        self._at = at
        self._headers = {"Cookie": f"{COOKIE}={token}", "Origin": f"http://{at.authority}"}

    def ask(self, path: str, **fields: str) -> int:
        """Ask for a page, with a form if there are fields; how many bytes came. Fails if it was not shown."""
        with closing(http.client.HTTPConnection(HOST, self._at.port, timeout=300)) as connection:
            if fields:
                connection.request(
                    "POST", f"/{self._at.prefix}/{path}", urlencode(fields), self._headers | _FORM
                )
            else:
                connection.request("GET", f"/{self._at.prefix}/{path}", headers=self._headers)
            answer = connection.getresponse()
            body = answer.read()
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status}")
        return len(body)


@dataclass(frozen=True, slots=True)
class Rows:
    """Prints a row for each page; `process` is the reader's folder in /proc."""

    process: Path
    times: int

    def timed(self, name: str, ask: Callable[[], int], times: int = 0) -> None:
        """Ask so many times, and print what it took."""
        taken, before = [], cpu_seconds(self.process)
        for _time in range(times or self.times):
            begun = time.perf_counter()
            size = ask()
            taken.append((time.perf_counter() - begun) * 1000)
        cpu = (cpu_seconds(self.process) - before) * 1000 / len(taken)
        figures = (
            f"{cpu:6.0f} ms {statistics.median(taken):6.0f} ms {max(taken):6.0f} ms {size / 1000:5.0f} kB"
        )
        print(f"{name:44} {figures}", flush=True)


def measure(home: Path, long: str, messages: int, times: int) -> None:
    """Start a reader, and ask."""
    command = [python(), "-m", "chathold.reader", "--home", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        url = reader.stdout.readline().strip()
        at = Address(int(url.split(":")[2].split("/")[0]), url.split("/")[3])
        asking = Asking(at, Session.of(at, Home.find(str(home)).state).token)
        rows = Rows(Path(f"/proc/{reader.pid}"), times)
        print(f"{'page':44} {'CPU':>9} {'median':>9} {'slowest':>9} {'size':>8}")
        rows.timed("overview", lambda: asking.ask(""))
        rows.timed("chats, first page", lambda: asking.ask("chats"))
        rows.timed("chats, page 400", lambda: asking.ask("chats?page=400"))
        for query in ("summer", "function data", "wh", "the"):
            ask = partial(asking.ask, "search/hits", q=query, incomplete="1")
            rows.timed(f"hits for {query!r}", ask)
        small = stable_id("chatgpt", "conversation", "chat-000077")
        rows.timed("a small chat", lambda: asking.ask(f"chat/{small}"))
        rows.timed(f"a chat of {messages} messages, the first time", lambda: asking.ask(f"chat/{long}"), 1)
        rows.timed(f"a chat of {messages} messages, its first page", lambda: asking.ask(f"chat/{long}"))
        last = -(-messages // 50)
        rows.timed("its last page", lambda: asking.ask(f"chat/{long}?page={last}"))
        rows.timed("its history", lambda: asking.ask(f"chat/{long}/history"))
        print(f"memory of the reader after that: {memory(Path(f'/proc/{reader.pid}')) / MB:.0f} MB")
        reader.terminate()


def main() -> None:
    """Make, import, measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--chats", type=int, default=50_000)
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path, home = Path(folder) / "export.zip", Path(folder) / "home"
        long = export(path, asked.chats, asked.messages)
        command = [python(), "-m", "chathold", "--home", str(home), "import", str(path)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "LANGUAGE": "en"})
        measure(home, long, asked.messages, asked.times)


if __name__ == "__main__":
    main()
