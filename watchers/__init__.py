"""What sees events and files them; watchers never act."""
