"""Write docs/rules.md from the rules in mlcost_ext/guardrails.

Usage: python tools/make_rules.py [--check]
"""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from mlcost_ext.core.money import plain_text  # noqa: E402
from mlcost_ext.core.rule import Option, OptionValue, Rule  # noqa: E402
from mlcost_ext.guardrails import RULES, unused  # noqa: E402
from mlcost_ext.jobs.requests import request_kind_named  # noqa: E402

OUT = ROOT / "docs" / "rules.md"
HEAD = """# Rules

<!-- Written by tools/make_rules.py from mlcost_ext/guardrails; what is changed here by hand is lost. -->

What is looked at before a launch is sent. A rule objects, or it does not; the policy says what becomes of that: `off`, `shadow`
(judged and recorded, not shown), `warn`, `ask` or `block`. Without a policy each has the verdict of this table. Rules of other
packages are judged like these: see [adding a rule](adding/rule.md).

| rule | says | built-in verdict | practice |
|---|---|---|---|
"""
NOTE = """
*Practice* is the best practice of the AWS Well-Architected Machine Learning Lens that a rule helps to keep. A policy gives
options beside the verdict, as in `MC103: {verdict: ask, max_runtime_hours: 24}`; of several layers the stricter value holds.
"""
STRICTER = {
    "smaller": "the smaller",
    "larger": "the larger",
    "union": "all together",
    "intersection": "what all have",
    "true": "on",
    "false": "off",
}


def main(check: bool) -> int:
    text = page()
    if check and (not OUT.exists() or OUT.read_text(encoding="utf-8") != text):
        print("docs/rules.md is not fresh: run 'python tools/make_rules.py'.", file=sys.stderr)
        return 1
    if not check:
        OUT.write_text(text, encoding="utf-8")
    return 0


def page() -> str:
    rows = {rule.id: (rule.title, f"`{rule.default}`", rule.practice) for rule in RULES}
    rows[unused.ID] = (unused.TITLE, "told, never stopped", unused.PRACTICE)
    sections = {rule.id: section(rule) for rule in RULES}
    sections[unused.ID] = (
        f"## {unused.ID}\n\n**{unused.TITLE}.** {meaning(unused.__doc__)} It is about what stands, not about a launch.\n"
    )
    table = "\n".join(
        f"| [{key}](#{key.lower()}) | {title} | {verdict} | {practice or '–'} |"
        for key, (title, verdict, practice) in sorted(rows.items())
    )
    return f"{HEAD}{table}\n{NOTE}\n" + "\n".join(text for _, text in sorted(sections.items()))


def section(rule: Rule) -> str:
    names = [kind.title for name in rule.kinds if (kind := request_kind_named(name)) is not None]
    judged = f"Judges requests of {', '.join(f'*{name}*' for name in names)}." if names else "Judges every request."
    practice = f" Practice: {rule.practice}." if rule.practice else ""
    text = f"## {rule.id}\n\n**{rule.title}.** {meaning(sys.modules[rule.judge.__module__].__doc__)}\n\n{judged}{practice}\n"
    return f"{text}\n{options(rule.options)}" if rule.options else text


def meaning(doc: str | None) -> str:
    """Give what a rule's file says of it, without its id."""
    told = (doc or "").strip().partition(": ")[2]
    return told[:1].upper() + told[1:]


def options(found: tuple[Option, ...]) -> str:
    rows = [f"| `{each.name}` | {value(each.default)} | {STRICTER[each.tighter]} | {each.help} |" for each in found]
    return "\n".join(["| option | built-in | stricter is | meaning |", "|---|---|---|---|", *rows, ""])


def value(default: OptionValue) -> str:
    if default is None:
        return "none"
    if isinstance(default, Decimal):
        return plain_text(default)
    if isinstance(default, tuple):
        return ", ".join(f"`{text}`" for text in default) or "empty"
    return str(default).lower()


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
