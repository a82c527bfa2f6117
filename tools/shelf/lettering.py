"""Words and fonts for packaging, price tags and posters.

Real shelves carry every script of the world; a detector that has only seen Latin print takes other print for
background. Words are invented: syllables for alphabets, random characters from a Unicode block for the rest, so no
real brand or sentence ever appears. Fonts are whatever the system has installed below the usual font folders; a missing
script simply falls out of the choice.
"""
import glob
import os

import skia

FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")

# name: (probability, file name prefixes, code point ranges; None for invented Latin words)
SCRIPTS = {
    "latin": (0.60, ("DejaVu", "Liberation", "Lato", "OpenSans", "Roboto", "Comfortaa", "Cantarell", "Free", "LinLib",
                     "Cabin", "Lobster", "GFSDidot", "Yanone", "Courier", "Dancing", "Quicksand", "NotoSans-",
                     "NotoSerif-", "NotoSansDisplay", "NotoSerifDisplay"), None),
    "japanese": (0.10, ("NotoSansCJK", "NotoSerifCJK"), ((0x3041, 0x3094), (0x30A1, 0x30FA), (0x4E00, 0x5FFF))),
    "chinese": (0.06, ("NotoSansCJK", "NotoSerifCJK"), ((0x4E00, 0x8FFF),)),
    "korean": (0.04, ("NotoSansCJK", "NotoSerifCJK"), ((0xAC00, 0xD7A3),)),
    "hebrew": (0.05, ("NotoSansHebrew", "NotoSerifHebrew"), ((0x05D0, 0x05EA),)),
    "arabic": (0.04, ("NotoSansArabic", "NotoNaskhArabic", "NotoKufiArabic"), ((0x0628, 0x063A), (0x0641, 0x064A))),
    "cyrillic": (0.05, ("DejaVu", "Liberation", "NotoSans-", "NotoSerif-"), ((0x0410, 0x044F),)),
    "greek": (0.02, ("DejaVu", "Liberation", "NotoSans-"), ((0x0391, 0x03A1), (0x03B1, 0x03C9))),
    "thai": (0.02, ("NotoSansThai", "NotoSerifThai"), ((0x0E01, 0x0E2E),)),
    "devanagari": (0.02, ("NotoSansDevanagari", "NotoSerifDevanagari"), ((0x0905, 0x0939),)),
}
ONSETS = "b br c ch cr d dr f fl fr g gr h j k kl l m n p pl pr qu r s sh st t tr v w z".split()
VOWELS = "a e i o u ai ea ee io oo ou y".split()
CODAS = ["", "", "", "n", "r", "s", "l", "x", "t", "ck", "m", "nd"]


class Lettering:
    """The fonts found on this system, opened when first used."""

    def __init__(self):
        files = sorted({path for folder in FONT_FOLDERS for pattern in ("ttf", "otf", "ttc")
                        for path in glob.glob(os.path.join(folder, "**", "*." + pattern), recursive=True)})
        self.faces = {}
        self.scripts, self.files, self.weights = [], {}, []
        for script, (weight, prefixes, _) in SCRIPTS.items():
            found = [path for path in files if os.path.basename(path).startswith(prefixes)]
            if found:
                self.scripts.append(script)
                self.files[script] = found
                self.weights.append(weight)
        if not self.scripts:
            raise SystemExit("no fonts found; install fonts-dejavu and fonts-noto-core")

    def script(self, rng):
        """A script name; `rng` is a random.Random."""
        return rng.choices(self.scripts, self.weights)[0]

    def face(self, script, rng):
        """A typeface that covers `script`."""
        path = rng.choice(self.files[script])
        if path not in self.faces:
            self.faces[path] = skia.Typeface.MakeFromFile(path) or skia.Typeface()
        return self.faces[path]

    @staticmethod
    def word(script, rng, shortest=1, longest=3):
        """An invented word of `shortest` to `longest` syllables (or twice as many characters)."""
        ranges = SCRIPTS[script][2]
        count = rng.randint(shortest, longest)
        if ranges is None:
            text = "".join(rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS) for _ in range(count))
            return rng.choice((text, text.upper(), text.capitalize(), text.capitalize()))
        low, high = rng.choice(ranges)
        return "".join(chr(rng.randint(low, high)) for _ in range(count + rng.randint(0, count)))


def draw_text(canvas, text, face, box, paint, align=0.5, outline=None):
    """Draws `text` as large as fits in box (x, y, width, height); returns the width used."""
    x, y, width, height = box
    font = skia.Font(face, max(4.0, height))
    font.setEdging(skia.Font.Edging.kAntiAlias)
    measured = max(1.0, font.measureText(text))
    size = max(3.0, min(height, height * width / measured))
    font.setSize(size)
    used = measured * size / max(4.0, height)
    left = x + (width - used) * align
    base = y + height / 2 + size * 0.36
    if outline is not None:
        canvas.drawString(text, left, base, font, outline)
    canvas.drawString(text, left, base, font, paint)
    return used
