"""What the name of a section says about what stands in it: text, or work to be done."""

from __future__ import annotations

import re

_TEXT = """
overview | introduction | intro | summary | executive summary | abstract | background | context | purpose
motivation | rationale | goal | goals | non goals | objectives | assumptions | constraints | limitations
scope | in scope | out of scope | not in scope | future scope | future work | future considerations
acceptance criteria | acceptance tests | success criteria | success metrics | measures of success
definition of done | definition of ready | done when | exit criteria
dependencies | external dependencies | internal dependencies | technical dependencies | logical dependency chain
timeline | timelines | schedule | risk | risks | risk assessment | risk analysis | mitigation | mitigations
mitigation strategies | open questions | questions | unresolved questions | decisions | alternatives
alternatives considered | trade offs | considerations | prerequisites | preconditions
technical requirements | technical architecture | technical details | technical considerations
appendix | appendices | reference | references | links | related | related work | related documents
further reading | glossary | terminology | definitions | changelog | change log | revision history
version history | document information | document info | document control | document history | metadata | meta
note | notes | example | examples | table of contents | contents | toc
"""

_DESCRIPTION = """
about | tldr | product overview | project overview | feature overview | system overview | technical overview
vision | product vision | mission | strategy | why | why now | problem | problem statement | the problem
opportunity | solution | proposed solution | solution overview | approach | principles
business goals | user goals | product goals | key results | metrics | kpis
users | user personas | personas | target users | target audience | audience | stakeholders | team | roles
user experience | user journey | user journeys | user flow | user flows | key user flows | use cases
core features | key features | feature summary
non functional requirements | nonfunctional requirements | infrastructure requirements | resource requirements
architecture | system architecture | technical design | system design | technical approach
technical specification | technical specifications | tech stack | technology stack | security considerations
data model | data models | database schema | database design | data schema | api design | api endpoints
api specification | apis and integrations
test plan | testing strategy | test strategy | rollout plan | release plan | rollback plan
estimates | resources | budget | cost | costs | challenges | approvals | faq | license | contributing | usage
"""

_WORK = """
epic breakdown | epics | epic list | work breakdown | work breakdown structure | work packages | breakdown
task breakdown | tasks | task list | todo | todos | to do | to dos | to do list | checklist | action items | next steps
roadmap | product roadmap | development roadmap | implementation roadmap | implementation plan
implementation tasks | implementation phases | development plan | development phases | development tasks
project plan | plan | work plan | delivery plan | backlog | product backlog | sprint backlog | user stories | stories
features | feature list | feature breakdown | milestones | deliverables | phases | iterations | sprints | workstreams
"""

_UNITS = """
epic | story | user story | feature | task | subtask | sub task | ticket | phase | milestone | sprint | iteration
deliverable | workstream | work package
"""


def _names(written: str) -> frozenset[str]:
    return frozenset(name.strip() for line in written.split("\n") for name in line.split("|") if name.strip())


TEXT_SECTIONS = _names(_TEXT)
"""Sections in which everything is text, boxes included."""

DESCRIPTIONS = _names(_DESCRIPTION)
"""The same, except inside a work section: `Users` among the epics is work."""

WORK_SECTIONS = _names(_WORK)
"""Sections in which the outermost bullets and headings are tasks too."""

UNITS_OF_WORK = _names(_UNITS)
"""What a piece of work is called: `Task 1.2: …` is one in any section but those of text."""

_NUMBERS = re.compile(r"^(?:\d+ )+")
_NOT_A_WORD = re.compile(r"[^\w&/+]+")
_JOINED = re.compile(r"\s*(?:&|/|\+|\band\b)\s*")
_ASIDE = re.compile(r"\s*\([^()]*\)\s*$")


def is_text_section(name: str, *, in_work: bool) -> bool:
    """Whether a heading names a text section, or several of them: `Risks & Mitigations`."""
    return _is_one_of(name, TEXT_SECTIONS if in_work else TEXT_SECTIONS | DESCRIPTIONS)


def is_work_section(name: str) -> bool:
    """Whether a heading names a work section, or several of them: `Milestones and deliverables`."""
    return _is_one_of(name, WORK_SECTIONS)


def is_unit_of_work(nick: str) -> bool:
    """Whether a heading counts itself among pieces of work: `Epic 2`, `Task 1.2`."""
    return nick.rpartition(" ")[0].lower() in UNITS_OF_WORK


def is_text_label(line: str) -> bool:
    """Whether a line is a heading in disguise that names a text section: `**Acceptance criteria**`, `Goals:`."""
    bare = line.strip()
    bold = len(bare) > 4 and bare[:2] == bare[-2:] and bare[:2] in {"**", "__"}
    label = bare.strip("*_ ")
    return (bold or label.endswith(":")) and is_text_section(label, in_work=True)


def _is_one_of(name: str, names: frozenset[str]) -> bool:
    words = _words(name)
    return words in names or all(part in names for part in _JOINED.split(words))


def _words(name: str) -> str:
    """Lower case, without signs, numbers in front and an aside in brackets at the end."""
    return _NUMBERS.sub("", _NOT_A_WORD.sub(" ", _ASIDE.sub("", name.lower())).strip("_ "))
