"""One series on logarithmic scales, with the fitted line, as SVG."""
import math

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 480, 300, 64, 36, 16, 48


def loglog(points, slope, label):
    xs, ys = ([math.log10(p[i]) for p in points] for i in (0, 1))
    low = [math.floor(min(v)) for v in (xs, ys)]
    high = [max(math.ceil(max(v) - 1e-9), l + 1) for v, l in zip((xs, ys), low)]
    across = lambda x: LEFT + (x - low[0]) / (high[0] - low[0]) * (WIDTH - LEFT - RIGHT)
    up = lambda y: HEIGHT - BOTTOM - (y - low[1]) / (high[1] - low[1]) * (HEIGHT - TOP - BOTTOM)
    middle = [sum(v) / len(v) for v in (xs, ys)]
    fit = lambda x: min(max(middle[1] + slope * (x - middle[0]), low[1]), high[1])
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="11">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    line = lambda x1, y1, x2, y2, stroke: f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}"/>'
    text = lambda x, y, anchor, words: f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'
    for e in range(low[0], high[0] + 1):
        out += [line(across(e), up(low[1]), across(e), up(high[1]), "#ddd"), text(across(e), HEIGHT - BOTTOM + 16, "middle", short(e))]
    for e in range(low[1], high[1] + 1):
        out += [line(across(low[0]), up(e), across(high[0]), up(e), "#ddd"), text(LEFT - 6, up(e) + 4, "end", short(e) + " s")]
    out.append(line(across(xs[0]), up(fit(xs[0])), across(xs[-1]), up(fit(xs[-1])), "#c60"))
    out += [f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="3.5" fill="#036"/>' for x, y in zip(xs, ys)]
    out += [text((LEFT + WIDTH) / 2, HEIGHT - 10, "middle", f"{label} (slope {slope:.2f})"), "</svg>\n"]
    return "\n".join(out)


def short(exponent):
    return f"{10 ** exponent:,}" if exponent >= 0 else f"{10.0 ** exponent:g}"
