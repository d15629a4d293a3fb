"""The format of a policy file, as one shape; the rules' own options come from the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

from mlcost_ext.core.policy import VERDICTS
from mlcost_ext.core.rule import Option, Rule
from mlcost_ext.core.type_patterns import WRITTEN, pattern_of_types_problem

from .pattern import MOST_LETTERS, pattern_problem
from .shapes import Day, Flag, Items, Named, Number, RuleTable, Section, Shape, Text, Texts, Word
from .texts import CURRENCY, RULE_ID, TAG_KEY, TAG_VALUE, print_problem, source_problem, unlike

VERSION = 1
LONG, SHORT = 500, 200
HOUR_OF_YEAR, DAY_MINUTES, YEAR_MINUTES = Decimal(8784), Decimal(1440), Decimal(527_040)
SHORTEST_TIMEOUT = Decimal("0.05")
"""Minutes: three seconds, for those who want to see it at work; nobody wants it for a day."""
PERCENT = Decimal(100)
VERDICT = Word(
    help="off: not judged; shadow: judged and recorded, not shown; warn: shown; ask: somebody has to say yes; block: refused.",
    choices=VERDICTS,
)
PATTERN_HINT = "Write one such as ml.p4d.*, an entry for each family; * stands for any letters, ? for any one."
OVERRIDABLE = "Ids of rules whose findings a user may override, once; null: wherever a rule asks, and nowhere that it blocks."


def policy_shape(rules: Iterable[Rule]) -> Section:
    """Give the shape of a whole file, by the rules that are installed."""
    return Section(
        help="A policy of mlcost-ext: what an organisation, or a user, lays down about launches, tags, budgets and idleness.",
        required=("version",),
        fields={
            "version": Number(help="Of this format: 1.", least=Decimal(VERSION), most=Decimal(VERSION), is_whole=True),
            "source": _text(
                "Where this layer is to be fetched from, s3://… or ssm:….",
                "Write s3://bucket/key or ssm:/name.",
                source_problem,
                LONG,
            ),
            "billing_currency": _text(
                "Of every amount here.", "Write three capital letters such as USD.", unlike(CURRENCY, "This is no currency."), 3
            ),
            "inherit": Word(
                help="builtin: rules not named here keep their built-in verdict; none: they are off.", choices=("builtin", "none")
            ),
            "contact": _text("Whom to ask; shown with every refusal.", "Write an address or a name.", print_problem, SHORT),
            "rules": rule_table(rules),
            "tags": Section(help="Tags of launches.", fields={"required": required_tags()}),
            "budgets": budgets(),
            "idle": idle(),
            "overrides": Section(
                help="What a user may override.",
                fields={
                    "allowed": Texts(help=OVERRIDABLE, item=rule_id(), may_be_none=True),
                    "reason_required": Flag(help="Whether an override needs a reason."),
                },
            ),
            "exceptions": exceptions(),
            "non_interactive": Word(help="What ask means where nobody can answer.", choices=("warn", "block")),
            "ask_timeout_minutes": _number("After which a launch that nobody answers for is stopped.", most=DAY_MINUTES),
            "when_unsure": Word(
                help="Where prices or policy are out of reach: warn, and the launch goes on, or block.", choices=("warn", "block")
            ),
            "cost_explorer": Flag(help="Whether Cost Explorer is asked, at USD 0.01 a call and at most four times a day."),
            "scope_account": Flag(help="Whether the account's other things are shown on request."),
            "admins": Texts(
                help="Who may write the topmost layer by the panel.",
                item=_text("A user.", "Write a user as the identity provider names him.", print_problem, SHORT),
            ),
            "unlocked": Texts(
                help="Fields that lower layers may loosen too, by their place.",
                item=_text("A place.", "Write a place such as idle.timeout_minutes or rules.MC101.", print_problem, SHORT),
            ),
            "disable": Flag(help="Whether all of mlcost-ext is switched off."),
        },
    )


def rule_table(rules: Iterable[Rule]) -> RuleTable:
    """Give the shape of what rules are judged by."""
    known = {
        rule.id: Section(
            help=rule.title, fields={"verdict": VERDICT, **{option.name: option_shape(option) for option in rule.options}}
        )
        for rule in rules
    }
    elsewhere = Section(help="A rule of another package, which need not be installed here.", fields={"verdict": VERDICT})
    return RuleTable(help="By id: verdict and options.", known=known, elsewhere=elsewhere)


def option_shape(option: Option) -> Shape:
    """Give the shape of a rule's option."""
    if option.kind == "flag":
        return Flag(help=option.help)
    if option.kind == "number":
        return Number(help=option.help, least=option.least or Decimal(0), most=option.most, may_be_none=option.may_be_none)
    item = _text(option.help, "Write a text.", print_problem, SHORT)
    if option.kind == "patterns":
        item = replace(item, hint=PATTERN_HINT, check=pattern_of_types_problem, pattern=f"^{WRITTEN}$")
    return Texts(help=option.help, item=item, may_be_none=option.may_be_none)


def required_tags() -> Named:
    """Give the shape of the tags that launches have to have."""
    fields: dict[str, Shape] = {
        "allowed": Texts(help="The values it may have; null: any.", item=TAG_VALUE, may_be_none=True),
        "pattern": Text(
            help="A regular expression that the whole value has to match.",
            most_letters=MOST_LETTERS,
            hint='Write one of letters, classes, groups and repetitions, such as "[a-z]+(-v[0-9]+)?".',
            check=pattern_problem,
        ),
        "default": replace(
            TAG_VALUE, help="Filled in where a launch has no such tag; null: a person has to say it.", may_be_none=True
        ),
    }
    return Named(
        help="Tags that every launch has to have, by key.",
        key=TAG_KEY,
        value=Section(help="What its value may be.", fields=fields),
    )


def budgets() -> Items:
    """Give the shape of the budgets."""
    throttle = Section(
        help="What becomes of launches once most of it is used early in its period.",
        required=("at_percent", "before_day", "verdict"),
        fields={
            "at_percent": _number("Of the amount, 0 to 100.", most=PERCENT),
            "before_day": Number(
                help="Of the month, 1 to 31; it holds until the day before.", least=Decimal(1), most=Decimal(31), is_whole=True
            ),
            "verdict": VERDICT,
        },
    )
    item = Section(
        help="An amount for a period.",
        required=("name", "amount", "period"),
        fields={
            "name": _text("Its name, once in a file.", "Write a short name.", print_problem, 80),
            "scope": scope(),
            "amount": _number("In billing_currency."),
            "period": Word(help="By UTC, as AWS bills.", choices=("month", "quarter", "year")),
            "throttle": throttle,
        },
    )
    return Items(help="Amounts that are not to be exceeded; all of all layers hold.", item=item)


def idle() -> Section:
    """Give the shape of what becomes of idle machines."""
    by_price = Section(
        help="A shorter patience with what is dear.",
        required=("from_list_cost_per_hour", "timeout_minutes"),
        fields={
            "from_list_cost_per_hour": _number("In billing_currency, included."),
            "timeout_minutes": Number(help="Of idleness until the stop.", least=SHORTEST_TIMEOUT, most=YEAR_MINUTES),
        },
    )
    snooze = Section(
        help="How long, and how often a day, a user may put a stop off.",
        fields={
            "max_minutes": _number("At once.", most=YEAR_MINUTES),
            "max_per_day": Number(help="How often; 0: never.", most=Decimal(1000), is_whole=True),
            "reason_required": Flag(help="Whether it needs a reason."),
        },
    )
    return Section(
        help="When a machine counts as idle, and what becomes of it.",
        fields={
            "mode": Word(help="off; shadow: judged and recorded; on: stopped.", choices=("off", "shadow", "on")),
            "timeout_minutes": Number(help="Of idleness until the stop.", least=SHORTEST_TIMEOUT, most=YEAR_MINUTES),
            "warn_minutes": _number("Before the stop.", most=DAY_MINUTES),
            "timeout_by_price": Items(
                help="Shorter timeouts by what an hour costs; the shortest that applies holds.", item=by_price
            ),
            "snooze": snooze,
            "stuck_busy_hours": Number(
                help="After which a busy kernel counts as stuck; null: never.", most=HOUR_OF_YEAR, may_be_none=True
            ),
            "stop": Word(help="What is stopped: the kernels, or the whole app.", choices=("kernels", "app")),
        },
    )


def exceptions() -> Items:
    """Give the shape of the exceptions."""
    item = Section(
        help="Launches that a rule is not to be held against, for a while.",
        required=("rule", "until", "reason"),
        fields={
            "rule": rule_id(),
            "scope": scope(),
            "until": Day(help="The last day on which it applies, by UTC."),
            "reason": _text("Why.", "Write one sentence.", print_problem, LONG),
        },
    )
    return Items(help="Exceptions; those of the topmost layer that has any hold.", item=item)


def scope() -> Named:
    """Give the shape of a scope."""
    return Named(
        help="Tags and their values, all of which have to be there; without any: everything.", key=TAG_KEY, value=TAG_VALUE
    )


def rule_id() -> Text:
    """Give the shape of a rule's id."""
    return replace(
        _text("A rule's id.", "Write an id such as MC101.", unlike(RULE_ID, "This is no rule's id."), 15), pattern=f"^{RULE_ID}$"
    )


def _text(help_: str, hint: str, check: Callable[[str], str | None], most_letters: int) -> Text:
    return Text(help=help_, hint=hint, check=check, most_letters=most_letters)


def _number(help_: str, *, most: Decimal | None = None) -> Number:
    return Number(help=help_, most=most)
