"""Pages of the campaign file and of an installation's settings, from their models."""

from model_tables import bases_of, prose, table

from atomate2_argyrodite.campaign.config import CampaignConfig
from atomate2_argyrodite.campaign.config_file import render_campaign
from atomate2_argyrodite.campaign.presets import PRESETS, preset
from atomate2_argyrodite.settings import ENVIRONMENT_PREFIX, ArgyroditeSettings

_CAMPAIGN = """# Campaign file

Every setting of `campaign.yaml`. `argyrodite init` writes a file that holds them all with their
meaning; what a file leaves out has the default below. A section that is `null` is not part of the
campaign. Units are in the names.
"""
_INSTALLATION = """# Settings of an installation

What differs between machines and never between campaigns is read from environment variables.
Options of the command line come first.
"""
_OTHERS = """| `ARGYRODITE_KERNEL` | the fastest | Vector instructions of the kernel: `avx512`, \
`avx2` or `sse2`. |
| `NO_COLOR` | | Any value turns colours off; so does output that is no terminal. |"""


def campaign_page() -> str:
    """Return the page of the campaign file."""
    fields = CampaignConfig.model_fields
    sections = {name: found for name, f in fields.items() if (found := bases_of(f.annotation))}
    plain = [name for name in fields if name not in sections]
    parts = [_CAMPAIGN, "## The campaign itself", table(CampaignConfig, plain)]
    for name, models in sections.items():
        model = models[0]
        parts += [f"## `{name}`", prose(model.__doc__ or ""), table(model)]
        nested = {m for f in model.model_fields.values() for m in bases_of(f.annotation)}
        for inner in sorted(nested, key=lambda m: m.__name__):
            parts += [f"### Each entry of `{name}`", prose(inner.__doc__ or ""), table(inner)]
    parts.append("## The presets as files")
    for name in PRESETS:
        purpose, config = preset(name)
        text = render_campaign(config, purpose)
        parts += [f"### `{name}`", f"```yaml\n{text}```"]
    return "\n\n".join(parts) + "\n"


def installation_page() -> str:
    """Return the page of the environment variables."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in ArgyroditeSettings.model_fields.items():
        default = "the cores of the machine" if field.default_factory else f"`{field.default}`"
        default = "" if field.default == "" else default
        meaning = prose(field.description or "")
        lines.append(f"| `{ENVIRONMENT_PREFIX}{name.upper()}` | {default} | {meaning} |")
    return "\n".join([_INSTALLATION, *lines, _OTHERS]) + "\n"
