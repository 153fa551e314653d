"""A scene as a self-contained SVG file, for a paper or a slide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from explainer.figures.canvas import text
from explainer.figures.canvas.scene import Area, Disc, Item, Line, Scene


def to_svg(scene: Scene, background: str, title: str, description: str) -> str:
    """The scene as SVG 1.1, sizes in px; nothing is loaded from elsewhere."""
    return document((scene.width, scene.height), groups(scene), background, title, description)


def document(
    size: tuple[float, float],
    body: Iterable[str],
    background: str,
    title: str,
    description: str,
) -> str:
    """An SVG file of this size in px with the elements of `body`."""
    width, height = (number(side) for side in size)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" font-family="{_quoted(text.FONT)}">',
        f"<title>{text.escape(title)}</title>",
        f"<desc>{text.escape(description)}</desc>",
        f'<rect width="{width}" height="{height}" fill="{background}"/>',
        *body,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def groups(scene: Scene) -> Iterator[str]:
    """The scene's stages as SVG groups."""
    for stage in scene.stages:
        yield "<g>"
        yield from (element(item) for item in stage)
        yield "</g>"


def element(item: Item) -> str:
    """One shape or word as an SVG element."""
    if isinstance(item, Area):
        points = " L".join(f"{number(x)},{number(y)}" for x, y in item.points)
        outline = (
            f' stroke="{item.outline}" stroke-width="{number(item.outline_width)}"'
            if item.outline
            else ""
        )
        return f'<path d="M{points}Z" {_fill(item.fill)}{outline}/>'
    if isinstance(item, Line):
        return (
            f'<line x1="{number(item.x0)}" y1="{number(item.y0)}" x2="{number(item.x1)}" '
            f'y2="{number(item.y1)}" stroke="{item.colour}" stroke-width="{number(item.width)}"/>'
        )
    if isinstance(item, Disc):
        radius = item.radius - item.outline_width / 2
        return (
            f'<circle cx="{number(item.x)}" cy="{number(item.y)}" r="{number(radius)}" '
            f"{_fill(item.fill)} {_fill(item.outline, 'stroke')} "
            f'stroke-width="{number(item.outline_width)}"/>'
        )
    weight = ' font-weight="700"' if item.bold else ""
    if item.turn:
        where = f"{number(item.x)} {number(item.y)}"
        weight += f' transform="rotate({number(-item.turn)} {where})"'
    # A third of the size below y puts the middle of lower-case letters on y in every viewer.
    return (
        f'<text x="{number(item.x)}" y="{number(item.y + item.size * 0.34)}" '
        f'font-size="{number(item.size)}" text-anchor="{item.anchor}" '
        f'fill="{item.colour}"{weight}>{text.escape(item.text)}</text>'
    )


def _fill(colour: str, what: str = "fill") -> str:
    """A colour as attributes: many editors do not read rgba() in SVG."""
    if not colour.startswith("rgba("):
        return f'{what}="{colour}"'
    red, green, blue, opacity = colour.removeprefix("rgba(").rstrip(")").split(",")
    plain = f'{what}="rgb({red},{green},{blue})"'
    return plain if float(opacity) == 1 else f'{plain} {what}-opacity="{opacity}"'


def number(value: float) -> str:
    """px to a hundredth."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _quoted(value: str) -> str:
    return value.replace('"', "'")
