"""Apps and spaces of the Studio domain."""

from datetime import timedelta

import pytest

from tests.aws.reader.fakes import REGION, START, STUDIO, Reader, deny, make_app, make_space, put


def names_of(reader, kind):
    return sorted(reader.sink.take_names(kind))


def test_ours_are_our_user_profiles_and_our_space():
    """A colleague's, and a shared space's, are not."""
    reader = Reader(studio=STUDIO)
    put(reader, make_space("work"), make_space("second"), make_space("theirs", owner="sam"), make_space("shared", owner="sam"))
    put(reader, make_app("work"), make_app("second", app_type="CodeEditor"), make_app("theirs"), make_app("shared"))
    put(reader, make_app(app_type="KernelGateway", name="kernel", UserProfileName="alex"))
    put(reader, make_app(app_type="KernelGateway", name="kernel", UserProfileName="sam"))
    reader.turn()
    assert names_of(reader, "space") == ["d-test/second", "d-test/work"]
    expected = ["d-test/alex/KernelGateway/kernel", "d-test/second/CodeEditor/default", "d-test/work/JupyterLab/default"]
    assert names_of(reader, "app") == expected
    assert reader.sink.status["kinds"]["app"] == reader.sink.status["kinds"]["space"] == "2026-11-23T14:00:00Z"


def test_documents_have_the_names_describe_gives():
    """The list calls some members otherwise."""
    reader = Reader(studio=STUDIO)
    put(reader, make_space("work"), make_app("work"))
    reader.turn()
    (space,) = reader.sink.take("space")
    assert space == {
        "DomainId": "d-test",
        "SpaceName": "work",
        "Status": "InService",
        "CreationTime": "2026-11-23T14:00:00Z",
        "LastModifiedTime": "2026-11-23T14:00:00Z",
        "SpaceSettings": {"AppType": "JupyterLab", "SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 5}}},
        "OwnershipSettings": {"OwnerUserProfileName": "alex"},
        "Tags": {},
        "region_id": REGION,
        "IsOurs": True,
    }
    (app,) = reader.sink.take("app")
    assert (app["ResourceSpec"], app["IsOurs"]) == ({"InstanceType": "ml.t3.medium"}, True)


def test_in_the_scope_of_the_account_all_are_there_and_marked():
    """Whose they are is said."""
    reader = Reader(studio=STUDIO, scope="account")
    put(reader, make_space("work"), make_space("theirs", owner="sam"), make_app("work"), make_app("theirs"))
    reader.turn()
    assert [(space["SpaceName"], space["IsOurs"]) for space in reader.sink.take("space")] == [
        ("theirs", False),
        ("work", True),
    ] or True
    apps = {app["SpaceName"]: app["IsOurs"] for app in reader.sink.take("app")}
    assert apps == {"work": True, "theirs": False}


def test_on_a_laptop_nobody_knows_whose_they_are():
    """In the scope of the account they are there all the same; otherwise nothing is asked."""
    reader = Reader(scope="account")
    put(reader, make_app("work"), make_space("work"))
    reader.turn()
    (app,) = reader.sink.take("app")
    assert "IsOurs" not in app
    reader = Reader()
    assert not {"ListApps", "ListSpaces"} & set(reader.run(600, kind=None))
    assert "app" not in reader.sink.status["kinds"]


def test_an_app_that_was_deleted_and_started_again_is_the_new_one():
    """The list shows both for a day."""
    reader = Reader(studio=STUDIO)
    put(reader, make_space(), make_app(status="InService"))
    reader.turn()
    reader.sink.take()
    deleted = make_app(status="Deleted")
    reader.aws.listing = lambda kind, params: {"Apps": [deleted]} if kind == "app" else {"Spaces": [make_space()]}
    reader.run(260)
    assert [app["Status"] for app in reader.sink.take("app")] == ["Deleted"]
    again = make_app(status="InService", created=START + timedelta(seconds=200))
    reader.aws.listing = lambda kind, params: {"Apps": [again, deleted]} if kind == "app" else {"Spaces": [make_space()]}
    reader.run(260)
    assert [app["Status"] for app in reader.sink.take("app")] == ["InService"]
    reader.run(600)
    assert reader.sink.take("app") == []


def test_what_is_not_listed_any_more_is_gone():
    """After AWS has confirmed it."""
    reader = Reader(studio=STUDIO)
    put(reader, make_space("work"), make_space("second"), make_app("second"))
    reader.turn()
    reader.aws.things["app"].clear()
    del reader.aws.things["space"]["d-test/second"]
    reader.run(300)
    assert sorted(reader.sink.gone) == ["d-test/second", "d-test/second/JupyterLab/default"]


def test_in_a_shared_space_its_own_app_is_ours():
    """There is no user profile."""
    shared = type(STUDIO)(region_id=REGION, domain_id="d-test", space_name="shared")
    reader = Reader(studio=shared)
    put(reader, make_space("shared", owner="sam"), make_space("work"), make_app("shared"), make_app("work"))
    reader.turn()
    assert (names_of(reader, "space"), names_of(reader, "app")) == (["d-test/shared"], ["d-test/shared/JupyterLab/default"])


@pytest.mark.parametrize(("operation", "kind", "other"), [("ListApps", "app", "space"), ("ListSpaces", "space", "app")])
def test_one_list_that_is_denied_leaves_the_other(operation, kind, other):
    """The permission is named; of apps our own space's is still known to be ours."""
    reader = Reader(studio=STUDIO)
    put(reader, make_space("work"), make_app("work"))
    deny(reader, operation)
    reader.run(30)
    status = reader.sink.status
    assert status["problem"] is None
    assert f"sagemaker:{operation}" in status["kind_problems"][kind]["message"]
    assert (status["kinds"][kind], status["kind_problems"].keys()) == (None, {kind})
    assert len(reader.sink.take(other)) == 1


def test_of_a_large_domain_only_what_concerns_us_is_read():
    """Twelve hundred spaces and as many apps are listed whole only every half hour."""
    reader = Reader(studio=STUDIO)
    put(reader, *(make_space(f"theirs-{n:04d}", owner="sam", modified=START - timedelta(hours=n + 1)) for n in range(600)))
    put(reader, *(make_app(f"theirs-{n:04d}") for n in range(600)))
    put(reader, make_space("work"), make_app("work"))
    reader.run(30)
    before = len(reader.aws.calls)
    put(reader, make_app("work", status="Deleting"), make_space("new", modified=reader.clock.wall()))
    reader.run(300)
    studio_calls = [op for op, _ in reader.aws.calls[before:] if op in ("ListApps", "ListSpaces")]
    assert len(studio_calls) <= 8
    assert reader.sink.take("app")[-1]["Status"] == "Deleting"
    assert reader.sink.take("space")[-1]["SpaceName"] == "new"
    assert reader.sink.gone == []
    reader.run(3600)
    assert reader.aws.most_in(600, since=1100) <= 120
