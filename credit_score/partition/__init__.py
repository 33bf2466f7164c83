"""The one partition program: ordered cells into groups, for bins and for tiers."""

from credit_score.partition.program import Cells, Limits, Partition, partition
from credit_score.partition.zoom import zoomed

__all__ = ["Cells", "Limits", "Partition", "partition", "zoomed"]
