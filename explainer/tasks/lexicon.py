"""The words that agreement sentences are built from, each of them one piece of BERT's vocabulary.

Every entry belongs to exactly one split, decided by the entry itself and not by its list, so that
a verb that plays two parts is held out from both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from zlib import crc32

Split = Literal["training", "held-out"]

HELD_OUT_ONE_IN = 4
"""One entry in so many never occurs in a generated training sentence."""


@dataclass(frozen=True)
class Noun:
    """A noun in both numbers."""

    singular: str
    plural: str


@dataclass(frozen=True)
class Verb:
    """A verb in the plural present, the singular present and the past."""

    base: str
    third: str
    past: str


Entry = Noun | Verb | str


def headword(entry: Entry) -> str:
    """Return the form that names an entry: singular, base form or the word itself."""
    if isinstance(entry, Noun):
        return entry.singular
    if isinstance(entry, Verb):
        return entry.base
    return entry


def lexeme(word: str) -> str:
    """The headword of a noun for people in either number; any other word as it is."""
    return _LEXEMES.get(word, word)


def split_of(entry: Entry) -> Split:
    """Return the split of an entry; a checksum, so that adding words moves no other word."""
    return "held-out" if crc32(headword(entry).encode()) % HELD_OUT_ONE_IN == 0 else "training"


def _plural(singular: str) -> str:
    """Return the plural by the regular rules of English spelling and a list of exceptions."""
    irregular = {"child": "children", "thief": "thieves"}
    if singular in irregular:
        return irregular[singular]
    if singular.endswith("y") and singular[-2] not in "aeou":
        return singular[:-1] + "ies"
    return singular + ("es" if singular.endswith(("s", "ch")) else "s")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _nouns(text: str) -> tuple[Noun, ...]:
    return tuple(Noun(word, _plural(word)) for word in text.split())


def _verbs(text: str) -> tuple[Verb, ...]:
    return tuple(Verb(*forms.split()) for forms in text.replace("\n", " ").split(",") if forms)


PEOPLE = _nouns(
    "author pilot surgeon farmer manager customer officer teacher senator consultant guard chef "
    "architect dancer minister assistant executive parent doctor lawyer student singer writer "
    "painter banker driver artist judge soldier scientist engineer player coach captain leader "
    "worker nurse hunter sailor tourist traveler stranger neighbor friend enemy rival partner "
    "colleague expert critic editor reporter journalist poet musician composer director producer "
    "designer builder mechanic clerk secretary accountant professor scholar historian philosopher "
    "psychologist patient victim suspect witness detective spy thief robber murderer prisoner "
    "criminal agent ambassador diplomat governor mayor president politician candidate voter "
    "citizen resident immigrant refugee visitor guest client tenant owner buyer seller merchant "
    "trader dealer investor employee employer boss servant slave peasant warrior fighter rebel "
    "pirate bishop priest missionary pilgrim saint believer child kid teenager adult orphan twin "
    "cousin relative ancestor pupil graduate applicant volunteer member guide chief commander "
    "general veteran rider runner swimmer athlete champion winner loser guitarist comedian user "
    "viewer reader listener speaker programmer technician analyst inspector cop"
)
"""Nouns for people of either gender."""
_LEXEMES = {form: headword(noun) for noun in PEOPLE for form in (noun.singular, noun.plural)}

MASCULINE = _words(
    "man boy king father son brother uncle husband prince actor waiter grandfather nephew duke "
    "lord monk emperor groom gentleman policeman fisherman businessman salesman cowboy god lad "
    "guy bachelor wizard grandson baron butler landlord godfather dad dude boyfriend stepfather "
    "grandpa papa congressman chairman spokesman nobleman sultan daddy craftsman sportsman "
    "clergyman headmaster friar abbot viscount earl statesman"
)
"""Nouns for men and boys, in the singular."""

FEMININE = _words(
    "woman girl queen mother daughter sister aunt wife princess actress waitress grandmother niece "
    "duchess lady nun empress bride widow heroine goddess witch granddaughter countess baroness "
    "maid mom mistress hostess stepmother grandma mama girlfriend maiden gal madam diva heiress "
    "mum mommy priestess abbess nanny mermaid soprano"
)
"""Nouns for women and girls, in the singular."""

THINGS = _nouns(
    "car house book song picture movie letter garden boat game painting novel poem show tree phone "
    "table computer bottle bag hat shirt bike horse cake apple map key window door clock guitar "
    "piano ring camera gun chair ticket coin flag lamp mirror"
)

ADJECTIVES = _words(
    "old young tall short happy sad angry calm rich poor strong weak smart clever wise brave kind "
    "cruel honest quiet loud famous popular busy tired hungry thirsty sick healthy ill nervous "
    "proud lonely careful careless polite rude friendly shy funny serious strange normal beautiful "
    "handsome ugly pretty good bad great small large big thin fat heavy blind deaf dead alive "
    "awake asleep innocent guilty dangerous safe free lazy patient gentle rough generous greedy "
    "jealous loyal faithful powerful helpless successful talented important nice evil crazy mad "
    "confused surprised afraid ready late early cold warm pale clean dirty drunk sober bald blonde "
    "american english french german chinese foreign local independent responsible curious"
)

PREPOSITIONS = (
    "near", "behind", "beside", "with", "above", "below", "before", "after", "opposite", "by",
    "next to", "in front of", "close to", "across from", "far from", "to the side of",
    "to the left of", "to the right of", "on top of", "ahead of",
)  # fmt: skip

TRANSITIVE = _verbs(
    "love loves loved,like likes liked,hate hates hated,fear fears feared,know knows knew,"
    "see sees saw,help helps helped,follow follows followed,watch watches watched,"
    "visit visits visited,trust trusts trusted,meet meets met,call calls called,find finds found,"
    "remember remembers remembered,want wants wanted,need needs needed,ignore ignores ignored,"
    "respect respects respected,support supports supported,avoid avoids avoided,"
    "attack attacks attacked,choose chooses chose,thank thanks thanked,praise praises praised,"
    "teach teaches taught,bring brings brought,marry marries married,kiss kisses kissed,"
    "touch touches touched,kill kills killed,save saves saved,pay pays paid,beat beats beat,"
    "join joins joined,push pushes pushed,pull pulls pulled,hear hears heard,miss misses missed,"
    "protect protects protected,recognize recognizes recognized,accept accepts accepted,"
    "hurt hurts hurt,believe believes believed,serve serves served,"
    "understand understands understood,lead leads led,defeat defeats defeated,"
    "encounter encounters encountered,suspect suspects suspected,"
    "approach approaches approached,question questions questioned,hold holds held,hit hits hit,"
    "carry carries carried,face faces faced,doubt doubts doubted,scare scares scared,"
    "surprise surprises surprised,challenge challenges challenged,hire hires hired,"
    "describe describes described,assist assists assisted,invite invites invited,"
    "contact contacts contacted,observe observes observed,mention mentions mentioned,"
    "discover discovers discovered,reject rejects rejected,threaten threatens threatened,"
    "seek seeks sought,catch catches caught,capture captures captured,fight fights fought,"
    "study studies studied"
)
"""Verbs with a person as their object."""

INTRANSITIVE = _verbs(
    "laugh laughs laughed,smile smiles smiled,cry cries cried,sleep sleeps slept,"
    "work works worked,sing sings sang,dance dances danced,run runs ran,walk walks walked,"
    "talk talks talked,travel travels traveled,wait waits waited,fall falls fell,eat eats ate,"
    "drink drinks drank,write writes wrote,read reads read,play plays played,win wins won,"
    "lose loses lost,die dies died,speak speaks spoke,stand stands stood,sit sits sat,"
    "arrive arrives arrived,leave leaves left,return returns returned,"
    "disappear disappears disappeared,survive survives survived,succeed succeeds succeeded,"
    "fail fails failed,agree agrees agreed,jump jumps jumped,move moves moved,stay stays stayed,"
    "appear appears appeared,escape escapes escaped,grin grins grinned,suffer suffers suffered,"
    "shout shouts shouted,scream screams screamed,vote votes voted,rest rests rested,"
    "cook cooks cooked,nod nods nodded,sigh sighs sighed,whisper whispers whispered,lie lies lied"
)

HANDLING = _verbs(
    "buy buys bought,sell sells sold,own owns owned,enjoy enjoys enjoyed,build builds built,"
    "make makes made,use uses used,get gets got,keep keeps kept,take takes took,show shows showed,"
    "open opens opened,break breaks broke,paint paints painted,"
    "draw draws drew,steal steals stole,destroy destroys destroyed,design designs designed,"
    "prefer prefers preferred,collect collects collected,examine examines examined,"
    "throw throws threw,order orders ordered,check checks checked,like likes liked,"
    "love loves loved,hate hates hated,want wants wanted,need needs needed,find finds found"
)
"""Verbs with a thing as their object."""

SAYING = _verbs(
    "say says said,think thinks thought,know knows knew,believe believes believed,"
    "claim claims claimed,hope hopes hoped,feel feels felt,fear fears feared,hear hears heard,"
    "suggest suggests suggested,assume assumes assumed,prove proves proved,"
    "realize realizes realized,dream dreams dreamed,insist insists insisted,"
    "explain explains explained,announce announces announced,report reports reported,"
    "state states stated,argue argues argued,declare declares declared,reveal reveals revealed,"
    "notice notices noticed,conclude concludes concluded,confirm confirms confirmed,"
    "admit admits admitted,deny denies denied,learn learns learned,decide decides decided"
)
"""Verbs with a sentence as their object."""

SELF = _verbs(
    "hurt hurts hurt,kill kills killed,save saves saved,love loves loved,hate hates hated,"
    "trust trusts trusted,protect protects protected,help helps helped,find finds found,"
    "see sees saw,call calls called,teach teaches taught,touch touches touched,"
    "doubt doubts doubted,pay pays paid,praise praises praised,hear hears heard,"
    "introduce introduces introduced,prepare prepares prepared,dress dresses dressed,"
    "convince convinces convinced,promote promotes promoted,warn warns warned,"
    "remind reminds reminded,control controls controlled,shoot shoots shot,feed feeds fed,"
    "burn burns burned,lock locks locked,ask asks asked,identify identifies identified,"
    "express expresses expressed,cover covers covered,describe describes described,"
    "challenge challenges challenged,serve serves served,respect respects respected,"
    "surprise surprises surprised,defeat defeats defeated,present presents presented"
)
"""Verbs with the subject itself as their object."""

DETERMINERS = ("the", "some", "every", "each", "this", "that", "no", "one", "any", "another")
"""Determiners of a singular noun; closed class, the same in both splits."""
