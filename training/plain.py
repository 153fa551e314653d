"""Generated plain sentences and questions: the everyday English that news and reviews lack."""

from __future__ import annotations

from random import Random

WHO = (
    *("a man", "a woman", "someone", "a boy", "a girl", "two people", "a group of children"),
    *("the teacher", "my friend", "a doctor", "an old man", "the chef", "a young woman", "a baby"),
    *("the band", "a tourist", "my neighbour", "the student", "a farmer", "a dog", "the cat"),
    *("our team", "the company", "the government", "a player", "the driver", "his sister"),
)
DOES = (
    *("playing a guitar", "playing the piano", "making music", "singing a song", "eating a pizza"),
    *("cutting an onion", "cooking dinner", "slicing a tomato", "baking bread", "drinking coffee"),
    *("riding a horse", "riding a bicycle", "driving a car", "running in the park", "swimming"),
    *("kicking a ball", "playing football", "playing chess", "climbing a mountain", "sleeping"),
    *("reading a book", "writing a letter", "watching a film", "talking on the phone", "dancing"),
    *("painting a picture", "fixing a computer", "cleaning the kitchen", "washing the dishes"),
    *("buying shoes", "selling a house", "paying the bill", "waiting for the bus", "laughing"),
    *("walking the dog", "feeding the cat", "chasing a bird", "planting a tree", "fishing"),
    *("learning French", "teaching a class", "studying for an exam", "looking for a job"),
    *("taking a photograph", "opening the door", "crossing the street", "boarding a plane"),
)
WHERE = (
    *("", "", "", "in the kitchen", "on the beach", "in the street", "at home", "in the snow"),
    *("at school", "on a stage", "in the garden", "at the station", "in a restaurant", "outside"),
    *("at work", "near the river", "in London", "in the morning", "at night", "every day"),
)
THING = (
    *("my password", "the battery", "a cake", "a passport", "the printer", "a bank account"),
    *("a flat tyre", "the weather", "an old laptop", "a bicycle", "my computer", "a shirt"),
    *("the train to Berlin", "a cheap hotel", "a headache", "the meaning of life", "a cold"),
    *("the capital of France", "a good dentist", "the price of gold", "a computer program"),
)
ASKS = (
    *("how do i fix {}?", "what is {}?", "how can i change {}?", "where can i find {}?"),
    *("why is {} so important?", "what should i do about {}?", "how much does {} cost?"),
    *("can you help me with {}?", "i want to know more about {}.", "tell me about {}."),
    *("what is the best way to get {}?", "i have a problem with {}.", "i love {}."),
    *("i do not like {}.", "{} was very expensive.", "nobody told me about {}."),
)
SAYS = ("{0} is {1}{2}.", "is {0} {1}{2}?", "{0} was {1}{2}.", "{0} is not {1}{2}.", "{0} {1}{2}")


def plain_sentences(n: int, seed: int) -> list[str]:
    """Draw `n` sentences: two in three tell what somebody does, the others ask about a thing."""
    rng = Random(seed)
    return [_told(rng) if rng.random() < 2 / 3 else _asked(rng) for _ in range(n)]


def _told(rng: Random) -> str:
    where = rng.choice(WHERE)
    return rng.choice(SAYS).format(rng.choice(WHO), rng.choice(DOES), where and f" {where}")


def _asked(rng: Random) -> str:
    return rng.choice(ASKS).format(rng.choice(THING))
