"""Studio spaces, whose volume costs whether an app runs or not."""

from __future__ import annotations

from mlcost_ext.aws.reader import cut

from .spec import Kind, Source

SUMMARIES = {
    "SpaceSettingsSummary": "SpaceSettings",
    "OwnershipSettingsSummary": "OwnershipSettings",
    "SpaceSharingSettingsSummary": "SpaceSharingSettings",
}
"""ListSpaces' names of what DescribeSpace calls otherwise."""

_STORAGE: cut.Cuts = {"EbsStorageSettings": cut.part({"EbsVolumeSizeInGb": cut.whole})}
SETTINGS: cut.Cuts = {"AppType": cut.text, "SpaceStorageSettings": cut.part(_STORAGE)}


def name_of(source: Source) -> str | None:
    """Give ``<DomainId>/<SpaceName>``."""
    domain_id, space_name = cut.text(source.get("DomainId")), cut.text(source.get("SpaceName"))
    return None if domain_id is None or space_name is None else f"{domain_id}/{space_name}"


def params_of(name: str) -> dict[str, str]:
    """Give the parameters that name one.

    Raises:
        ValueError: Where it has not two parts.
    """
    parts = name.split("/")
    if len(parts) != 2 or not all(parts):
        raise ValueError(f"{name} is no name of a space")
    return {"DomainId": parts[0], "SpaceName": parts[1]}


def with_full_names(source: Source) -> Source:
    """Call the members of a summary as DescribeSpace calls them."""
    return {SUMMARIES.get(key, key): value for key, value in source.items()}


KIND = Kind(
    kind="space",
    name_key="SpaceName",
    status_key="Status",
    is_job=False,
    listing="ListSpaces",
    listed="Spaces",
    describe="DescribeSpace",
    is_told_by_listing=True,
    prepare=with_full_names,
    name_of=name_of,
    params_of=params_of,
    cuts={
        "DomainId": cut.text,
        "SpaceName": cut.text,
        "Status": cut.text,
        "CreationTime": cut.time,
        "LastModifiedTime": cut.time,
        "SpaceSettings": cut.part(SETTINGS),
        "OwnershipSettings": cut.part({"OwnerUserProfileName": cut.text}),
        "SpaceSharingSettings": cut.part({"SharingType": cut.text}),
        "IsOurs": cut.flag,
    },
)
