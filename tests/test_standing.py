"""What the imported files prove together: export times, accounts, what is gone. Rules on plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chathold.core.absence import Gone, Question
from chathold.core.file_facts import FileFacts, Numbered, Sight
from chathold.core.identity import UNKNOWN
from chathold.core.standing import Standing, believable, bind, plain_name, standing

DAY = 86_400.0
NOW = 1_800_000_000.0


def sights(*records: int, time: float | None = None) -> tuple[Sight, ...]:
    """Conversations last active at `time`, or on days of their own."""
    return tuple(
        Sight(each, time or NOW - 100 * DAY + each * DAY, time or NOW - 100 * DAY + each * DAY)
        for each in records
    )


def file(number: int, *records: int, day: float | None = 0.0, **more: Any) -> FileFacts:
    """A file of an account, exported some days from now."""
    known = FileFacts(
        number,
        f"{number:04}",
        "chatgpt",
        names=frozenset({f"export-{number}.zip"}),
        folders=frozenset({"Downloads"}),
        name_times=() if day is None else (NOW + day * DAY,),
        owners=frozenset({"ada"}),
        sights=sights(*records),
    )
    return replace(known, **more)


def whole(number: int, *records: int, day: float | None = 0.0, **more: Any) -> FileFacts:
    """A file that is known to hold all chats of its account."""
    return file(number, *records, day=day, vouches=True, **more)


def judged(*files: FileFacts, own: dict[int, str] | None = None) -> Standing:
    """The answers for these files; in whatever order they came, they are the same."""
    answers = standing(files, own or {})
    assert standing(reversed(files), own or {}) == answers
    return answers


def gone(*files: FileFacts, own: dict[int, str] | None = None) -> dict[int, bool]:
    """The records that are gone, and whether that is confirmed."""
    return {record: each.confirmed for record, each in judged(*files, own=own).gone.items()}


@pytest.mark.parametrize(
    ("facts", "exported"),
    [
        ({"name_times": (9000 * DAY,), "member_time": 5 * DAY}, 5 * DAY),
        ({"name_times": (5 * DAY,), "member_time": 9000 * DAY}, 5 * DAY),
        ({"manifest_time": 9000 * DAY, "name_times": (5 * DAY,)}, 5 * DAY),
        ({"member_time": 9000 * DAY}, None),
        ({"member_time": 10 * DAY + 1}, 10 * DAY + 1),
    ],
)
def test_no_export_was_made_after_it_was_imported(facts: dict[str, Any], exported: float | None) -> None:
    """Whatever wrong clock wrote its date; a day or two are time zones."""
    assert judged(file(1, day=None, imported=9 * DAY, **facts)).exported == {1: exported}


def at(record: int, day: float) -> Sight:
    """A conversation in which somebody last spoke so many days from now."""
    return Sight(record, NOW + day * DAY, NOW + day * DAY)


def test_an_export_shows_the_span_that_it_shows() -> None:
    """What a later export says of its chats makes it cover no more, and no less."""
    first = whole(1, day=-60, sights=(at(1, -90), at(2, -70), at(3, -80)), within_span=True)
    lacking = whole(2, day=-50, sights=(at(1, -90), at(2, -70)), within_span=True)
    later = whole(3, day=-10, sights=(at(1, -11), at(2, -70)), within_span=True)
    assert gone(first, lacking) == gone(first, lacking, later) == {3: True}


def test_one_chat_makes_no_whole_export_newer() -> None:
    """A chat that comes alone and has gone on says nothing of how far the last whole export reaches."""
    last = whole(1, sights=(at(1, -5), at(2, -3)))
    alone = file(2, day=10, sights=(at(1, 9),))
    assert judged(last, alone).vouching["chatgpt/ada"].newest == NOW - 3 * DAY


# When an export was made.


@pytest.mark.parametrize(
    ("facts", "exported"),
    [
        ({"manifest_time": 5 * DAY, "name_times": (6 * DAY,), "member_time": 7 * DAY}, 5 * DAY),
        ({"name_times": (6 * DAY,), "member_time": 7 * DAY}, 6 * DAY),
        ({"name_times": (8 * DAY, 6 * DAY), "member_time": 7 * DAY}, 6 * DAY),
        ({"name_times": (6 * DAY,), "member_time": 6.5 * DAY}, 6.5 * DAY),
        ({"name_times": (6 * DAY + 1,), "member_time": 6.5 * DAY}, 6 * DAY + 1),
        ({"member_time": 7 * DAY}, 7 * DAY),
        ({}, None),
    ],
    ids=[
        "manifest",
        "name",
        "the earlier of two names",
        "member on the day in the name",
        "name with its second",
        "member",
        "unknown",
    ],
)
def test_the_evidence_of_an_export_time(facts: dict[str, Any], exported: float | None) -> None:
    """A manifest's date counts first, then that in the name (its hour from a member), then a member's, if any."""
    assert judged(file(1, day=None, **facts)).exported == {1: exported}


@pytest.mark.parametrize(
    ("inside", "exported"),
    [(-1.0, 0.0), (0.5, 0.5), (1.9, 1.9), (3.0, 0.0), (4000.0, 0.0)],
    ids=["older", "the same day", "the next day", "too late to be true", "far off"],
)
def test_an_export_is_not_older_than_what_is_in_it(inside: float, exported: float) -> None:
    """A date without an hour or zone is moved up to the newest plausible time inside, not to a false one."""
    found = judged(file(1, sights=sights(1, time=NOW + inside * DAY)))

    assert found.exported == {1: NOW + exported * DAY}


def test_a_part_has_its_manifests_time() -> None:
    """The manifest that lists a part dates it, whatever the part's members say."""
    manifest = file(1, day=None, manifest_time=NOW, lists=("conversations-000.zip",))
    part = file(2, 1, day=None, names=frozenset({"conversations-000.zip"}), member_time=NOW + DAY)

    assert judged(manifest, part).exported == {1: NOW, 2: NOW}


@pytest.mark.parametrize(
    ("time", "exported", "expected"),
    [(None, 5.0, False), (5.0, None, True), (5.0, 5.0, True), (6.0, 5.0, False)],
)
def test_a_time_after_the_export_is_not_believed(
    time: float | None, exported: float | None, *, expected: bool
) -> None:
    """What changed later than its export was made did not; where that is not known it may be true."""
    assert believable(time, exported) is expected


# Parts.


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("conversations-000.zip", "conversations-000.zip"),
        ("conversations-000 (1).zip", "conversations-000.zip"),
        ("conversations-000(12).zip", "conversations-000.zip"),
        ("folder (2)", "folder"),
        ("a (1) b.zip", "a (1) b.zip"),
    ],
)
def test_a_browsers_number_is_no_name(name: str, plain: str) -> None:
    """A second copy's number is not part of the name; brackets elsewhere are."""
    assert plain_name(name) == plain


MANIFEST = file(1, day=None, manifest_time=NOW, lists=("users-000.zip", "conversations-000.zip"))
USERS = file(2, day=None, names=frozenset({"users-000.zip"}), member_time=NOW)


def talks(number: int, *records: int, day: float | None = 0.0, folder: str = "Downloads") -> FileFacts:
    """A part with conversations, its members made some days from the manifest; without a users file."""
    return file(
        number,
        *records,
        day=None,
        names=frozenset({f"conversations-000{' (1)' if number % 2 else ''}.zip"}),
        folders=frozenset({folder}),
        member_time=None if day is None else NOW + day * DAY,
        conversations=True,
        part_of=True,
        owners=frozenset(),
    )


def test_parts_are_found_by_name_and_date() -> None:
    """Of parts of one name that belongs to the manifest which is nearest to it in time; others are missing."""
    near, far = talks(3, 1, day=1), talks(4, 2, day=9)
    found = bind(MANIFEST, [MANIFEST, near, far])

    assert (set(found.files), found.missing, found.ambiguous) == ({3}, ("users-000.zip",), ())


def test_parts_too_far_off_belong_elsewhere() -> None:
    """A part of the right name from another month is not this export's."""
    assert bind(MANIFEST, [talks(3, 1, day=30)]).missing == MANIFEST.lists


def test_equally_near_parts_are_ambiguous() -> None:
    """Where two different files could be meant, neither is chosen, and nothing is vouched for."""
    found = judged(MANIFEST, USERS, talks(3, 1), talks(4, 2), file(9, 1, 2, 3, day=-9))

    assert [(set(each.files), each.ambiguous) for each in found.sets] == [({2}, ("conversations-000.zip",))]
    assert found.gone == {}


@pytest.mark.parametrize(("folder", "found"), [("Downloads", {3}), ("elsewhere", set())])
def test_undated_parts_are_found_in_the_same_folder(folder: str, found: set[int]) -> None:
    """Without dates a part belongs to the manifest beside which it was seen."""
    assert bind(MANIFEST, [talks(3, 1, day=None, folder=folder)]).files == found


def test_another_service_has_no_part_in_it() -> None:
    """A file of the same name from another service is never bound."""
    assert bind(MANIFEST, [replace(talks(3, 1), provider="claude")]).files == frozenset()


def batch(number: int, *records: int, day: float = 0.0, place: int | None = None, **more: Any) -> FileFacts:
    """One of the numbered files of the export of a day."""
    name = Numbered(f"data-{day:g}-batch-", number)
    return whole(
        place or 10 + number, *records, day=day, numbered=name, conversations=True, within_span=True, **more
    )


def test_numbered_files_are_one_export_together() -> None:
    """What lies in one of them is not gone because the other lacks it; their chats are counted together."""
    answers = judged(batch(0, 1, 2), batch(1, 3, 4))

    assert answers.gone == {}
    assert answers.vouching["chatgpt/ada"].chats == 4
    assert [(set(each.files), each.missing) for each in answers.sets] == [({10, 11}, ())]


def test_an_export_that_may_leave_out_what_is_older_says_since_when_it_covers() -> None:
    """That is when the oldest chat in it was last spoken in; one of all chats covers whatever there was."""
    assert judged(whole(1, 1, 2, within_span=True)).vouching["chatgpt/ada"].oldest == NOW - 99 * DAY
    assert judged(whole(1, 1, 2)).vouching["chatgpt/ada"].oldest is None


def test_a_number_tells_of_those_before_it() -> None:
    """Without them the export is not whole, and nothing is gone because it lacks it; alone, the first is as any."""
    answers = judged(whole(1, 1, 2, 3, day=-30), batch(1, 3))

    assert answers.gone == {}
    assert answers.vouching["chatgpt/ada"].time == NOW - 30 * DAY
    assert [(each.names, each.missing) for each in answers.sets] == [
        (("data-0-batch-0000.zip", "data-0-batch-0001.zip"), ("data-0-batch-0000.zip",))
    ]
    assert gone(whole(1, 1, 2, 3, day=-30), batch(0, 1, 3)) == {2: True}
    assert judged(batch(0, 1)).sets == ()


def test_numbered_files_of_which_some_chats_were_not_read_vouch_for_nothing() -> None:
    """The same as with any other export, though its other files were read whole."""
    assert gone(whole(1, 1, 2, 3, day=-30), batch(0, 1), batch(1, 3)) == {2: True}
    assert gone(whole(1, 1, 2, 3, day=-30), batch(0, 1), batch(1, 3, read_whole=False)) == {}


def test_exports_of_other_times_have_numbers_of_their_own() -> None:
    """A batch of one export does not stand in for one of another."""
    answers = judged(batch(0, 1), batch(1, 2, day=30))

    assert [each.missing for each in answers.sets] == [("data-30-batch-0000.zip",)]


# Whose it is.


def test_the_id_in_the_record_counts_first() -> None:
    """What a record says of its owner outweighs the file's users list and the user's own word."""
    answers = judged(file(1, 7, owners=frozenset({"ada"}), given="bob"), own={7: "eve"})

    assert answers.record_account == {7: "eve"}
    assert answers.file_account == {1: "ada"}


@pytest.mark.parametrize(
    ("facts", "own", "account"),
    [
        ({"owners": frozenset({"ada"})}, {}, "ada"),
        ({"owners": frozenset({"ada", "bob"}), "given": "bob"}, {}, "bob"),
        ({"owners": frozenset(), "given": "ada"}, {8: "bob"}, "ada"),
        ({"owners": frozenset()}, {8: "bob"}, "bob"),
        ({"owners": frozenset()}, {}, UNKNOWN),
        ({"owners": frozenset({"ada", "bob"})}, {}, UNKNOWN),
    ],
    ids=["users file", "a team's", "given", "by another record", "nobody", "one of two"],
)
def test_the_account_of_a_file(facts: dict[str, Any], own: dict[int, str], account: str) -> None:
    """The users file, else what the user says, else the one account its records name, else nobody."""
    assert judged(file(1, 7, 8, **facts), own=own).record_account[7] == account


def test_parts_share_their_users_file() -> None:
    """The users file of a manifest's set names the owner of all its parts."""
    assert judged(MANIFEST, USERS, talks(4, 1)).file_account == {1: "ada", 2: "ada", 4: "ada"}


def test_files_that_share_chats_share_their_account() -> None:
    """A loose file belongs to the one account named among the files it shares chats with, over any number."""
    loose: dict[str, Any] = {"owners": frozenset(), "day": None}
    first, second, third = file(1, 1, 2), file(2, 2, 3, **loose), file(3, 3, 4, **loose)

    assert judged(first, second, third).record_account == {1: "ada", 2: "ada", 3: "ada", 4: "ada"}
    assert judged(second, third).file_account == {2: UNKNOWN, 3: UNKNOWN}


def test_two_accounts_settle_nothing() -> None:
    """A loose file that shares chats with two accounts is of neither."""
    bobs = file(2, 2, owners=frozenset({"bob"}))
    answers = judged(file(1, 1), bobs, file(3, 1, 2, 3, day=None, owners=frozenset()))

    assert answers.file_account[3] == UNKNOWN
    assert answers.record_account == {1: "ada", 2: "bob", 3: UNKNOWN}


def test_the_newest_file_has_the_last_word() -> None:
    """A chat in files of two accounts is of the one whose export is newer."""
    assert judged(file(1, 1, day=2), file(2, 1, day=1, owners=frozenset({"bob"}))).record_account == {
        1: "ada"
    }


def test_names_of_files_decide_nothing() -> None:
    """However a file and its folder are called, its account is what its content says."""
    named = file(1, 1, names=frozenset({"ada.zip"}), folders=frozenset({"ada"}), owners=frozenset())

    assert judged(named, file(2, 2)).record_account[1] == UNKNOWN


# What is gone.


def test_a_chat_that_a_whole_export_lacks_is_gone() -> None:
    """It is gone since that export; what is in it is not, nor what was seen later."""
    answers = judged(whole(1, 1, 2, 3), whole(2, 1, 2, day=30))

    assert answers.gone == {3: Gone(NOW + 30 * DAY, confirmed=True)}
    assert answers.vouching["chatgpt/ada"].time == NOW + 30 * DAY
    assert answers.vouching["chatgpt/ada"].chats == 2


def test_it_is_gone_since_the_first_that_lacks_it() -> None:
    """Later exports that lack it, too, do not change since when."""
    answers = judged(whole(1, 1, 2, 3), whole(2, 1, 2, day=30), whole(3, 1, 2, day=60))

    assert answers.gone == {3: Gone(NOW + 30 * DAY, confirmed=True)}


def test_two_exports_of_one_day_stand_in_order() -> None:
    """Of names that tell the day alone, the members tell which export was the later one."""
    today: dict[str, Any] = {"name_times": (20_000 * DAY,)}
    morning = whole(1, 1, 2, 3, **today, member_time=20_000.3 * DAY)
    evening = whole(2, 1, 2, **today, member_time=20_000.8 * DAY)

    assert gone(morning, evening) == {3: True}
    assert gone(replace(morning, member_time=None), replace(evening, member_time=None)) == {}


@pytest.mark.parametrize(
    "later",
    [
        file(2, 1, 2, day=30),
        whole(2, 1, 2, day=None),
        whole(2, 1, 2, day=-30),
        whole(2, 1, 2, day=30, provider="deepseek"),
        whole(2, 4, 5, day=30, owners=frozenset({"bob"})),
    ],
    ids=["not whole", "of unknown time", "older", "another service", "another account"],
)
def test_what_does_not_vouch_marks_nothing_gone(later: FileFacts) -> None:
    """Absence counts only in a whole, later, dated export of the same account."""
    assert gone(whole(1, 1, 2, 3), later) == {}


def test_what_is_back_is_not_gone() -> None:
    """A chat that any later export holds again is there, even in a loose file."""
    assert gone(whole(1, 1, 2, 3), whole(2, 1, 2, day=30), file(3, 3, day=60)) == {}


def test_documents_are_never_gone() -> None:
    """Only conversations can be missed: what documents an export holds varies."""
    paper = replace(sights(3)[0], talk=False)

    assert gone(whole(1, sights=(*sights(1, 2), paper)), whole(2, 1, 2, day=30)) == {}


def test_an_unknown_account_misses_nothing() -> None:
    """Of chats of which nobody knows whose they are nobody can say that they are missing."""
    nobody: dict[str, Any] = {"owners": frozenset()}

    assert gone(whole(1, 1, 2, **nobody), whole(2, 1, day=30, **nobody)) == {}


def export_of(number: int, count: int, day: float) -> FileFacts:
    """A whole export of so many chats."""
    return whole(number, *range(1, count + 1), day=day)


@pytest.mark.parametrize(
    ("counts", "confirmed", "unconfirmed"),
    [
        ((10, 5), 5, 0),
        ((10, 4), 0, 6),
        ((30, 24), 6, 0),
        ((30, 23), 0, 7),
        ((40, 32), 8, 0),
        ((10, 4, 4), 6, 0),
        ((10, 4, 9), 1, 0),
        ((10, 4, 10), 0, 0),
        ((10, 4, 3), 7, 0),
        ((10, 4, 0), 0, 10),
        ((10, 4, 0, 4), 6, 0),
        ((5, 0), 5, 0),
    ],
    ids=[
        "five may be",
        "six of ten",
        "a fifth",
        "more than a fifth",
        "exactly a fifth of forty",
        "agreed",
        "one of them agreed",
        "all back",
        "agreed and one more",
        "an empty one agrees with everything",
        "agreed after an empty one",
        "five of five",
    ],
)
def test_one_export_is_not_believed_of_many(counts: Sequence[int], confirmed: int, unconfirmed: int) -> None:
    """More than a fifth and more than five missing at once wait until a later export agrees."""
    found = gone(*(export_of(number, count, number * 30.0) for number, count in enumerate(counts)))

    assert (sum(found.values()), len(found) - sum(found.values())) == (confirmed, unconfirmed)


def test_many_gone_at_once_are_asked_about() -> None:
    """Of the export that says so alone, with the numbers; not once another agrees, or they are back."""
    (asked,) = judged(export_of(0, 10, 0), export_of(1, 4, 30)).questions

    assert asked == Question("chatgpt", "ada", 1, NOW + 30 * DAY, held=4, known=10, lacking=6)
    assert judged(export_of(0, 10, 0), export_of(1, 5, 30)).questions == ()
    assert judged(export_of(0, 10, 0), export_of(1, 4, 30), export_of(2, 4, 60)).questions == ()
    assert judged(export_of(0, 10, 0), export_of(1, 4, 30), export_of(2, 10, 60)).questions == ()


@pytest.mark.parametrize(("said", "confirmed"), [(True, 6), (False, 0)])
def test_the_user_s_answer_settles_it(*, said: bool, confirmed: int) -> None:
    """Yes makes them gone, no leaves it to a later export; either is asked for once only."""
    answers = judged(export_of(0, 10, 0), replace(export_of(1, 4, 30), deleted=said))

    assert answers.questions == ()
    assert sum(each.confirmed for each in answers.gone.values()) == confirmed
    assert len(answers.gone) == 6


def test_an_answer_is_about_its_export_alone() -> None:
    """A later export that lacks many more is asked about by itself; what is back is not gone."""
    answers = judged(export_of(0, 30, 0), replace(export_of(1, 20, 30), deleted=True), export_of(2, 9, 60))
    (asked,) = answers.questions

    assert (asked.file, asked.lacking) == (2, 11)
    assert sum(each.confirmed for each in answers.gone.values()) == 10
    assert gone(export_of(0, 10, 0), replace(export_of(1, 4, 30), deleted=True), export_of(2, 10, 60)) == {}


def test_a_needless_answer_changes_nothing() -> None:
    """About an export that lacks little, or vouches for nothing."""
    for one in (export_of(1, 8, 30), file(1, 1, 2, day=30)):
        assert judged(export_of(0, 10, 0), one) == judged(export_of(0, 10, 0), replace(one, deleted=True))


def test_of_two_answers_about_one_export_yes_counts() -> None:
    """An export in several files may be answered for twice."""
    parts = [
        file(
            number,
            *range(number, number + 2),
            day=30,
            names=frozenset({f"conversations-{number:03}.zip"}),
            conversations=True,
            provider="claude",
            member_time=NOW + 30 * DAY,
            within_span=True,
        )
        for number in (1, 3)
    ]
    manifest = FileFacts(
        9,
        "0009",
        "claude",
        folders=frozenset({"Downloads"}),
        manifest_time=NOW + 30 * DAY,
        lists=("conversations-001.zip", "conversations-003.zip"),
    )
    before = whole(
        0, *range(1, 21), day=0, provider="claude", sights=sights(*range(1, 21), time=NOW - 97 * DAY)
    )
    for first, second, open_ in ((None, None, 1), (True, False, 0), (False, True, 0), (False, None, 0)):
        answers = judged(
            before, manifest, replace(parts[0], deleted=first), replace(parts[1], deleted=second)
        )
        assert len(answers.questions) == open_
        confirmed = [each.confirmed for each in answers.gone.values()]
        assert all(confirmed) is (True in (first, second))
        assert len(confirmed) == 16


def test_a_span_vouches_within_itself() -> None:
    """An export of a span of time says nothing of chats that were last active before or after it."""
    first = whole(1, 1, 2, 3, 4, 5)

    assert gone(first, whole(2, 2, 4, day=30, within_span=True)) == {3: True}
    assert gone(first, whole(2, day=30, within_span=True)) == {}


def test_a_set_vouches_only_if_no_conversations_are_missing() -> None:
    """Parts vouch together: with all conversation parts, whatever else is missing; else not at all."""
    first = whole(1, 1, 2, 3, day=-30)
    manifest = replace(MANIFEST, id=5, hash="0005", lists=("conversations-000.zip", "projects-000.zip"))
    other = replace(manifest, lists=("conversations-000.zip", "conversations-001.zip"))

    assert gone(first, manifest, talks(6, 1, 2)) == {3: True}
    assert gone(first, other, talks(6, 1, 2)) == {}
    assert gone(first, talks(6, 1, 2)) == {}


# Order.

TIMES = st.none() | st.integers(-40, 40).map(lambda day: NOW + day * DAY)
NUMBERS = st.integers(1, 9)
FACTS = st.builds(
    lambda **facts: FileFacts(id=0, hash="", provider="chatgpt", **facts),
    names=st.frozensets(st.sampled_from(["conversations-000.zip", "conversations-000 (1).zip", "a.zip"])),
    folders=st.frozensets(st.sampled_from(["x", "y"])),
    manifest_time=TIMES,
    name_times=st.lists(TIMES.filter(lambda time: time is not None), max_size=2).map(tuple),
    member_time=TIMES,
    vouches=st.booleans(),
    within_span=st.booleans(),
    conversations=st.booleans(),
    lists=st.sampled_from([(), (), ("conversations-000.zip",), ("conversations-000.zip", "b.zip")]),
    owners=st.frozensets(st.sampled_from(["ada", "bob"]), max_size=2),
    given=st.sampled_from(["", "", "bob"]),
    sights=st.lists(
        st.builds(
            lambda record, newest, time: Sight(record, newest, time, record > 2), NUMBERS, TIMES, TIMES
        ),
        max_size=6,
        unique_by=lambda sight: sight.record,
    ).map(tuple),
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(FACTS, max_size=5),
    st.permutations(range(5)),
    st.dictionaries(st.integers(1, 9), st.sampled_from(["ada", "eve"]), max_size=3),
)
def test_the_order_of_imports_does_not_matter(
    facts: list[FileFacts], places: list[int], own: dict[int, str]
) -> None:
    """The same facts, imported in another order and so numbered otherwise, give the same answers."""
    files = [replace(each, id=number, hash=f"{number:04}") for number, each in enumerate(facts)]
    moved = [
        replace(files[place], id=number + 50) for number, place in enumerate(places) if place < len(files)
    ]
    hashes = {each.id: each.hash for each in (*files, *moved)}
    one, other = standing(files, own), standing(moved, own)

    assert {hashes[each]: time for each, time in one.exported.items()} == {
        hashes[each]: time for each, time in other.exported.items()
    }
    assert {hashes[each]: account for each, account in one.file_account.items()} == {
        hashes[each]: account for each, account in other.file_account.items()
    }
    assert (one.record_account, one.gone, one.vouching) == (other.record_account, other.gone, other.vouching)
    assert [
        (hashes[each.manifest], {hashes[part] for part in each.files}, each.missing) for each in one.sets
    ] == [(hashes[each.manifest], {hashes[part] for part in each.files}, each.missing) for each in other.sets]


@settings(max_examples=40, deadline=None)
@given(st.lists(FACTS, max_size=5))
def test_gone_is_only_what_was_there(facts: list[FileFacts]) -> None:
    """What is gone was in some export of a known account, and is in none since; nothing else is said."""
    files = [replace(each, id=number, hash=f"{number:04}") for number, each in enumerate(facts)]
    answers = standing(files, {})
    for record, found in answers.gone.items():
        holders = [each for each in files if record in {sight.record for sight in each.sights}]
        assert holders
        assert answers.record_account[record] != UNKNOWN
        assert all((answers.exported[each.id] or 0.0) < found.since for each in holders)
