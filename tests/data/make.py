"""Makes the small files of this folder that the tests cannot make themselves: pip install pillow reportlab."""

from PIL import Image, ImageDraw, TiffImagePlugin
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas


def page(width, height, text):
    """A white page with a black bar at the top left and a line of text drawn large."""
    image = Image.new("1", (width, height), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 4, height // 8), fill=0)
    label = Image.new("1", (6 * len(text) + 4, 12), 255)
    ImageDraw.Draw(label).text((2, 0), text, fill=0)
    image.paste(label.resize((width // 2, height // 16)), (width // 4, height // 2))
    return image


# A fax of two pages, G4, stored as white = 0: coarse lines (204 x 98 dpi), then fine ones (204 x 196 dpi).
pages = [page(1728, 1075, "FIRST"), page(1728, 2150, "SECOND")]
with TiffImagePlugin.AppendingTiffWriter("fax.tif", True) as tiff:
    for image, down in zip(pages, (98, 196)):
        tags = TiffImagePlugin.ImageFileDirectory_v2()
        tags[262] = 0  # PhotometricInterpretation: WhiteIsZero
        image.save(tiff, format="TIFF", compression="group4", dpi=(204, down), tiffinfo=tags)
        tiff.newFrame()

# JPEG within TIFF, as colour scanners write it.
colour = Image.new("RGB", (320, 240), "white")
ImageDraw.Draw(colour).rectangle((0, 0, 79, 59), fill=(200, 0, 0))
colour.save("jpeg.tif", compression="jpeg", dpi=(40, 40))

# Needs a password to be opened; needs one only to be printed.
canvas = Canvas("encrypted.pdf", encrypt=StandardEncryption("secret", ownerPassword="owner", canPrint=1))
canvas.drawString(72, 720, "nobody reads this")
canvas.save()
canvas = Canvas("owner_locked.pdf", encrypt=StandardEncryption("", ownerPassword="owner", canPrint=0))
canvas.drawString(72, 720, "Anybody may read this delivery receipt although nobody may print it")
canvas.save()
