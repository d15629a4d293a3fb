"""The guard of a kernel: judge a launch before it is sent, show what is wrong, ask, mend the request, or stop it.

A fault in here never stops a launch unless the policy is to fail closed.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.merge_patch import merged
from mlcost_ext.usecases.decision_card import Card, card_of, card_text, finding_sentence, may_override
from mlcost_ext.usecases.judged import said_in
from mlcost_ext.usecases.tag_filling import key_of, tags_of

from .asking import Unanswered, ask, is_interactive
from .decision_event import TRIAL, decision_event
from .guard_memory import Memory, Refused
from .showing import tell
from .stopped import LaunchStopped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, NoReturn

    from mlcost_ext.core.policy import Policy
    from mlcost_ext.usecases.decision_card import Choice, ChoiceKey
    from mlcost_ext.usecases.judged import Judged, Mend
    from mlcost_ext.usecases.preflight import Preflight

    from .guard_memory import Ticket
    from .wanted import Wanted

ATTEMPTS = 3
STOPPED = "Stopped by you"
ENDPOINT, ENDPOINT_CONFIG, CONFIG, TAGS_RULE = "endpoint", "endpoint-config", "EndpointConfig", "MC301"


class Guard:
    """What is done with each launch of a kernel.

    Args:
        ipython: The shell.
        preflight: Gives what judges a launch of a session in a region, by the policy that is in force now; None: that switches
            all of this off.
        note: Writes a decision down.
        project_tags: Gives the tags of the project's file.
        wanted: Gives the rules whose change the user has asked for in the panel, for a launch of a kind, and takes those that
            were made.
    """

    def __init__(
        self,
        ipython: Any,
        preflight: Callable[[Any, str], Preflight | None],
        note: Callable[[Mapping[str, object]], None],
        project_tags: Callable[[], Mapping[str, str]] = dict,
        wanted: Wanted | None = None,
    ) -> None:
        self.memory = Memory()
        self._wanted = wanted
        self._ipython, self._preflight, self._note, self._project_tags = ipython, preflight, note, project_tags

    def check(self, kind: str, params: dict[str, Any], region_id: str, session: Any = None) -> str | None:
        """Judge a launch; its parameters are changed in place where tags are filled in or a fix is chosen.

        Returns:
            The id under which the decision is noted; None: there was nothing to say.

        Raises:
            LaunchStopped: It is not to be sent.
        """
        preflight = self._preflight(session, region_id)
        if preflight is None:
            return None
        tickets: list[Ticket] = []
        try:
            return self._checked(preflight, kind, params, region_id, session, tickets)
        finally:
            self.memory.add(tickets)

    def _checked(
        self, preflight: Preflight, kind: str, params: dict[str, Any], region_id: str, session: Any, tickets: list[Ticket]
    ) -> str | None:
        """Judge it; overrides that are taken for it stand in `tickets` as long as they are not used."""
        now, passed = datetime.now(timezone.utc), set[str]()
        asked: Mapping[str, Any] = params
        if kind == ENDPOINT:
            asked, passed = self._with_config(params, region_id, session)
        try:
            judged = self._judged(preflight, kind, asked, region_id, now, passed)
        except UsageError as error:
            if preflight.policy.when_unsure == "block":
                raise LaunchStopped(f"Not launched: {error.message}", (), error.hint) from None
            return None  # AWS or botocore will say so itself
        if (noted := self._fixed(preflight, judged, params, now)) is not None:
            return noted
        tickets += self.memory.take(kind, rules_of(judged), judged.estimate.list_cost.high)
        if tickets:
            passed = passed | {each.rule for each in tickets}
            judged = self._judged(preflight, kind, judged.request, region_id, now, passed, judged.defaulted)
        if not judged.raised and judged.request is asked:
            if kind == ENDPOINT_CONFIG:
                self._remember_config(judged)
            return None
        return self._decide(preflight, judged, params, now, tickets)

    def _judged(
        self,
        preflight: Preflight,
        kind: str,
        params: Mapping[str, Any],
        region_id: str,
        now: datetime,
        rules: set[str],
        defaulted: frozenset[str] = frozenset(),
    ) -> Judged:
        tags = {**self._project_tags(), **self.memory.tags, **config_tags(params, preflight.policy)}
        return preflight.judge(kind, params, region_id, now=now, tags=tags, overridden=rules, defaulted=defaulted)

    def _with_config(self, params: Mapping[str, Any], region_id: str, session: Any) -> tuple[Mapping[str, Any], set[str]]:
        """Give an endpoint's request with its configuration, and the rules that have been passed when that was made here."""
        name = str(params.get("EndpointConfigName") or "")
        config, rules = self.memory.config(region_id, name)
        if config is None and session is not None and name:
            from mlcost_ext.aws.endpoint_variants import endpoint_config

            config = endpoint_config(session, region_id or None, name)
        return (params, set()) if config is None else ({**params, CONFIG: config}, rules - {TAGS_RULE})

    def _fixed(self, preflight: Preflight, judged: Judged, params: dict[str, Any], now: datetime) -> str | None:
        """Make the change that `%cost_fix` or the panel has asked for, and let it go; None: none was, or it does not hold."""
        asked = self.memory.take_fix(judged.kind)
        mend = asked or self._wanted_mend(preflight, judged, now)
        if mend is None:
            return None
        changed = merged(judged.request, mend.change)
        then = self._judged(preflight, judged.kind, changed, judged.estimate.region_id, now, set(), judged.defaulted)
        if then.decision not in ("allow", "warn"):
            return None
        card = self._warned(then, preflight.policy)
        noted = self._go(then, params, card=card, outcome="fixed", before=judged, mend=mend)
        if asked is None and self._wanted is not None:
            self._wanted.made(judged.kind, mend.rules)
            tell(changed_sentence(judged, mend))
        return noted

    def _wanted_mend(self, preflight: Preflight, judged: Judged, now: datetime) -> Mend | None:
        """Give the change that the panel was asked for, of what is wrong with this launch too; None: there is none."""
        raised = {each.rule.id for each in judged.raised if each.is_shown}
        rules = raised & self._wanted.rules(judged.kind, now) if raised and self._wanted is not None else set()
        if not rules:
            return None
        mend = preflight.combined(judged, now=now, leave=(TRIAL, *sorted(raised - rules)))
        return mend if mend is not None and not mend.needs else None

    # -- what becomes of it -----------------------------------------------------------------

    def _decide(
        self, preflight: Preflight, judged: Judged, params: dict[str, Any], now: datetime, tickets: list[Ticket]
    ) -> str | None:
        policy, decision = preflight.policy, judged.decision
        interactive = decision == "ask" and is_interactive(self._ipython)
        effective = decision if decision != "ask" or interactive else policy.non_interactive
        if effective in ("allow", "warn"):
            return self._go(judged, params, card=self._warned(judged, policy), tickets=tickets)
        mends = self._mends(preflight, judged, now)
        card = card_of(judged, mends, policy, may_go_on=interactive and may_go_on(judged, policy))
        self._show(card, judged.decision)
        self.memory.refused = Refused(judged=judged, choices=card.choices)
        if not interactive:
            self._record(judged, "blocked" if decision == "block" else "unanswerable")
            raise LaunchStopped(card.title, rules_of(judged), self._way_on(card, decision))
        return self._answered(preflight, judged, params, card, now, tickets)

    def _way_on(self, card: Card, decision: str) -> str:
        fixes = [place for place, each in enumerate(card.choices, 1) if each.mend is not None]
        where = "" if decision == "block" else "Nobody can be asked here. "
        take = f"`%cost_fix {fixes[0]}` makes change {fixes[0]} on the next run. " if fixes else ""
        return f"{where}{take}{card.way_on}"

    def _mends(self, preflight: Preflight, judged: Judged, now: datetime) -> list[tuple[ChoiceKey, Mend]]:
        """Give what would mend it: all that is found, only what has to be, and a small run first where that is asked for."""
        whole = preflight.combined(judged, now=now, leave=(TRIAL,)) or preflight.combined(judged, now=now)
        needed = preflight.combined(judged, now=now, only_needed=True, leave=(TRIAL,))
        trial = preflight.combined(judged, now=now, only_needed=True, first=TRIAL)
        found: list[tuple[ChoiceKey, Mend]] = []
        for key, mend in (("fix", whole), ("needed", needed), ("trial", trial)):
            if mend is not None and all(mend.change != other.change for _, other in found):
                found.append((key, mend))  # type: ignore[arg-type]
        return found

    def _answered(
        self, preflight: Preflight, judged: Judged, params: dict[str, Any], card: Card, now: datetime, tickets: list[Ticket]
    ) -> str:
        """Ask which way to go, and go it."""
        seconds = float(preflight.policy.ask_timeout_minutes) * 60
        try:
            chosen = choose(card, seconds)
            if chosen is None:
                self._stop(judged, "stopped", STOPPED)
            if chosen.mend is None:
                reason = ask("Reason: ", seconds) if preflight.policy.overrides.reason_required else ""
                if preflight.policy.overrides.reason_required and not reason:
                    self._stop(judged, "stopped", "Not launched without a reason")
                return self._go(judged, params, outcome="as_is", reason=reason, tickets=tickets)
            answers = ask_needs(chosen.mend, preflight.policy, seconds)
        except Unanswered:
            self._stop(judged, "unanswered", "Nobody has answered")
        except KeyboardInterrupt:
            self._record(judged, "stopped")
            raise
        if answers is None:
            self._stop(judged, "stopped", STOPPED)
        changed = said_in(merged(judged.request, chosen.mend.change), judged.kind, answers)
        then = self._judged(preflight, judged.kind, changed, judged.estimate.region_id, now, set(), judged.defaulted)
        if then.decision not in ("allow", "warn"):
            self._stop(then, "stopped", "With that change it is still against the policy")
        return self._go(then, params, outcome="fixed", before=judged, mend=chosen.mend)

    def _stop(self, judged: Judged, outcome: str, title: str) -> NoReturn:
        self._record(judged, outcome)
        raise LaunchStopped(title, rules_of(judged), "Nothing was sent.")

    def _go(
        self,
        judged: Judged,
        params: dict[str, Any],
        *,
        card: Card | None = None,
        outcome: str = "sent",
        reason: str = "",
        before: Judged | None = None,
        mend: Mend | None = None,
        tickets: list[Ticket] | None = None,
    ) -> str:
        """Let it go, as it was judged."""
        if judged.request is not params:
            changed = {key: value for key, value in judged.request.items() if judged.kind != ENDPOINT or key != CONFIG}
            params.clear()
            params.update(changed)
        if judged.kind == ENDPOINT_CONFIG:
            self._remember_config(judged)
        if card is not None:
            self._show(card, judged.decision)
        if tickets:
            outcome, reason = ("overridden", tickets[-1].reason) if outcome == "sent" else (outcome, reason)
            tickets.clear()
        return self._record(before or judged, outcome, reason=reason, mend=mend)

    def _remember_config(self, judged: Judged) -> None:
        """Keep an endpoint's configuration until the endpoint is made, and what was found with it."""
        rules = {each.rule.id for each in judged.raised}
        config = judged.request
        if judged.defaulted:
            config = {**config, "Tags": [tag for tag in config["Tags"] if key_of(tag) not in judged.defaulted]}
        self.memory.keep_config(judged.estimate.region_id, config, rules)

    def _warned(self, judged: Judged, policy: Policy) -> Card | None:
        """Give what is to be shown of findings that stop nothing; None: it was shown a short while ago."""
        is_news = self.memory.is_news(finding_sentence(each) for each in judged.estimate.findings)
        return card_of(judged, [], policy, may_go_on=False) if is_news else None

    def _show(self, card: Card, decision: str) -> None:
        from .decision_html import card_html
        from .showing import show

        show(card_text(card), card_html(card, decision))

    def _record(self, judged: Judged, outcome: str, *, reason: str = "", mend: Mend | None = None) -> str:
        """Note a decision; who reads it knows the request by the launch."""
        found = uuid.uuid4().hex
        self._note(decision_event(found, judged, outcome, reason, mend))
        return found


def changed_sentence(judged: Judged, mend: Mend) -> str:
    """Say what was changed, and that somebody has asked for it."""
    titles = {each.rule.id: each.rule.title for each in judged.raised}
    rules = ", ".join(f"{rule} ({titles[rule]})" if rule in titles else rule for rule in mend.rules)
    return f"mlcost: this launch was changed as was asked for under Findings, this once: {rules}. Change the cell to keep it."


def config_tags(params: Mapping[str, Any], policy: Policy) -> dict[str, str]:
    """Give what an endpoint's configuration has of the tags that are required: what was said of it counts for its endpoint."""
    required = {rule.key for rule in policy.required_tags}
    return {key: value for key, value in tags_of(params.get(CONFIG) or {}).items() if key in required}


def rules_of(judged: Judged) -> tuple[str, ...]:
    """Give the rules that stop a launch."""
    return tuple(dict.fromkeys(each.rule for each in judged.estimate.findings if each.verdict in ("ask", "block")))


def may_go_on(judged: Judged, policy: Policy) -> bool:
    """Tell whether the user may send it as it is: only where every rule that stops it lets him."""
    return judged.decision == "ask" and all(may_override(rule, judged.estimate.findings, policy) for rule in rules_of(judged))


def choose(card: Card, seconds: float) -> Choice | None:
    """Ask which way to go; None: none."""
    places = ", ".join(str(place) for place in range(1, len(card.choices) + 1))
    prompt = f"Choose {places} or press Enter to stop: " if places else "Press Enter to stop: "
    for _ in range(ATTEMPTS):
        said = ask(prompt, seconds)
        if not said or not places:
            return None
        if said.isdecimal() and 1 <= int(said) <= len(card.choices):
            return card.choices[int(said) - 1]
    return None


def ask_needs(mend: Mend, policy: Policy, seconds: float) -> dict[str, str] | None:
    """Ask for what only a person can say; None: it was left empty, or was wrong three times."""
    from .tag_asking import ask_tag

    rules = {f"Tags.{rule.key}": rule for rule in policy.required_tags}
    answers: dict[str, str] = {}
    for need in mend.needs:
        value = ask_tag(need.removeprefix("Tags."), rules.get(need), lambda prompt: ask(prompt, seconds))
        if value is None:
            return None
        answers[need] = value
    return answers
