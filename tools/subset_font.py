"""Cut Noto Sans CJK SC down to the characters of a county's reports.

    python tools/subset_font.py NotoSansCJK-Regular.ttc

writes ``credit_score/report/fonts/NotoSansSC-subset.otf``: GB 2312, Latin-1, and the punctuation, arrows and
mathematical signs that the figures use. The family gets a name of its own, so that Matplotlib can tell it from a
whole Noto that the system may have. The same font and fontTools give the same bytes.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

FACE = "Noto Sans CJK SC"
FAMILY = "Noto Sans SC Subset"
TARGET = Path(__file__).parents[1] / "credit_score" / "report" / "fonts" / "NotoSansSC-subset.otf"

LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x100)]
SIGNS = (
    "‐‑–—―‘’“”†‡•…‰′″€℃№ΔΣαβγδελμπρσχ←↑→↓⇒∂∑−√∞∧∨∩∪≈≠≡≤≥⊂⊕①②③④⑤⑥⑦⑧⑨⑩"
    "■□▲△▼▽◆◇○●★☆✓〈〉《》「」『』【】〔〕、。·！（），：；？￥"
)


def gb2312():
    """Code points of GB 2312: 6,763 Chinese characters and 682 signs and letters."""
    pairs = (bytes([row, cell]) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return {ord(pair.decode("gb2312")) for pair in pairs if pair.decode("gb2312", errors="ignore")}


def find_face(collection):
    """The simplified-Chinese face of the collection file ``collection``, a TTFont."""
    for font in TTCollection(collection).fonts:
        if font["name"].getDebugName(1) == FACE:
            return font
    raise SystemExit(f"{collection}: holds no face named {FACE}; take NotoSansCJK-Regular.ttc of the noto-cjk project")


def cut(font, characters):
    """Leave in ``font`` only ``characters`` (code points), without layout rules and vertical metrics."""
    options = Options(layout_features=[], hinting=False, name_languages=[0x409], notdef_outline=True)
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    options.name_IDs = ["*"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)


def rename(font: TTFont):
    """Give the family its own name; copyright, trademark and licence stay as they are."""
    names = {1: FAMILY, 3: f"{FAMILY} of {font['name'].getDebugName(3)}", 4: FAMILY, 6: "NotoSansSCSubset-Regular"}
    for name_id, text in names.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)
    top = font["CFF "].cff
    top.fontNames = [names[6]]
    top.topDictIndex[0].FullName = top.topDictIndex[0].FamilyName = FAMILY


def main(collection):
    """Write the subset of ``collection`` and say how large it is."""
    font = find_face(collection)
    cut(font, gb2312() | set(LATIN) | {ord(sign) for sign in SIGNS})
    rename(font)
    font.recalcTimestamp = False
    font.save(TARGET)
    sys.stdout.write(f"{TARGET.name}: {len(font.getBestCmap())} characters, {TARGET.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1])
