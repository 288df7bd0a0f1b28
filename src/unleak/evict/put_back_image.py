"""Puts the tag of a container image back on the image that bore it before, where the attacker moved or removed it.

Nothing is taken away: the attacker's image gets a tag of ours, so that no lifecycle rule deletes it as one without any.
"""

from hashlib import sha256
from typing import Any

from unleak.aws.client import Client
from unleak.evict.asked import not_attributed, options_of
from unleak.model.errors import NotPossible
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import ByHand, Context

_AGAIN = "push it again from its source"


class PutBackImage:
    id = "put_back_image"
    title = "Put the tag back on the image that bore it"
    permissions = ("ecr:BatchGetImage", "ecr:PutImage", "ecr:DescribeImages", "ecr:BatchDeleteImage")
    breaking = True
    reversible = True
    deletes = False
    undone_by = "putting the tag where it was found, or taking it off: never off an image without another"
    by_hand = ByHand(
        console="ECR (region {region}) tells which images there are; tags can be moved with the AWS CLI only",
        cli="aws ecr batch-get-image --region {region} --repository-name NAME --image-ids imageDigest=BEFORE, "
        "then put-image --image-tag TAG --image-manifest with its manifest",
    )
    references = ("https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-retag.html",)

    def propose(self, context: Context, target: Target) -> Change | None:
        """Raises NotPossible where neither the trail nor a person says which image bore it, or where that is gone."""
        client, (repository, tag) = _ecr(context, target), _names(target)
        digest = self._before(context, target)
        if _image(client, repository, imageDigest=digest) is None:
            raise NotPossible(f"{digest} is not in {repository} any more", _AGAIN)
        present = _bearer(client, repository, tag)
        if present == digest:
            return None
        return Change(
            summary=f"put tag {tag} of {repository} back on {digest}",
            breaks=f"whatever is to run {present or 'nothing'} by that tag; what runs already goes on running",
            undo=f"put it on {present} again" if present else "take it off again",
            before={"digest": present},
            after={"digest": digest},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        """Raises NotPossible where somebody has moved it since it was shown."""
        client, (repository, tag) = _ecr(context, target), _names(target)
        now, found, digest = _bearer(client, repository, tag), change.before["digest"], change.after["digest"]
        if now == digest:
            return Outcome(OutcomeKind.DONE, change.summary)
        if now != found:
            raise NotPossible(f"tag {tag} of {repository} was moved since this was shown", "look at it anew")
        if found:
            _put(client, repository, found, _keeping(context, tag))
        _put(client, repository, digest, tag)
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        if change is None:
            return Look(Tri.YES, detail="it stood so before us")
        repository, tag = _names(target)
        now = _bearer(_ecr(context, target, fresh=True), repository, tag)
        is_back = now == change.after["digest"]
        return Look(Tri.YES if is_back else Tri.NO, detail=f"tag {tag} of {repository} is on {now or 'no image'}")

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        client, (repository, tag) = _ecr(context, target), _names(target)
        now, found = _bearer(client, repository, tag), str(change.before["digest"])
        if now == found:
            return Outcome(OutcomeKind.ALREADY, f"tag {tag} is on {found or 'no image'}, as it was found")
        if now != change.after["digest"]:
            return Outcome(OutcomeKind.ASK, f"tag {tag} of {repository} was moved since by somebody else")
        if not found and len(_tags(client, repository, now)) == 1:  # with its last tag an image is deleted
            return Outcome(OutcomeKind.ASK, f"{now} has no other tag: taking {tag} off would delete it")
        ours = _keeping(context, tag) if found else tag
        if found:
            _put(client, repository, found, tag)
        client.batch_delete_image(repositoryName=repository, imageIds=[{"imageTag": ours}])
        return Outcome(OutcomeKind.DONE, f"tag {tag} is on {found or 'no image'} again")

    def _before(self, context: Context, target: Target) -> str:
        """As a person says; else as the trail tells of the first time that the attacker moved it."""
        asked, (_, tag) = options_of(context, self.id, target).get("version", ""), _names(target)
        if asked:
            return asked
        of_repository, descent = target.id.rsplit(":", 1)[0], context.incident.descent
        known = descent.standing if descent else ()
        moved = [f for f in known if (f.arn, f.part) == (of_repository, f"image|{tag}")]
        if not moved:
            raise not_attributed(target)
        former = min(moved, key=lambda f: f.at).former
        if former is None or not former.get("imageDigest"):
            nobody = "nothing bore" if former == {} else "the trail does not tell which image bore"
            raise NotPossible(f"{nobody} tag {tag} before", f"ask with --option version=sha256:..., or {_AGAIN}")
        return str(former["imageDigest"])


def _names(target: Target) -> tuple[str, str]:
    """Repository and tag. Raises NotPossible for an image without one: what is deleted by its digest is gone."""
    repository, _, tag = target.id.split(":repository/", 1)[-1].partition(":")
    if not tag or ":" in tag:
        raise NotPossible(f"{target.name} is no tag", _AGAIN)
    return repository, tag


def _image(client: Client, repository: str, **named: str) -> dict[str, Any] | None:
    found: list[dict[str, Any]] = client.batch_get_image(repositoryName=repository, imageIds=[named])["images"]
    return found[0] if found else None


def _bearer(client: Client, repository: str, tag: str) -> str:
    """The digest of the image that bears it; empty where none does."""
    found = _image(client, repository, imageTag=tag)
    return str(found["imageId"]["imageDigest"]) if found else ""


def _tags(client: Client, repository: str, digest: str) -> list[str]:
    told = client.describe_images(repositoryName=repository, imageIds=[{"imageDigest": digest}])["imageDetails"]
    return [str(t) for detail in told for t in detail.get("imageTags", ())]


def _put(client: Client, repository: str, digest: str, tag: str) -> None:
    """Twice is once. Raises NotPossible where the image is gone."""
    image = _image(client, repository, imageDigest=digest)
    if image is None:
        raise NotPossible(f"{digest} is not in {repository} any more", _AGAIN)
    if _bearer(client, repository, tag) == digest:
        return
    kind = image.get("imageManifestMediaType")
    client.put_image(
        repositoryName=repository,
        imageManifest=image["imageManifest"],
        imageTag=tag,
        imageDigest=digest,
        **({"imageManifestMediaType": kind} if kind else {}),
    )


def _keeping(context: Context, tag: str) -> str:
    """Of ours, for what that tag was found on."""
    return f"{context.incident.name_of('found')}-{sha256(tag.encode()).hexdigest()[:8]}"


def _ecr(context: Context, target: Target, *, fresh: bool = False) -> Client:
    return context.aws.client(target.account, "ecr", target.region, fresh=fresh)


ACTION = PutBackImage()
