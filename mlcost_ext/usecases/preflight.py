"""Preflight: what all rules together say of a launch before it is sent, and what mends it. Nothing is sent anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.estimate import Estimate, Finding, FindingVerdict
from mlcost_ext.core.evidence import Evidence
from mlcost_ext.core.merge_patch import merged, patch_between
from mlcost_ext.core.policy import Policy, RuleSettings, is_over
from mlcost_ext.core.region import checked_region
from mlcost_ext.core.rule import Objection, Proposal, Rule, Unsure

from .alternatives import cheaper, fitting, priced
from .estimating import Costed, Estimator, checked_kind, seconds_of_hours
from .judged import (
    MAX_TEXT,
    Judged,
    Key,
    Mend,
    Raised,
    assumed,
    built_in,
    cut,
    decision_of,
    is_on_spot,
    is_own_doubt,
    is_within,
    is_worse,
    mildest,
    next_to_mend,
    saving_of,
    uncapitalised,
    without,
)
from .tag_filling import filled, tags_of

FIX_ROUNDS = 4
"""So often what a fix causes is mended in its turn; one that still causes something is none."""
COMBINED_ROUNDS = 16
Types = dict[tuple[str, ...], tuple[str, ...]]
UNSURE = "It could not be judged: {}"
UNSURE_HINT = "The policy's when_unsure is warn, so this by itself stops nothing; `mlcost doctor` says what is out of reach."
NOT_LAUNCHED = "The policy's when_unsure is block, so it is not launched; `mlcost doctor` says what is out of reach."


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What does not change while one launch is judged."""

    kind: str
    region_id: str
    given: Decimal | None
    """Seconds that one run is expected to take."""
    now: datetime
    overridden: Collection[str]
    """Rules that are not held against it this once."""
    counts_spot: bool = False
    """Whether what Spot saves on average counts even where the runtime is known by its limit alone: of what is mended, where
    the request itself is not on Spot."""
    defaulted: frozenset[str] = frozenset()
    """Keys of tags that nobody gave: the policy's defaults."""


class Preflight:
    """Judge launches by a policy.

    Args:
        estimator: Tells what they cost.
        rules: All that there are; their order does not matter.
        policy: What is in force.
        evidence: What is known of earlier launches, and of where data is.
        types: What was looked up of types by one before it, at the same prices; None: nothing.
    """

    def __init__(
        self, estimator: Estimator, rules: Sequence[Rule], policy: Policy, evidence: Evidence, types: Types | None = None
    ) -> None:
        self.policy = policy
        self._estimator, self._evidence = estimator, evidence
        self._rules = tuple(sorted(rules, key=lambda rule: rule.id))
        self._types: Types = {} if types is None else types

    def judge(
        self,
        kind: str | None,
        request: Mapping[str, Any],
        region_id: str,
        *,
        now: datetime,
        hours: Decimal | None = None,
        tags: Mapping[str, str] | None = None,
        overridden: Collection[str] = (),
        defaulted: Collection[str] = (),
    ) -> Judged:
        """Say what is wrong with a launch, and what is to become of it.

        Args:
            kind: Such as ``training``; None: it is found from the request's shape.
            request: As boto3 is given it; it is not changed.
            region_id: Where it would be sent.
            now: Aware, UTC.
            hours: How long one run is expected to take; None: by earlier runs, else by its limit.
            tags: What is filled in where the request has no such tag, before the policy's defaults.
            overridden: Rules that are not held against it this once.
            defaulted: Keys of tags that it has of the policy's defaults, since it was judged before.

        Raises:
            UsageError: The request, its kind or the hours are wrong.
        """
        named = checked_kind(kind, request)
        given = seconds_of_hours(hours)
        asked, request = request, filled(request, named, tags or {}, self.policy.required_tags)
        by_default = frozenset({*defaulted, *(tags_of(request).keys() - tags_of(asked).keys() - set(tags or ()))})
        case = Case(
            kind=named, region_id=checked_region(region_id), given=given, now=now, overridden=overridden, defaulted=by_default
        )
        costed, estimate = self._estimated(case, request)
        raised = self._raised(case, request, costed, estimate)
        case = replace(case, counts_spot=not is_on_spot(costed.planned))
        findings = [self._finding(case, request, estimate, each, raised) for each in raised if each.is_shown]
        decision = decision_of(raised)
        effective = self.policy.non_interactive if decision == "ask" else decision
        told = replace(estimate, findings=findings, decision=decision, effective_decision=effective)
        tags_now = tags_of(request)
        settings = {rule.id: self._settings(rule, tags_now, case) for rule in self._rules}
        return Judged(
            kind=named,
            request=request,
            estimate=told,
            raised=raised,
            planned=costed.planned,
            settings=settings,
            defaulted=by_default,
        )

    def with_alternatives(self, judged: Judged, hours: Decimal | None = None) -> Estimate:
        """Give the estimate with its alternatives."""
        found = self._estimator.alternatives_of(judged.kind, judged.request, judged.estimate.region_id, seconds_of_hours(hours))
        return replace(judged.estimate, alternatives=found)

    def combined(
        self,
        judged: Judged,
        *,
        now: datetime,
        hours: Decimal | None = None,
        only_needed: bool = False,
        first: str | None = None,
        leave: Collection[str] = (),
    ) -> Mend | None:
        """Give the change that clears what stops a launch, and with it what is only warned of; None: nothing does.

        Args:
            judged: What was said of it.
            now: Aware, UTC.
            hours: As in `judge`.
            only_needed: Leave alone what is only warned of.
            first: A rule whose findings are mended before all others, whatever their verdict; without a fix of it: None.
            leave: Rules whose findings are left alone.
        """
        case = Case(
            kind=judged.kind,
            region_id=judged.estimate.region_id,
            given=seconds_of_hours(hours),
            now=now,
            overridden=(),
            counts_spot=not is_on_spot(judged.planned),
            defaulted=judged.defaulted,
        )
        request, needs, cleared = judged.request, list[str](), list[str]()
        raised, tried = judged.raised, Counter[Key]()
        estimate = judged.estimate
        for _ in range(COMBINED_ROUNDS):
            meant = next_to_mend(raised, tried, first=first, leave=leave, only_needed=only_needed)
            if meant is None:
                break
            tried[meant.key] += 1
            changed = merged(request, meant.objection.fix or {})
            then = self._again(case, changed, (*needs, *meant.objection.needs))
            if then is None or is_worse(raised, then[1], meant):
                continue
            request, (estimate, raised) = changed, then
            needs += [need for need in meant.objection.needs if need not in needs]
            cleared.append(meant.rule.id)
        decision = decision_of(raised)
        if not cleared or (first is not None and first not in cleared) or decision in ("ask", "block"):
            return None
        return Mend(
            change=patch_between(judged.request, request),
            needs=tuple(needs),
            rules=tuple(sorted(set(cleared))),
            estimate=estimate,
            decision=decision,
        )

    # -- judging ----------------------------------------------------------------------------

    def _estimated(self, case: Case, request: Mapping[str, Any]) -> tuple[Costed, Estimate]:
        costed = self._estimator.cost(case.kind, request, case.region_id, case.given, counts_spot=case.counts_spot)
        return costed, self._estimator.document(costed)

    def _raised(
        self, case: Case, request: Mapping[str, Any], costed: Costed, estimate: Estimate, said: Collection[str] = ()
    ) -> tuple[Raised, ...]:
        """Ask every rule.

        Args:
            case: What does not change.
            request: As it is now.
            costed: What it costs.
            estimate: The same, written down.
            said: What a person will have said, such as ``Tags.team``.
        """
        tags = tags_of(request)
        proposal = Proposal(
            kind=case.kind,
            region_id=case.region_id,
            request=request,
            tags=tags,
            planned=costed.planned,
            estimate=estimate,
            required_tags=without(self.policy.required_tags, said),
            facts=self._estimator.facts,
            fitting=partial(self._fitting, case.region_id),
            cheaper=partial(self._cheaper, case.region_id),
            priced=partial(self._priced, case.region_id),
            spot=self._estimator.spot_of(costed.planned),
            defaulted=case.defaulted,
            limit_currency=self.policy.billing_currency,
            evidence=self._evidence,
            now=case.now,
        )
        found: list[Raised] = []
        for rule in self._rules:
            settings = self._settings(rule, tags, case)
            if settings.verdict != "off" and rule.is_for(case.kind):
                found += self._asked(rule, settings, settings.verdict, proposal)
        return tuple(sorted(found, key=lambda each: (each.rule.id, each.objection.subject or "")))

    def _asked(self, rule: Rule, settings: RuleSettings, verdict: FindingVerdict, proposal: Proposal) -> list[Raised]:
        """Ask one rule. What cannot be told stops a launch where the policy is to fail closed, unless the rule is in shadow."""
        doubted = self._doubted(verdict)
        try:
            said = rule.judge(proposal, settings.options)
        except Unsure as reason:
            return [self._unsure(rule, doubted, str(reason))]
        except Exception as error:  # noqa: BLE001 - no launch fails for a fault of a rule
            return [self._unsure(rule, doubted, f"the rule failed ({type(error).__name__}).")]
        strictest = "block" if doubted == "block" else verdict
        return [Raised(rule=rule, verdict=strictest if each.is_out_of_reach else verdict, objection=cut(each)) for each in said]

    def _doubted(self, verdict: FindingVerdict) -> FindingVerdict:
        """Give the verdict of a rule that cannot tell."""
        if self.policy.when_unsure == "block" and verdict != "shadow":
            return "block"
        return "shadow" if verdict == "shadow" else "warn"

    def _unsure(self, rule: Rule, verdict: FindingVerdict, reason: str) -> Raised:
        hint = NOT_LAUNCHED if verdict == "block" else UNSURE_HINT
        told = Objection(message=UNSURE.format(uncapitalised(reason))[:MAX_TEXT], hint=hint, subject="unsure")
        return Raised(rule=rule, verdict=verdict, objection=told, is_unsure=True)

    def _settings(self, rule: Rule, tags: Mapping[str, str], case: Case) -> RuleSettings:
        """Give what a rule is judged by: the policy's settings, an exception's, or none where it is overridden."""
        settings = self.policy.rules.get(rule.id) or built_in(rule)
        if rule.id in case.overridden:
            return replace(settings, verdict=mildest(settings.verdict, "shadow"))
        for each in self.policy.exceptions:
            if each.rule == rule.id and not is_over(each.until, case.now.date()) and is_within(tags, each.scope):
                return each.instead
        return settings

    def _fitting(self, region_id: str, component: str, instance_type: str) -> tuple[str, ...]:
        prices, facts = self._estimator.prices, self._estimator.facts
        key = ("fitting", region_id, component, instance_type)
        return self._kept(key, lambda: fitting(component, instance_type, region_id, prices=prices, facts=facts))

    def _cheaper(self, region_id: str, component: str, instance_type: str) -> tuple[str, ...]:
        key = ("cheaper", region_id, component, instance_type)
        return self._kept(key, lambda: cheaper(component, instance_type, region_id, self._estimator.prices))

    def _priced(self, region_id: str, component: str) -> tuple[str, ...]:
        return self._kept(("priced", region_id, component), lambda: priced(component, region_id, self._estimator.prices))

    def _kept(self, key: tuple[str, ...], find: Callable[[], list[str]]) -> tuple[str, ...]:
        """Look types up once: rules ask the same of each change that they judge."""
        if key not in self._types:
            self._types[key] = tuple(find())
        return self._types[key]

    # -- mending ----------------------------------------------------------------------------

    def _finding(
        self, case: Case, request: Mapping[str, Any], estimate: Estimate, raised: Raised, all_raised: tuple[Raised, ...]
    ) -> Finding:
        """Write a finding down, with a fix only if it holds."""
        objection, rule = raised.objection, raised.rule
        fix = self._checked_fix(case, request, raised, all_raised) if objection.fix is not None else None
        return Finding(
            rule=rule.id,
            verdict=raised.verdict,
            title=rule.title,
            message=objection.message,
            hint=objection.hint,
            saving=None if fix is None else saving_of(estimate, fix[1]),
            fix=None if fix is None else dict(fix[0]),
            needs=list(objection.needs),
            subject=objection.subject,
            docs_url=rule.docs_url,
            is_unsure=raised.is_unsure,
        )

    def _checked_fix(
        self, case: Case, request: Mapping[str, Any], raised: Raised, before: tuple[Raised, ...]
    ) -> tuple[Mapping[str, Any], Estimate] | None:
        """Give a fix that clears its finding and causes none, with what it comes to; what it causes is mended with it."""
        known, needs = {each.key for each in before}, raised.objection.needs
        changed, change = request, raised.objection.fix
        for _ in range(FIX_ROUNDS):
            changed = merged(changed, change)
            then = self._again(case, changed, needs)
            if then is None or raised.key in {each.key for each in then[1]}:
                return None
            caused = [each for each in then[1] if each.key not in known and each.is_shown and not is_own_doubt(each, raised)]
            if not caused:
                return patch_between(request, changed), then[0]
            change = caused[0].objection.fix
            if change is None or caused[0].objection.needs:
                return None
        return None

    def _again(self, case: Case, request: Mapping[str, Any], said: Collection[str]) -> tuple[Estimate, tuple[Raised, ...]] | None:
        """Judge a changed request; None: it is wrong."""
        request = merged(request, assumed(said))
        try:
            costed, estimate = self._estimated(case, request)
        except UsageError:
            return None
        return estimate, self._raised(case, request, costed, estimate, said)
