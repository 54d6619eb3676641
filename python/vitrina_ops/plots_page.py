"""The page that `dvc plots` fills: HTML with the scripts of Vega inside.

DVC's own page loads them from another host, so without a network it shows
nothing. .dvc/config names this one; set-up writes it from the package
vl-convert-python, which has the scripts. Nothing of it is committed.
"""

import sys
from importlib.metadata import version
from pathlib import Path

from vitrina_ops.errors import run_main
from vitrina_ops.files import write_text

PAGE = Path(".cache/dvc_plots.html")
PACKAGE = "vl-convert-python"
# The newest of the major version that DVC's plots are written in.
VEGA_LITE = "5.21"

# DVC puts the plots and the refresh tag where their words stand. Its own
# `scripts` stand nowhere: they are addresses. A function keeps names apart.
TEMPLATE = """\
<!DOCTYPE html>
<!-- {package} -->
<html>
<head>
<meta charset="utf-8">
{{refresh_tag}}
<title>DVC plots</title>
<script>(() => {{{scripts}}})();</script>
<style>table {{ border-spacing: 15px; }}</style>
</head>
<body>
{{plot_divs}}
</body>
</html>
"""


def package() -> str:
    """The package and version that the page's scripts are of."""
    return f"{PACKAGE} {version(PACKAGE)}, Vega-Lite {VEGA_LITE}"


def is_current(path: Path) -> bool:
    """Whether the page is there and of the installed package."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.readline() + file.readline() == TEMPLATE[
                : TEMPLATE.index("<html>")
            ].format(package=package())
    except FileNotFoundError:
        return False


def scripts() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script for a page."""
    import vl_convert  # takes a second

    bundle: str = vl_convert.javascript_bundle(  # type: ignore[call-arg]
        vl_version=VEGA_LITE  # its types ask for a snippet, it does not
    )
    # It would end the script.
    return bundle.replace("</script", "<\\/script")


def page() -> str:
    return TEMPLATE.format(package=package(), scripts=scripts())


def main() -> None:
    if not is_current(PAGE):
        write_text(PAGE, page())


if __name__ == "__main__":
    sys.exit(run_main("plots-page", main))
