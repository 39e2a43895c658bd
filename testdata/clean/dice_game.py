"""A game of dice and cards with scores on the web; its chance is only play."""
import random
import statistics
from dataclasses import dataclass, field
from enum import Enum
from itertools import product

from flask import Blueprint, abort, jsonify, render_template, request

game = Blueprint("game", __name__, url_prefix="/game")

SUITS = "clubs diamonds hearts spades".split()
RANKS = [str(number) for number in range(2, 11)] + ["jack", "queen", "king", "ace"]
GREETINGS = ("Well played", "Good throw", "Not bad")
WORDS = ["anchor", "barrel", "candle", "dragon", "engine"]


class Difficulty(Enum):
    EASY = 1
    HARD = 3


@dataclass(frozen=True)
class Card:
    suit: str
    rank: str

    def __str__(self):
        return f"{self.rank} of {self.suit}"


@dataclass
class Deck:
    seed: int | None = None
    cards: list[Card] = field(default_factory=list)

    def __post_init__(self):
        self.random = random.Random(self.seed)
        self.cards = [Card(suit, rank) for suit, rank in product(SUITS, RANKS)]
        self.random.shuffle(self.cards)

    def __repr__(self):
        return f"<Deck of {len(self.cards)}>"

    def draw(self, count=1):
        drawn, self.cards = self.cards[:count], self.cards[count:]
        return drawn


@dataclass
class Player:
    name: str
    points: int = 0

    def __str__(self):
        return f"<{self.name}: {self.points}>"


class Table:
    """Players around a table; execute() plays a round, nothing more."""

    def __init__(self, players, difficulty=Difficulty.EASY):
        self.players = players
        self.difficulty = difficulty
        self.log = []

    def execute(self, action):
        handler = {"roll": self.roll, "swap": self.swap, "pass": self.skip}.get(action)
        if handler is None:
            raise ValueError(f"select roll, swap or pass from the menu, not {action!r}")
        handler()
        self.log.append(action)

    def roll(self):
        for player in self.players:
            player.points += sum(random.randint(1, 6) for _ in range(self.difficulty.value))

    def swap(self):
        first, second = random.sample(self.players, 2)
        first.points, second.points = second.points, first.points

    def skip(self):
        lucky = random.choices(self.players, weights=[1 + player.points for player in self.players])[0]
        lucky.points += 1

    def leader(self):
        return max(self.players, key=lambda player: player.points)


@game.get("/")
def index():
    return render_template("game/index.html", greeting=random.choice(GREETINGS), decks=random.randrange(1, 7))


@game.post("/roll")
def roll():
    dice = request.form.get("dice", 2, type=int)
    if not 1 <= dice <= 10:
        abort(400)
    thrown = [random.randint(1, 6) for _ in range(dice)]
    return jsonify(dice=thrown, points=sum(thrown))


@game.post("/hand")
def hand():
    deck = Deck()
    return jsonify([str(card) for card in deck.draw(5)])


@game.get("/board")
def board():
    points = request.args.get("points", 0, type=int)
    return f"<p>Points: {points}</p>"


@game.get("/word")
def word():
    letters = list(random.choice(WORDS))
    random.shuffle(letters)
    return jsonify(letters=letters)


def simulate(rounds=1000, seed=7):
    generator = random.Random(seed)
    results = [generator.gauss(7, 2.4) for _ in range(rounds)]
    return statistics.fmean(results), statistics.stdev(results)
