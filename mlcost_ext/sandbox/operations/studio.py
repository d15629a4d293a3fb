"""Create, describe, list, change and delete Studio domains and user profiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault, studio_not_found, validation
from mlcost_ext.sandbox.names import REGION_ID, sagemaker_arn
from mlcost_ext.sandbox.operations.listing import Listing, list_page
from mlcost_ext.sandbox.table import Table
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things import studio as kind
from mlcost_ext.sandbox.things.acts import Act
from mlcost_ext.sandbox.things.asked import asked, cut, given_tags
from mlcost_ext.sandbox.things.opening import opening
from mlcost_ext.sandbox.things.studio import Domain, UserProfile

Params = Mapping[str, Any]

_OPENED = ("studio-opened", REGION_ID)
_DOMAINS = Listing(kind="domain", answers="Domains", summary="DomainDetails", name="DomainName")
_PROFILES = Listing(
    kind="user-profile",
    answers="UserProfiles",
    summary="UserProfileDetails",
    name="UserProfileName",
    equals={"DomainIdEquals": "DomainId"},
    contains={"UserProfileNameContains": "UserProfileName"},
)


def studio_table(account: Account, kind: str, region_id: str) -> Table:
    """Give a table of Studio's things; the demo's own ones are in it from the first look on."""
    if _OPENED not in account.tables:
        account.tables[_OPENED] = Table()
        for thing in opening(account.opened_at):
            account.put(thing)
    return account.table(kind, region_id)


def create_domain(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Create a domain."""
    now, name = account.clock(), params["DomainName"]
    known = studio_table(account, "domain", region_id).all(now)
    if any(snapshot.peek("DomainName") == name for snapshot in known):
        raise Fault("ResourceInUse", f"Resource Already Exists: Domain with name {name} already exists. Choose a different name.")
    domain_id = f"d-{sha256(f'{region_id}/{name}/{now.isoformat()}'.encode()).hexdigest()[:12]}"
    arn = sagemaker_arn(region_id, f"domain/{domain_id}")
    domain = Domain(
        name=domain_id,
        region_id=region_id,
        tags={"sagemaker:domain-arn": arn, **given_tags(params)},
        acts=(kind.created(asked("CreateDomain", params), now, account.speed),),
    )
    account.put(domain)
    return cut("CreateDomainResponse", domain.describe(now).description)


def describe_domain(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Describe a domain."""
    return cut("DescribeDomainResponse", find_domain(account, params["DomainId"], region_id).description)


def list_domains(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer one page of domains."""
    studio_table(account, "domain", region_id)
    return list_page(_DOMAINS, account, params, region_id)


def update_domain(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Change a domain's settings."""
    snapshot = find_domain(account, params["DomainId"], region_id)
    change = {key: value for key, value in asked("UpdateDomain", params).items() if key != "DomainId"}
    change_in_service(account, snapshot, lambda before: {**before, **change})
    return {"DomainArn": snapshot.thing.arn}


def delete_domain(account: Account, params: Params, region_id: str) -> None:
    """Delete a domain nobody has a profile or a space in."""
    snapshot = find_domain(account, params["DomainId"], region_id)
    for other, word in (("user-profile", "UserProfile(s)"), ("space", "Space(s)")):
        mates = account.table(other, region_id).all(account.clock())
        if any(mate.peek("DomainId") == snapshot.name for mate in mates):
            raise associated("Domain", snapshot, word)
    delete(account, snapshot)


def create_user_profile(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Create a user profile."""
    now = account.clock()
    domain = find_domain(account, params["DomainId"], region_id)
    profile = UserProfile(
        domain_id=params["DomainId"],
        user_profile_name=params["UserProfileName"],
        region_id=region_id,
        tags={"sagemaker:domain-arn": domain.thing.arn, **given_tags(params)},
        acts=(kind.created(asked("CreateUserProfile", params), now, account.speed),),
    )
    if account.table("user-profile", region_id).get(profile.name, now) is not None:
        raise Fault("ResourceInUse", f"UserProfile [{profile.arn}] already exists.")
    account.put(profile)
    return {"UserProfileArn": profile.arn}


def describe_user_profile(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Describe a user profile."""
    snapshot = find_profile(account, params["DomainId"], params["UserProfileName"], region_id)
    return cut("DescribeUserProfileResponse", snapshot.description)


def list_user_profiles(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer one page of user profiles."""
    studio_table(account, "user-profile", region_id)
    return list_page(_PROFILES, account, params, region_id)


def update_user_profile(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Change a user profile's settings."""
    snapshot = find_profile(account, params["DomainId"], params["UserProfileName"], region_id)
    change = cut("UpdateUserProfileRequest", asked("UpdateUserProfile", params))
    change_in_service(account, snapshot, lambda before: {**before, **change})
    return {"UserProfileArn": snapshot.thing.arn}


def delete_user_profile(account: Account, params: Params, region_id: str) -> None:
    """Delete the profile of somebody who has neither apps nor spaces any more."""
    now = account.clock()
    snapshot = find_profile(account, params["DomainId"], params["UserProfileName"], region_id)
    profile: UserProfile = snapshot.thing
    for app in account.table("app", region_id).all(now):
        is_of_it = (app.peek("DomainId"), app.peek("UserProfileName")) == (profile.domain_id, profile.user_profile_name)
        if is_of_it and app.peek("Status") != "Deleted":
            raise associated("UserProfile", snapshot, "App(s)")
    for space in account.table("space", region_id).all(now):
        owner = (space.peek("OwnershipSettings") or {}).get("OwnerUserProfileName")
        if (space.peek("DomainId"), owner) == (profile.domain_id, profile.user_profile_name):
            raise associated("UserProfile", snapshot, "Space(s)")
    delete(account, snapshot)


def find_domain(account: Account, domain_id: str, region_id: str) -> Snapshot:
    """Find a domain.

    Raises:
        Fault: ``ResourceNotFound``.
    """
    snapshot = studio_table(account, "domain", region_id).get(domain_id, account.clock())
    if snapshot is None:
        raise studio_not_found(f"Domain [{sagemaker_arn(region_id, f'domain/{domain_id}')}]")
    return snapshot


def find_profile(account: Account, domain_id: str, name: str, region_id: str) -> Snapshot:
    """Find a user profile.

    Raises:
        Fault: ``ResourceNotFound``, also where there is no such domain.
    """
    find_domain(account, domain_id, region_id)
    snapshot = account.table("user-profile", region_id).get(f"{domain_id}/{name}", account.clock())
    if snapshot is None:
        raise studio_not_found(f"UserProfile [{sagemaker_arn(region_id, f'user-profile/{domain_id}/{name}')}]")
    return snapshot


def change_in_service(account: Account, snapshot: Snapshot, change: Callable[[Params], Params]) -> None:
    """Change a domain, a profile or a space that is in service."""
    status = snapshot.description["Status"]
    if status != "InService":
        raise validation(f"[{snapshot.thing.arn}] is in status {status} and can not be updated.")
    thing = snapshot.thing
    before = next(act.target for act in reversed(thing.acts) if act.target is not None)
    _act(account, snapshot, kind.updated(change(before), account.clock(), account.speed))


def delete(account: Account, snapshot: Snapshot) -> None:
    """Delete a domain, a profile or a space; asked twice is as good as once."""
    if snapshot.description["Status"] != "Deleting":
        _act(account, snapshot, kind.deleted(account.clock(), account.speed))


def associated(what: str, snapshot: Snapshot, others: str) -> Fault:
    """Refuse to delete what others still need."""
    return Fault("ResourceInUse", f"Unable to delete {what} [{snapshot.thing.arn}] because {others} are associated with it.")


def _act(account: Account, snapshot: Snapshot, act: Act) -> None:
    account.put(replace(snapshot.thing, acts=(*snapshot.thing.acts, act)))
