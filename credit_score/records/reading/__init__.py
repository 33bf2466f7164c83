"""What stands in a file: text by rows, under names the contract knows, before anything is believed."""
