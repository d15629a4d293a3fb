"""Each local check by itself, in surroundings made up for it."""

import json
import site
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from mlcost_ext.cli.doctor import (
    home as home_check,
)
from mlcost_ext.cli.doctor import (
    host,
    kernel_environments,
    kernel_startup,
    kernels_now,
    labextension,
    policy,
    prices,
    region,
    server_extension,
    switch,
)
from mlcost_ext.core.host import Host
from mlcost_ext.policy_files import layer_paths
from mlcost_ext.policy_files.told import STALE
from mlcost_ext.prices import snapshot
from tests.fakes import NOW
from tests.prices.kept import keep

from .conftest import EXTENSION, write


def only(results):
    """Give the one result there is."""
    (result,) = results
    return result


def test_extension_switched_off(installed, around):
    """A server extension that is switched off is mended by one command."""
    path = installed / "config/jupyter_server_config.json"
    write(path, {"ServerApp": {"jpserver_extensions": {"mlcost_ext": False}}})
    (installed / "config/jupyter_server_config.d/mlcost_ext.json").unlink()
    result = only(server_extension.check(around()))
    assert (result.status, result.hint) == ("fail", "jupyter server extension enable mlcost_ext")


def test_extension_that_cannot_be_imported(installed, around, monkeypatch):
    """What keeps the server half from loading is named."""
    monkeypatch.setitem(sys.modules, "mlcost_ext.server.app", None)
    result = only(server_extension.check(around()))
    assert result.status == "fail"
    assert "mlcost_ext.server.app" in result.message


def test_labextension_of_another_version(installed, around):
    """Both versions are named."""
    path = installed / "data/labextensions" / EXTENSION / "package.json"
    write(path, {**json.loads(path.read_text()), "version": "0.0.1"})
    result = only(labextension.check(around()))
    assert result.status == "fail"
    assert "0.0.1" in result.message
    assert "pip install" in result.hint


def test_labextension_switched_off(installed, around):
    """An extension that JupyterLab has switched off is mended by one command."""
    page = {"disabledExtensions": {EXTENSION: True}}
    write(installed / "config/labconfig/page_config.json", page)
    result = only(labextension.check(around()))
    assert (result.status, result.hint) == ("fail", f"jupyter labextension enable {EXTENSION}")


@pytest.mark.parametrize(("value", "status"), [("1", "warn"), ("yes", "warn"), ("0", "ok"), ("", "ok")])
def test_switch(around, value, status):
    """MLCOST_DISABLE is said, and how to take it back."""
    assert only(switch.check(around(env={"MLCOST_DISABLE": value}))).status == status


def test_startup_file_in_the_environment(installed, around):
    """The startup file where IPython reads it is fine."""
    assert only(kernel_startup.check(around())).status == "ok"


def test_startup_file_missing(home, around, monkeypatch):
    """Without the file, it is named with the command that puts it back."""
    monkeypatch.setattr(site, "getuserbase", lambda: str(home / "user"))
    monkeypatch.setattr(sys, "base_prefix", str(home / "base"))
    result = only(kernel_startup.check(around()))
    assert result.status == "fail"
    assert str(home / "prefix/etc/ipython/startup/50-mlcost.py") in result.message
    assert "pip install --force-reinstall" in result.hint


def test_startup_file_of_a_user_installation(home, around, monkeypatch):
    """`pip install --user` puts it where IPython does not look; the mend is a copy."""
    monkeypatch.setattr(site, "getuserbase", lambda: str(home / "user"))
    write(home / "user/etc/ipython/startup/50-mlcost.py", "")
    result = only(kernel_startup.check(around()))
    assert "pip install --user" in result.message
    assert f"cp {home}/user/etc/ipython/startup/50-mlcost.py {home}/ipython/profile_default/startup" in result.hint


def test_startup_file_copied_into_the_profile(home, around):
    """After that mend the check is content."""
    write(home / "ipython/profile_default/startup/50-mlcost.py", "")
    assert only(kernel_startup.check(around())).status == "ok"


def test_startup_file_below_a_virtual_environment(home, around, monkeypatch):
    """A virtual environment on top of an installation is told apart."""
    monkeypatch.setattr(site, "getuserbase", lambda: str(home / "user"))
    monkeypatch.setattr(sys, "base_prefix", str(home / "base"))
    write(home / "base/etc/ipython/startup/50-mlcost.py", "")
    result = only(kernel_startup.check(around()))
    assert "below this virtual environment" in result.message
    assert result.hint.startswith("/prefix/bin/python -m pip install")


def kernelspec(home, name, *argv, language="python"):
    """Write a kernel specification."""
    write(home / "data/kernels" / name / "kernel.json", {"argv": argv, "display_name": name, "language": language})


def test_kernels_of_other_environments_are_named(home, around):
    """A kernel whose Python is another environment is named with both mends; other languages are left alone."""
    kernelspec(home, "torch", "/envs/torch/bin/python", "-m", "ipykernel_launcher")
    kernelspec(home, "rust", "/usr/bin/evcxr", language="rust")
    results = [r for r in kernel_environments.check(around()) if "torch" in r.message]
    assert only(results).hint == "/envs/torch/bin/python -m pip install mlcost-ext, or %load_ext mlcost_ext in its notebooks"


def test_kernels_that_load_it_there_too(home, around):
    """An environment with a startup file of its own notes its launches."""
    kernelspec(home, "torch", str(home / "torch/bin/python3.12"), "-m", "ipykernel_launcher")
    write(home / "torch/etc/ipython/startup/50-mlcost.py", "")
    assert not [r for r in kernel_environments.check(around(python=sys.executable)) if "torch" in r.message]


def test_kernels_started_by_another_command(home, around):
    """Where the command is no Python, it is said that nothing can be told."""
    kernelspec(home, "conda", "/opt/conda/bin/conda", "run", "-n", "x", "python", "-m", "ipykernel_launcher")
    results = [r for r in kernel_environments.check(around()) if "'conda'" in r.message]
    assert "cannot be told" in only(results).message


def test_running_kernels(around, left_behind):
    """What a live server has noticed is passed on; a dead one's word does not count."""
    row = {"code": "kernels_unguarded", "message": "2 Python kernels are unguarded.", "hint": "Restart them."}
    assert only(kernels_now.check(around())).status == "info"
    left_behind(NOW - timedelta(hours=1), "dead", data_quality=[row])
    assert only(kernels_now.check(around())).status == "info"
    left_behind(NOW, "live")
    assert only(kernels_now.check(around())).status == "ok"
    left_behind(NOW, "live", data_quality=[row])
    result = only(kernels_now.check(around()))
    assert (result.status, result.message, result.hint) == ("warn", row["message"], row["hint"])


def test_laptop_without_a_type(around):
    """A laptop is no fault; how to name its type is said."""
    result = only(host.check(around()))
    assert result.status == "info"
    assert "session_instance_type" in result.hint


def test_studio_host(around, studio_host):
    """A Studio space is recognised by name."""
    result = only(host.check(around(host=studio_host)))
    assert (result.status, "notes" in result.message) == ("ok", True)


@pytest.mark.parametrize(("region_id", "status"), [("us-east-1", "ok"), (None, "fail"), ("nowhere", "fail")])
def test_region(around, region_id, status):
    """A region that is missing or none fails."""
    assert only(region.check(around(host=Host(kind="local", region_id=region_id)))).status == status


def test_home_that_is_not_there_yet(home, around):
    """A folder that can be made is fine, and is not made by looking."""
    assert only(home_check.check(around())).status == "ok"
    assert not (home / "mlcost").exists()


def test_home_open_to_others(home, around):
    """A folder that others can open is a warning with the command that closes it."""
    (home / "mlcost").mkdir(mode=0o700)
    assert only(home_check.check(around())).status == "ok"
    (home / "mlcost").chmod(0o755)
    result = only(home_check.check(around()))
    assert (result.status, result.hint) == ("warn", f"chmod 700 {home / 'mlcost'}")


def test_home_that_cannot_be_written(home, around, monkeypatch):
    """A folder that cannot be written fails, there or not."""
    monkeypatch.setattr("os.access", lambda *_: False)
    assert only(home_check.check(around())).status == "fail"
    (home / "mlcost").mkdir()
    assert only(home_check.check(around())).status == "fail"


def test_home_that_is_a_file(home, around):
    """A file in the folder's place fails."""
    write(home / "mlcost", "")
    assert only(home_check.check(around())).status == "fail"


def test_prices_as_shipped(around):
    """The shipped snapshot is whole and covers the region."""
    whole, covered, listed = prices.check(around())
    assert (whole.status, covered.status) == ("ok", "ok")
    assert (listed.name, listed.status) == ("prices_list", "info")
    assert "pricing:GetProducts" in listed.message
    assert listed.hint == "/prefix/bin/python -m mlcost_ext.cli prices refresh --region us-east-1"


@pytest.mark.parametrize(("days", "status"), [(0, "ok"), (31, "warn")])
def test_aws_own_list(around, days, status):
    """Fresh is fine; after a month it is said, with the command that mends it."""
    here = around()
    keep(here.home, {("Training", "ml.m5.xlarge"): "0.23"}, as_of=(NOW - timedelta(days=days)).date().isoformat())
    listed = prices.check(here)[2]
    assert (listed.status, listed.hint is None) == (status, status == "ok")


def test_a_damaged_list_of_aws(around):
    """It is said, and what mends it."""
    here = around()
    keep(here.home, {("Training", "ml.m5.xlarge"): "0.23"})
    (here.home / "prices" / "us-east-1.json").write_text("{}")
    assert prices.check(here)[2].status == "warn"


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [("- {percent_off: 12}", "ok", "1 contracted rates"), ("- {percent_off: many}", "fail", "line 1")],
)
def test_contracted_rates(around, text, status, said):
    """How many there are, or the first fault."""
    here = around()
    here.home.mkdir(parents=True, exist_ok=True)
    (here.home / "rates.yaml").write_text(text)
    rates = prices.check(here)[3]
    assert (rates.name, rates.status) == ("prices_rates", status)
    assert said in rates.message


def test_prices_of_long_ago(around):
    """Old prices are a warning, and the mend is an upgrade."""
    whole = prices.check(around(now=NOW + timedelta(days=2000)))[0]
    assert (whole.status, whole.hint) == ("warn", "/prefix/bin/python -m pip install --upgrade mlcost-ext")


def test_prices_that_were_changed(home, around, monkeypatch):
    """A changed file is noticed, as is a missing snapshot."""
    for path in snapshot.DATA.iterdir():
        (home / "prices").mkdir(exist_ok=True)
        (home / "prices" / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(snapshot, "DATA", home / "prices")
    assert prices.check(around())[0].status == "ok"
    with (home / "prices/us-east-1.json").open("a") as file:
        file.write(" ")
    assert only(prices.check(around())).message == "The price snapshot is not as it was shipped."
    monkeypatch.setattr(snapshot, "DATA", Path("/nowhere"))
    assert only(prices.check(around())).message == "The price snapshot is missing."


@pytest.mark.parametrize(("region_id", "status"), [(None, "info"), ("xx-nowhere-1", "warn")])
def test_region_without_prices(around, region_id, status):
    """A region that the snapshot does not cover is said."""
    assert prices.check(around(host=Host(kind="local", region_id=region_id)))[1].status == status


@pytest.fixture
def layer(home, around, monkeypatch):
    """Be a machine without a policy of its own; give the place of the user's, which is written by `layer(text)`."""
    monkeypatch.setattr(layer_paths, "SYSTEM", home / "etc" / "policy.yaml")
    monkeypatch.setattr(sys, "prefix", str(home / "prefix"))
    file = home / ".config/mlcost/policy.yaml"
    return lambda text: (write(file, text), file)[1]


def test_without_a_policy(around, layer):
    """The built-in one holds, and nothing is made by looking."""
    here = around()
    result = only(policy.check(here))
    assert (result.status, result.hint) == ("info", None)
    assert "the built-in policy holds" in result.message
    assert not here.home.exists()


def test_policy_that_is_valid(home, around, layer):
    """Its layers are named, most authority first; what switches all off is a warning."""
    file, named = layer("version: 1"), home / "named.yaml"
    write(named, "version: 1")
    env = {"MLCOST_POLICY": str(named)}
    result = only(policy.check(around(env=env)))
    assert (result.status, result.message) == ("ok", f"Layers, most authority first: {named}, {file}.")
    write(named, "version: 1\ndisable: true")
    result = only(policy.check(around(env=env)))
    assert (result.status, result.hint) == ("warn", f"Take disable: true out of {named}.")


def test_policy_with_faults(around, layer):
    """The first three with their places, each with its mend, and the command that names all."""
    file = layer("version: 1\nrules:\n" + "".join(f"  MC10{n}: {{verdict: yes}}\n" for n in (1, 3, 4, 5)))
    whole, *faults = policy.check(around())
    assert (whole.name, whole.status) == ("policy", "fail")
    assert "what they say does not count" in whole.message
    assert whole.hint == f"Mend the 4 faults; /prefix/bin/python -m mlcost_ext.cli policy check {file} names every one."
    assert [each.message for each in faults] == [f"{file}:{line}:20: yes is no verdict." for line in (3, 4, 5)]
    assert {(each.name, each.status) for each in faults} == {("policy_fault", "fail")}
    assert faults[0].hint.startswith("Write one of off, shadow")


def test_policy_that_is_stale(around, layer):
    """What was good before stays in force, and that is said."""
    here = around()
    here.home.mkdir(mode=0o700)
    layer("version: 1\nrules: {MC101: {verdict: block}}")
    assert only(policy.check(here)).status == "ok"
    layer("version: 1\nrules: {MC101: {verdict: blok}}")
    whole, fault = policy.check(here)
    assert (whole.status, whole.message) == ("fail", STALE)
    assert fault.hint == "Write block."
    layer("version: 1")
    assert only(policy.check(here)).status == "ok"


def test_policy_that_was_named_and_is_not_there(home, around, layer):
    """It is broken, not absent."""
    whole, fault = policy.check(around(env={"MLCOST_POLICY": str(home / "a b.yaml")}))
    assert (whole.status, fault.status) == ("fail", "fail")
    assert f"policy check '{home}/a b.yaml' names" in whole.hint
    assert fault.message.startswith(f"{home}/a b.yaml: ")


def test_home_in_a_folder_that_may_not_be_entered(home, around, monkeypatch):
    """A closed folder above it is named; nothing is said about what lies in it."""
    closed, exists = home / "closed", Path.exists

    def as_a_stranger(path):
        if closed in path.parents:
            raise PermissionError(13, "Permission denied", str(path))
        return exists(path)

    closed.mkdir()
    monkeypatch.setattr(Path, "exists", as_a_stranger)
    monkeypatch.setattr("os.access", lambda path, mode: path != closed)
    result = only(home_check.check(around(home=closed / "costs" / "mlcost")))
    assert (result.status, result.message.endswith(f"{closed} is closed to you.")) == ("fail", True)


def test_running_kernels_in_a_folder_that_may_not_be_read(around, monkeypatch):
    """Nothing is known then, and that is said."""

    def closed(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "glob", closed)
    result = only(kernels_now.check(around()))
    assert (result.status, "Permission denied" in result.message) == ("warn", True)
