"""Stage `campaign`: the whole method as one flow from one file, and running it on one machine.

What is named here is imported when it is used: a worker process needs the runner, not every engine.
"""

from typing import TYPE_CHECKING

from atomate2_argyrodite.lazy import lazy_names

if TYPE_CHECKING:
    from atomate2_argyrodite.campaign.builder import CampaignSummaryBuilder
    from atomate2_argyrodite.campaign.config import CampaignConfig
    from atomate2_argyrodite.campaign.config_file import read_campaign
    from atomate2_argyrodite.campaign.flows import CampaignFlowMaker
    from atomate2_argyrodite.campaign.runner import LocalRun
    from atomate2_argyrodite.campaign.schemas import CampaignDocument

__all__ = [
    "CampaignConfig",
    "CampaignDocument",
    "CampaignFlowMaker",
    "CampaignSummaryBuilder",
    "LocalRun",
    "read_campaign",
]

__getattr__ = lazy_names(
    __name__,
    {
        "CampaignConfig": "config",
        "CampaignDocument": "schemas",
        "CampaignFlowMaker": "flows",
        "CampaignSummaryBuilder": "builder",
        "LocalRun": "runner",
        "read_campaign": "config_file",
    },
)
