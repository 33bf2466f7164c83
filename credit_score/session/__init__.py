"""The calibration session: drafts of amendments, and decisions that are signed."""
