"""Reads ``matrix.txt``: which answer each person gets at each address and method."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from enforcement.roles import Role

FILE = Path(__file__).with_name("matrix.txt")
PLACES = ("own", "other", "above", "stranger")
PARTIES = frozenset({"petitioner", "counsel"})
#: People who are not signed in.
OUTSIDE = frozenset({"anonymous", "visitor", "visitor_elsewhere"})
#: People known by name, with the post they hold besides.
NAMED = {
    "handler": "own:judge",
    "petition_handler": "own:petition_clerk",
    "opener": "above:bureau_head",
    "case_reviewer": "above:supervisor",
    "conduct_reviewer": "above:inspector",
}
#: Face → (staff otherwise, parties signed in, visitors by code, nobody signed in).
OTHERWISE = {
    "list": ("403", "403", "login", "login"),
    "row": ("404", "403", "login", "login"),
    "api-list": ("403", "403", "401", "401"),
    "api-row": ("404", "404", "401", "401"),
    "portal": ("404", "404", "404", "portal"),
    "open": ("", "", "", ""),
}


def everyone() -> list[str]:
    """Return every person of the matrix: each role at each place, those known by name, outside."""
    posts = [f"{place}:{role.value}" for role in Role for place in PLACES]
    return [*posts, *NAMED, *sorted(OUTSIDE)]


@dataclass(frozen=True)
class Row:
    """One address and method, and what is answered there.

    Attributes:
        answers: (answer, people) in order of precedence.
    """

    face: str
    method: str
    address: str
    answers: tuple[tuple[str, frozenset[str]], ...]

    @property
    def key(self) -> tuple[str, str]:
        """Return what a row is known by."""
        return self.method, self.address

    def expected(self, person: str) -> str:
        """Return the answer this person should get."""
        for answer, people in self.answers:
            if person in people:
                return answer
        return OTHERWISE[self.face][_standing(person)]


def _standing(person: str) -> int:
    if person == "anonymous":
        return 3
    if person in OUTSIDE:
        return 2
    return 1 if person.rpartition(":")[2] in PARTIES else 0


@dataclass
class Matrix:
    """The whole table."""

    rows: list[Row] = field(default_factory=list)
    groups: dict[str, list[str]] = field(default_factory=dict)
    sets: dict[str, frozenset[str]] = field(default_factory=lambda: {"nobody": frozenset()})
    sees: dict[str, frozenset[str]] = field(default_factory=dict)
    verbs: set[str] = field(default_factory=set)

    def people(self, words: str) -> frozenset[str]:
        """Return the people that a list of words names.

        Raises:
            ValueError: a word that names nobody.
        """
        found: set[str] = set()
        for word in words.split():
            place, colon, role = word.partition(":")
            if not colon and word in self.sets:
                found |= self.sets[word]
            elif not colon and word in {*NAMED, *OUTSIDE}:
                found.add(word)
            elif place in {*PLACES, "any"}:
                roles = self.groups.get(role) or [Role(role).value]
                places = PLACES if place == "any" else (place,)
                found |= {f"{p}:{r}" for p in places for r in roles}
            else:
                raise ValueError(f"{word} is nobody")
        return frozenset(found | {name for name, post in NAMED.items() if post in found})

    def add(self, face: str, method: str, address: str, said: str) -> None:
        """Add one row; the first page is written ``/``."""
        address = address.removeprefix("/")
        answers = []
        for part in said.split(","):
            answer, _, who = part.strip().partition(" ")
            answers.append((answer, self.people(who)))
        self.rows.append(Row(face, method, address, tuple(answers)))

    def add_verb(self, kind: str, verb: str, now: str, who: str) -> None:
        """Add the four rows of a verb: its form and its doing, as a page and over REST."""
        may, sees = self.people(who), self.sees[kind]
        shown, paged, done = NOW[now]
        page = f"cases/<int:pk>/{verb}/" if kind == "case" else f"act/{kind}/<int:pk>/{verb}/"
        rest = f"api/v1/{WORDS[kind]}/<int:id>/moves/{verb}/"
        self.rows += [
            Row("row", "GET", page, ((shown, may), ("403", sees))),
            Row("row", "POST", page, ((paged, may), ("403", sees))),
            Row("api-row", "GET", rest, (("200", sees),)),
            Row("api-row", "POST", rest, ((done, may), ("403", sees))),
        ]
        self.verbs.add(verb)


#: How a verb stands in the world → its form, its doing as a page, its doing over REST.
NOW = {"ask": ("200", "400", "400"), "go": ("200", "302", "200"), "409": ("409", "409", "409")}
#: Kind of thing → its word in the addresses of the REST interface.
WORDS = {
    "case": "cases",
    "lead": "leads",
    "listing": "listings",
    "flag": "flags",
    "petition": "petitions",
    "dualreview": "reviews",
    "clue": "clues",
    "report": "reports",
    "order": "orders",
}


def load() -> Matrix:
    """Read the file."""
    matrix = Matrix()
    for line in FILE.read_text(encoding="utf-8").splitlines():
        words = line.partition("#")[0].split()
        match words:
            case []:
                continue
            case ["group", name, "=", *roles]:
                matrix.groups[name] = [r for word in roles for r in matrix.groups.get(word, [word])]
            case ["set", name, "=", *who]:
                matrix.sets[name] = matrix.people(" ".join(who))
            case ["sees", kind, *who]:
                matrix.sees[kind] = matrix.people(" ".join(who))
                matrix.add(
                    "api-row",
                    "GET",
                    f"api/v1/{WORDS[kind]}/<int:id>/moves/",
                    f"200 {' '.join(who)}",
                )
            case ["verb", kind, verb, now, *who]:
                matrix.add_verb(kind, verb, now, " ".join(who))
            case [face, method, address, *said]:
                matrix.add(face, method, address, " ".join(said))
    return matrix
