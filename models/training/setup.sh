#!/bin/sh
# Installs what the document generator needs: a Python environment in .venv and fonts in .fonts, both git-ignored.
# Needs Debian 12 (apt-get download, dpkg-deb), npm and Python 3.11. Running it again changes nothing.
# Set PYTHON to use an interpreter that already has requirements.txt installed.
set -eu
cd "$(dirname "$0")"

if [ -z "${PYTHON:-}" ]; then
    [ -x .venv/bin/python ] || python3.11 -m venv .venv
    .venv/bin/pip install --quiet --requirement requirements.txt
    PYTHON=.venv/bin/python
fi

[ -f .fonts/READY ] && exit 0
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
for font in alex-brush allura annie-use-your-telescope architects-daughter bad-script caveat cedarville-cursive \
    covered-by-your-grace cutive-mono doto gloria-hallelujah gochi-hand great-vibes handlee herr-von-muellerhoff \
    homemade-apple indie-flower kalam kaushan-script lobster marck-script monsieur-la-doulaise mr-de-haviland \
    mrs-saint-delafield nanum-pen-script pacifico patrick-hand pinyon-script reenie-beanie rock-salt sacramento \
    shadows-into-light share-tech-mono special-elite the-girl-next-door vt323; do
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
touch .fonts/READY
