"""What a person can do about an operation that GitHub refused for good, by the words of the refusal."""

from __future__ import annotations

import re

SERVER = "the server failed each time; apply again later"

_REMEDIES = (
    (r"more than \d+ sub-issues", "spread the tasks over several parents"),
    (r"nested more than|levels deep", "lift the task one level up"),
    (r"more than \d+ dependencies", "let the task depend on fewer others"),
    (r"ancestor of the parent|same as the source", "a task cannot be its own parent or wait for itself"),
    (r"duplicate sub-issue|only have one parent", "the issue hangs below another one: cut that link first"),
    (r"too long", "shorten it in the task file"),
    (r"can't be blank|missing_field", "fill it in in the task file"),
    (r"cannot be assigned|assignee", "give the person access to the repository, or assign somebody else"),
    (r"\blabel\b.*(not exist|not found|invalid)|color", "create the label, or name another one in the task file"),
    (r"\bmilestone\b", "create or reopen the milestone, or name another one in the task file"),
    (r"\btype\b.*(not valid|invalid|not exist)", "name an issue type that the organisation has"),
    (r"locked|conversation", "unlock the issue"),
    (r"moved|transferred", "the issue lives elsewhere now: plan again, which makes a new one"),
    (r"could not resolve|not found|was deleted|HTTP 404|HTTP 410", "it was deleted meanwhile: plan again"),
    (r"not accessible|permission|forbidden", "let somebody with the right do it, or grant it to the token"),
    (r"something went wrong|time(d )?out|no answer|HTTP 5\d\d|server error|disconnect|connection", SERVER),
)

_CHANGING = re.compile(r"'[A-Za-z]+_[\w=-]+'|`[0-9A-F][0-9A-F:]{5,}`|\b[0-9A-F]{4,}(:[0-9A-F]+){2,}\b")


def remedy_for(words: str) -> str:
    """What to do, in a few words; empty where the words say it best themselves."""
    return next((remedy for pattern, remedy in _REMEDIES if re.search(pattern, words, re.IGNORECASE)), "")


def reason_of(words: str) -> str:
    """The words without ids, which differ from one operation to the next: what failed for one reason reads the same."""
    return _CHANGING.sub("…", words)
